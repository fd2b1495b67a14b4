--- The issuer: its DID, its signing key, and the document that connects the two.
local config = require "credenco.sandbox.ground.config"
local es256 = require "credenco.sandbox.crypto.es256"

local M = {}

local KEY_FRAGMENT = "#key-1"
local signing_key

--- Makes the signing key in nginx's master process, so that all workers inherit it.
function M.load()
  signing_key = es256.generate()
end

---@return credenco.EcJwk
function M.key()
  return signing_key
end

---@return string did
function M.did()
  return config.issuer_did
end

--- The `kid` of the issuer's signatures: a DID URL into its document.
function M.kid()
  return config.issuer_did .. KEY_FRAGMENT
end

--- did.json (DID Core 1.0, with the key as a JsonWebKey2020).
function M.document()
  local kid = M.kid()
  local method = {
    id = kid, type = "JsonWebKey2020", controller = config.issuer_did, publicKeyJwk = es256.public(signing_key),
  }
  return {
    ["@context"] = { "https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1" },
    id = config.issuer_did,
    verificationMethod = { method },
    authentication = { kid },
    assertionMethod = { kid },
  }
end

return M
