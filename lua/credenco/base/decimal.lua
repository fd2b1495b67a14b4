--- Numbers as text for programs: the decimal point is a point in every locale of the program.

local M = {}

--- Formats a finite number.
---@param format string  of `string.format`, with one number
---@param number number
---@return string text
---@return number? value  of the text; it may have fewer digits than the number
function M.text(format, number)
  local text = format:format(number)
  return (text:gsub("[^%d.e+-]+", ".")), tonumber(text)
end

return M
