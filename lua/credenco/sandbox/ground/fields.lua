--- Checks an object against the fields that it may have.
local json = require "credenco.sandbox.ground.json"

local M = {}

--- The problem of an object, as text to follow its name.
---@param object any
---@param fields table<string, table> for each field a function that says whether a value fits, and a description of valid values
---@param needed string[]
---@return string?
function M.mistake(object, fields, needed)
  if not json.is_object(object) then
    return "must be an object"
  end
  for name, value in pairs(object) do
    local field = fields[name]
    if not field then
      return ("has an unknown field '%s'"):format(name)
    end
    if not field[1](value) then
      return ("'%s' must be %s"):format(name, field[2])
    end
  end
  for _, name in ipairs(needed) do
    if object[name] == nil then
      return ("needs '%s'"):format(name)
    end
  end
end

return M
