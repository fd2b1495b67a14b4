--- Public keys from others (RFC 7517): read through a schema, and checked for use with ES256.
local es256 = require "credenco.sandbox.crypto.es256"
local lists = require "credenco.base.lists"
local schema = require "credenco.sandbox.ground.schema"

local M = {}

local TEXT = { type = "string", max = 1024 }

--- Other members of a JWK, such as a private part, are left out.
M.SCHEMA = { type = "object", members = {
  kty = { type = "string", required = true }, crv = TEXT, x = TEXT, y = TEXT, use = TEXT, alg = TEXT, kid = TEXT,
  key_ops = { type = "array", items = TEXT },
} }

--- Whether a key from the schema is one for ES256 signatures (RFC 7517, 4.2 to 4.4).
---@return boolean? ok
---@return string? err
function M.check(jwk)
  if jwk.use and jwk.use ~= "sig" or jwk.key_ops and not lists.contains(jwk.key_ops, "verify") then
    return nil, "the key is not for signatures"
  end
  if jwk.alg and jwk.alg ~= "ES256" then
    return nil, "the key is for another algorithm than ES256"
  end
  return es256.check(jwk)
end

--- Reads a key, and checks that it is one for ES256 signatures.
---@param value any
---@return credenco.EcJwk? jwk
---@return string? err
function M.read(value)
  local jwk, err = schema.read(M.SCHEMA, value, "the key")
  if not jwk then
    return nil, err
  end
  local usable, unusable = M.check(jwk)
  if not usable then
    return nil, unusable
  end
  return jwk
end

return M
