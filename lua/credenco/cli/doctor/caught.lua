--- Calls what throws mistakes in usage: here they are what a line says.
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
