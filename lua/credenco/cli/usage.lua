--- A mistake in how the user called the program. Any code below `main` may throw it; `main` reports it and ends with
--- the exit code for usage.
local M = {}

local Usage = {}
Usage.__index = Usage
Usage.__tostring = function(self) return self.message end

--- Throws; never returns. The message must not repeat anything that may be secret: values, contents of files.
---@param message string
---@param text string? the form for people, if it is longer than the message
function M.fail(message, text)
  error(setmetatable({ message = message, text = text }, Usage), 0)
end

---@return boolean
function M.is(value)
  return getmetatable(value) == Usage
end

return M
