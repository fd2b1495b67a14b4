--- Elliptic curve signatures: from the form of OpenSSL to the form of JOSE (RFC 7518, 3.4).

local M = {}

-- The length of a DER value, and the position of its first byte.
local function der_length(der, at)
  local length = der:byte(at)
  if length < 0x80 then return length, at + 1 end
  return der:byte(at + 1), at + 2 -- signatures here have at most 255 bytes
end

local function der_integer(der, at)
  local length, first = der_length(der, at + 1)
  return der:sub(first, first + length - 1), first + length
end

local function padded(bytes, size)
  local digits = bytes:gsub("^%z+", "")
  return ("\0"):rep(size - #digits) .. digits
end

--- SEQUENCE { INTEGER r, INTEGER s } to r||s.
---@param der string
---@param field_bytes integer  of the curve
---@return string
function M.to_raw(der, field_bytes)
  local _, first = der_length(der, 2)
  local r, s
  r, first = der_integer(der, first)
  s = der_integer(der, first)
  return padded(r, field_bytes) .. padded(s, field_bytes)
end

return M
