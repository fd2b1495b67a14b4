--- The names under which a store keeps numbers: `family{labels}#part`.
---
--- A part is a bucket's number or "sum" in a histogram, a process in a gauge, else nothing.

local as_utf8 = require "credenco.base.as_utf8"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local ESCAPES = { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n" }

-- Prometheus reads labels as UTF-8 (text format 0.0.4).
local function escaped(value)
  return (as_utf8(tostring(value)):gsub('[\\"\n]', ESCAPES))
end

--- Labels in their written form, in the order of their names; "" for none.
---@param labels table<string, string|number>
---@return string
function M.labels(labels)
  local pairs_ = {}
  for i, name in ipairs(sorted_keys(labels)) do pairs_[i] = ('%s="%s"'):format(name, escaped(labels[name])) end
  return #pairs_ > 0 and "{" .. table.concat(pairs_, ",") .. "}" or ""
end

---@param family credenco.metrics.Family
---@param labels string  from `labels`
---@param part string|integer|nil
---@return string
function M.key(family, labels, part)
  return ("%s%s#%s"):format(family.name, labels, part or "")
end

--- The parts of a key; nil for a key that is not of this module.
---@param key string
---@return string? name
---@return string? labels
---@return string? part
function M.parse(key)
  return key:match "^([%w_:]+)(.*)#(%w*)$"
end

return M
