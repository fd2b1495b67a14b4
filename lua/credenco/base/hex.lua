--- Bytes as hexadecimal digits (RFC 4648, 8).

local M = {}

local function digits_of(byte)
  return ("%02x"):format(byte:byte())
end

local function byte_of(digits)
  return string.char(tonumber(digits, 16))
end

---@param bytes string
---@return string  two lower-case digits a byte
function M.encode(bytes)
  return (bytes:gsub(".", digits_of))
end

---@param text string
---@return string? bytes  nil unless the text consists of pairs of digits
function M.decode(text)
  if #text % 2 == 1 or text:find "%X" then return nil end
  return (text:gsub("..", byte_of))
end

return M
