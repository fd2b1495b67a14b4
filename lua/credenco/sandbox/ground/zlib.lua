--- zlib, which is part of nginx.
local ffi = require "ffi"

local M = {}

local BEST_COMPRESSION = 9

ffi.cdef [[
  unsigned long compressBound(unsigned long length);
  int compress2(uint8_t *dest, unsigned long *dest_len, const uint8_t *source, unsigned long length, int level);
  int uncompress(uint8_t *dest, unsigned long *dest_len, const uint8_t *source, unsigned long length);
]]

local zlib = pcall(function() return ffi.C.compress2 end) and ffi.C or ffi.load "libz.so.1"

---@param bytes string
---@return string compressed a zlib stream, RFC 1950
function M.deflate(bytes)
  local capacity = zlib.compressBound(#bytes)
  local buffer, length = ffi.new("uint8_t[?]", capacity), ffi.new("unsigned long[1]", capacity)
  assert(zlib.compress2(buffer, length, bytes, #bytes, BEST_COMPRESSION) == 0)
  return ffi.string(buffer, length[0])
end

---@param bytes string
---@param max_bytes integer limit of the result
---@return string? inflated nil if it is not a zlib stream, or would grow beyond the limit
function M.inflate(bytes, max_bytes)
  local capacity = math.min(4096, max_bytes)
  while true do
    local buffer, length = ffi.new("uint8_t[?]", capacity), ffi.new("unsigned long[1]", capacity)
    if zlib.uncompress(buffer, length, bytes, #bytes) == 0 then
      return ffi.string(buffer, length[0])
    end
    if capacity == max_bytes then
      return nil
    end
    capacity = math.min(capacity * 4, max_bytes)
  end
end

return M
