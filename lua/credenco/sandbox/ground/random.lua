--- Identifiers that nobody can guess, from OpenSSL's generator.
local hex = require "credenco.base.hex"
local rand = require "openssl.rand"

local M = {}

--- 32 hexadecimal digits: 128 bits.
---@return string
function M.token()
  return hex.encode(rand.bytes(16))
end

return M
