--- The bits of a Token Status List (draft-ietf-oauth-status-list, 4): one bit for each credential, least significant
--- first, compressed with zlib.
local ffi = require "ffi"
local base64 = require "credenco.base.base64"
local zlib = require "credenco.sandbox.ground.zlib"

local M = {}

local MAX_BYTES = 4 * 1024 * 1024

--- The `status_list` member of a status list token, with one bit for each entry.
---@param size integer number of entries, a multiple of 8
---@param revoked integer[] indices of the bits to set
---@return { bits: integer, lst: string }
function M.encode(size, revoked)
  local bytes = ffi.new("uint8_t[?]", size / 8)
  for _, index in ipairs(revoked) do
    local position = math.floor(index / 8)
    bytes[position] = bit.bor(bytes[position], bit.lshift(1, index % 8))
  end
  return { bits = 1, lst = base64.encode_url(zlib.deflate(ffi.string(bytes, size / 8))) }
end

local VALID_BITS = { [1] = true, [2] = true, [4] = true, [8] = true }

--- Opens a list for reading.
---@param list { bits: integer, lst: string }
---@return fun(index: integer): integer? status_at 0 is valid, 1 is invalid (revoked), others as in the draft; nil past
---  the end. nil in place of the function if the list cannot be read.
function M.open(list)
  local compressed = VALID_BITS[list.bits] and base64.decode_url(list.lst)
  local bytes = compressed and zlib.inflate(compressed, MAX_BYTES)
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
