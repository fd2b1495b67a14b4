--- Results as text: one "name: value" in each line, for people and grep.
local as_utf8 = require "credenco.base.as_utf8"

local M = {}

-- Cleans a server's text for a terminal and for JSON: no control bytes, no invalid UTF-8.
local function clean(value)
  if type(value) ~= "string" then
    return value
  end
  return as_utf8((value:gsub("[%c\127]+", " ")))
end

--- A copy of the named fields that exist, cleaned for output.
---@param result table
---@param names string[]
---@return table
function M.pick(result, names)
  local picked = {}
  for _, name in ipairs(names) do
    picked[name] = clean(result[name])
  end
  return picked
end

-- JSON has one type of number, but Lua 5.4 would print 2 as 2.0.
local function printed(value)
  if type(value) == "number" and value % 1 == 0 then return ("%.0f"):format(value) end
  return tostring(value)
end

---@param result table
---@param names string[] in this order
---@return string
function M.text(result, names)
  local lines = {}
  for _, name in ipairs(names) do
    if result[name] ~= nil then
      lines[#lines + 1] = name .. ": " .. printed(result[name])
    end
  end
  return table.concat(lines, "\n")
end

return M
