--- did:jwk: a DID that is its own public key.
local base64 = require "credenco.base.base64"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"

local M = {}

---@param jwk credenco.EcJwk
---@return string did
function M.encode(jwk)
  return "did:jwk:" .. base64.encode_url(json.encode(es256.public(jwk)))
end

--- The key of a did:jwk DID or DID URL.
---@param did string
---@return credenco.EcJwk?
---@return string? err
function M.decode(did)
  local encoded, fragment = did:match "^did:jwk:([%w_-]+)(.*)$"
  if not encoded or (fragment ~= "" and fragment ~= "#0") then
    return nil, "not a did:jwk DID"
  end
  local jwk, err = json.decode_object(base64.decode_url(encoded) or "")
  if not jwk then
    return nil, err
  end
  return jwk
end

return M
