--- Identifiers nobody can guess, from OpenSSL's generator.
local rand = require "openssl.rand"

local M = {}

local function to_hex(bytes)
  return (bytes:gsub(".", function(char) return ("%02x"):format(char:byte()) end))
end

--- 32 hexadecimal digits: 128 bits.
---@return string
function M.token()
  return to_hex(rand.bytes(16))
end

--- UUID version 4, RFC 9562.
---@return string
function M.uuid()
  local hex = to_hex(rand.bytes(16))
  local variant = ("89ab"):sub(tonumber(hex:sub(17, 17), 16) % 4 + 1)
  return table.concat({
    hex:sub(1, 8), hex:sub(9, 12), "4" .. hex:sub(14, 16), variant:sub(1, 1) .. hex:sub(18, 20), hex:sub(21, 32),
  }, "-")
end

return M
