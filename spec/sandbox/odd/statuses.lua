--- The compression of a Token Status List for the specs: zlib (RFC 1950) with one stored block (RFC 1951, 3.2.4).
local M = {}

local function big_endian(number, bytes)
  local out = {}
  for position = bytes, 1, -1 do
    out[position] = string.char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(out)
end

local function adler32(bytes)
  local a, b = 1, 0
  for position = 1, #bytes do
    a = (a + bytes:byte(position)) % 65521
    b = (b + a) % 65521
  end
  return b * 65536 + a
end

--- A stored block, without the zlib stream around it.
function M.block(bytes)
  local size = big_endian(#bytes, 2):reverse()
  return "\1" .. size .. big_endian(65535 - #bytes, 2):reverse() .. bytes
end

---@param bytes string up to 65535 of them
---@return string
function M.compress(bytes)
  return "\120\1" .. M.block(bytes) .. big_endian(adler32(bytes), 4)
end

return M
