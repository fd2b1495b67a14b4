--- Calls a function that throws usage mistakes, and returns their message for a line of the doctor.
local usage = require "credenco.cli.usage"

---@param f function
---@return any? result
---@return string? flaw
return function(f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if usage.is(result) then return nil, result.message end
  error(result, 0)
end
