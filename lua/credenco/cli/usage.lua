--- A mistake in how the program was called. Thrown from anywhere below `main`, which reports it and ends
--- with the exit code for usage.
local M = {}

local Usage = {}
Usage.__index = Usage
Usage.__tostring = function(self) return self.message end

--- Throws; never returns. The message must not repeat what can be secret: values, contents of files.
---@param message string
---@param text string? the form for people, when it is longer than the message
function M.fail(message, text)
  error(setmetatable({ message = message, text = text }, Usage), 0)
end

---@return boolean
function M.is(value)
  return getmetatable(value) == Usage
end

return M
