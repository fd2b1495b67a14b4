--- The bits of a Token Status List (draft-ietf-oauth-status-list, 4): one bit a credential,
--- least significant first, compressed with zlib, which nginx brings along.
local ffi = require "ffi"
local base64url = require "credenco.sandbox.crypto.base64url"

local M = {}

local MAX_BYTES = 4 * 1024 * 1024
local BEST_COMPRESSION = 9

ffi.cdef [[
  unsigned long compressBound(unsigned long length);
  int compress2(uint8_t *dest, unsigned long *dest_len, const uint8_t *source, unsigned long length, int level);
  int uncompress(uint8_t *dest, unsigned long *dest_len, const uint8_t *source, unsigned long length);
]]

local zlib = pcall(function() return ffi.C.compress2 end) and ffi.C or ffi.load "libz.so.1"

local function deflate(bytes)
  local capacity = zlib.compressBound(#bytes)
  local buffer, length = ffi.new("uint8_t[?]", capacity), ffi.new("unsigned long[1]", capacity)
  assert(zlib.compress2(buffer, length, bytes, #bytes, BEST_COMPRESSION) == 0)
  return ffi.string(buffer, length[0])
end

local function inflate(bytes)
  local capacity = 4096
  while capacity <= MAX_BYTES do
    local buffer, length = ffi.new("uint8_t[?]", capacity), ffi.new("unsigned long[1]", capacity)
    if zlib.uncompress(buffer, length, bytes, #bytes) == 0 then
      return ffi.string(buffer, length[0])
    end
    capacity = capacity * 4
  end
  return nil
end

--- `status_list` member of a status list token, one bit an entry.
---@param size integer number of entries, a multiple of 8
---@param revoked integer[] indices whose bit is set
---@return { bits: integer, lst: string }
function M.encode(size, revoked)
  local bytes = ffi.new("uint8_t[?]", size / 8)
  for _, index in ipairs(revoked) do
    local position = math.floor(index / 8)
    bytes[position] = bit.bor(bytes[position], bit.lshift(1, index % 8))
  end
  return { bits = 1, lst = base64url.encode(deflate(ffi.string(bytes, size / 8))) }
end

local VALID_BITS = { [1] = true, [2] = true, [4] = true, [8] = true }

--- Opens a list for reading.
---@param list { bits: integer, lst: string }
---@return fun(index: integer): integer? status_at 0 is valid, 1 is invalid (revoked), others as
---  the draft says; nil past the end. nil in place of the function when it cannot be read.
function M.open(list)
  local compressed = VALID_BITS[list.bits] and base64url.decode(list.lst)
  local bytes = compressed and inflate(compressed)
  if not bytes then
    return nil
  end
  local bits, per_byte = list.bits, 8 / list.bits
  return function(index)
    local byte = bytes:byte(math.floor(index / per_byte) + 1)
    return byte and bit.band(bit.rshift(byte, (index % per_byte) * bits), 2 ^ bits - 1)
  end
end

return M
