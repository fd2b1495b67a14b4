--- Writes a PNG with two colours (PNG, third edition: palette, one bit for each pixel).
local zlib = require "credenco.sandbox.ground.zlib"

local M = {}

local SIGNATURE = "\137PNG\r\n\26\n"
local NO_FILTER = "\0"

local function be32(number)
  return string.char(
    bit.band(bit.rshift(number, 24), 255), bit.band(bit.rshift(number, 16), 255),
    bit.band(bit.rshift(number, 8), 255), bit.band(number, 255))
end

local function chunk(kind, data)
  return be32(#data) .. kind .. data .. be32(ngx.crc32_long(kind .. data))
end

--- One line of pixels, eight to a byte, the leftmost in the highest bit.
local function scanline(width, is_dark)
  local bytes = {}
  for from = 0, width - 1, 8 do
    local byte = 0
    for x = from, math.min(from + 7, width - 1) do
      if is_dark(x) then
        byte = byte + 2 ^ (7 - (x - from))
      end
    end
    bytes[#bytes + 1] = string.char(byte)
  end
  return NO_FILTER .. table.concat(bytes)
end

---@param size integer width and height in pixels
---@param palette { light: string, dark: string } three bytes each
---@param is_dark fun(x: integer, y: integer): boolean
---@return string png
function M.encode(size, palette, is_dark)
  local lines = {}
  for y = 0, size - 1 do
    lines[#lines + 1] = scanline(size, function(x) return is_dark(x, y) end)
  end
  local one_bit, indexed = "\1", "\3"
  return SIGNATURE
    .. chunk("IHDR", be32(size) .. be32(size) .. one_bit .. indexed .. "\0\0\0")
    .. chunk("PLTE", palette.light .. palette.dark)
    .. chunk("IDAT", zlib.deflate(table.concat(lines)))
    .. chunk("IEND", "")
end

return M
