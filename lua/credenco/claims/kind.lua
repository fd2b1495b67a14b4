--- Describes a value without showing it: problems are printed, logged and mailed, and must not carry data of a register
--- or a payroll.

local json = require "credenco.base.json"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

--- A JSON decoder gives null as a light userdata. To a mapping it is an absent value.
---@param value any
---@return boolean
function M.is_absent(value)
  return value == nil or type(value) == "userdata"
end

---@param value any
---@return string kind for instance "empty", "text of 7 characters", "a list of 2"
function M.of(value)
  if M.is_absent(value) then return "absent" end
  local kind = type(value)
  if kind == "string" then
    if value == "" then return "empty" end
    if utf8_text.is_blank(value) then return "only whitespace" end
    local characters = utf8_text.length(value)
    if not characters then return "text that is not UTF-8" end
    return ("text of %d character%s"):format(characters, characters == 1 and "" or "s")
  elseif kind == "number" then
    return value % 1 == 0 and "a whole number" or "a number with decimals"
  elseif kind == "table" then
    if #value > 0 then return ("a list of %d"):format(#value) end
    return json.is_array(value) and "an empty list" or "an object"
  end
  return "a " .. kind
end

return M
