--- The query of `client:request`.

local core = require "credenco.core"
local form = require "credenco.base.form"

local M = {}

-- A value with the same text in every Lua.
local function is_query_value(value)
  if type(value) == "number" then
    return value == math.floor(value) and math.abs(value) <= core.MAX_INTEGER
  end
  return type(value) == "string" or type(value) == "boolean"
end

--- Says why a query is not valid, or nil.
---@param pairs_given table
---@return string?
function M.problem_with(pairs_given)
  for name, value in pairs(pairs_given) do
    if type(name) ~= "string" then return "must have names" end
    if not is_query_value(value) then
      return ("must hold text, integers up to 2^53 and booleans, unlike '%s'"):format(name:gsub("[%c\127]", "?"))
    end
  end
end

local function value_text(value)
  return type(value) == "number" and ("%.0f"):format(value) or tostring(value)
end

--- The query of a URL, with its question mark; nil if a part of it is too long to encode.
---@param query table?
---@return string?
function M.text(query)
  local fields = {}
  for name, value in pairs(query or {}) do fields[name] = value_text(value) end
  local text = form(fields)
  return text and text ~= "" and "?" .. text or text
end

return M
