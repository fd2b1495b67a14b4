--- Identifiers nobody can guess, from OpenSSL's generator.
local hex = require "credenco.base.hex"
local rand = require "openssl.rand"

local M = {}

--- 32 hexadecimal digits: 128 bits.
---@return string
function M.token()
  return hex.encode(rand.bytes(16))
end

--- UUID version 4, RFC 9562.
---@return string
function M.uuid()
  local digits = hex.encode(rand.bytes(16))
  local variant = ("89ab"):sub(tonumber(digits:sub(17, 17), 16) % 4 + 1)
  return table.concat({
    digits:sub(1, 8), digits:sub(9, 12), "4" .. digits:sub(14, 16), variant:sub(1, 1) .. digits:sub(18, 20),
    digits:sub(21, 32),
  }, "-")
end

return M
