--- Writes metrics in Prometheus' text format 0.0.4.

local decimal = require "credenco.base.decimal"
local series = require "credenco.metrics.series"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

M.CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

local function seconds(ms)
  return decimal.text("%.14g", ms / 1000)
end

-- A user's gauge may divide by zero.
local function number(family, value)
  if family.in_ms then return seconds(value) end
  if value ~= value then return "NaN" end
  if value == math.huge or value == -math.huge then return value > 0 and "+Inf" or "-Inf" end
  return decimal.text("%.14g", value)
end

-- Labels, with one more at the end.
local function with(labels, name, value)
  if labels == "" then return ('{%s="%s"}'):format(name, value) end
  return ('%s,%s="%s"}'):format(labels:sub(1, -2), name, value)
end

-- A store counts each bucket alone. In the format, a bucket includes those below it.
local function add_histogram(lines, family, labels, parts)
  local count = 0
  for i, bound_ms in ipairs(family.bounds_ms) do
    count = count + (parts[tostring(i)] or 0)
    lines[#lines + 1] = ("%s_bucket%s %d"):format(family.name, with(labels, "le", seconds(bound_ms)), count)
  end
  count = count + (parts[tostring(#family.bounds_ms + 1)] or 0)
  lines[#lines + 1] = ("%s_bucket%s %d"):format(family.name, with(labels, "le", "+Inf"), count)
  lines[#lines + 1] = ("%s_sum%s %s"):format(family.name, labels, seconds(parts.sum or 0))
  lines[#lines + 1] = ("%s_count%s %d"):format(family.name, labels, count)
end

local function add_value(lines, family, labels, parts)
  local sum = 0
  for _, value in pairs(parts) do sum = sum + value end
  lines[#lines + 1] = ("%s%s %s"):format(family.name, labels, number(family, sum))
end

--- The lines of a family; nothing if it has no numbers.
---@param lines string[]  to append to
---@param family credenco.metrics.Family
---@param by_labels table<string, table<string, number>>  written labels to parts
function M.add(lines, family, by_labels)
  if next(by_labels) == nil then return end
  lines[#lines + 1] = ("# HELP %s %s"):format(family.name, (family.help:gsub("\\", "\\\\"):gsub("\n", "\\n")))
  lines[#lines + 1] = ("# TYPE %s %s"):format(family.name, family.type)
  local add = family.type == "histogram" and add_histogram or add_value
  for _, labels in ipairs(sorted_keys(by_labels)) do add(lines, family, labels, by_labels[labels]) end
end

--- Adds a label to every sample of a text.
---@param text string  in this format
---@param name string
---@param value string
---@return string
function M.with_label(text, name, value)
  local label = "{" .. series.labels({ [name] = value }):sub(2, -2)
  local labelled = ("\n" .. text):gsub("(\n[%a_:][%w_:]*)([{ ])", function(sample, next_byte)
    return sample .. label .. (next_byte == "{" and "," or "} ")
  end)
  return labelled:sub(2)
end

--- The numbers of a gauge.
---@param list { labels: table<string, string|number>, value: number }[]
---@return table<string, table<string, number>>  written labels to parts
function M.by_labels(list)
  local by_labels = {}
  for _, one in ipairs(list) do by_labels[series.labels(one.labels)] = { [""] = one.value } end
  return by_labels
end

--- A store's numbers by family, labels and part.
---@param numbers table<string, number>
---@return table<string, table<string, table<string, number>>>
function M.grouped(numbers)
  local groups = {}
  for key, value in pairs(numbers) do
    local name, labels, part = series.parse(key)
    if name then
      groups[name] = groups[name] or {}
      groups[name][labels] = groups[name][labels] or {}
      groups[name][labels][part] = value
    end
  end
  return groups
end

return M
