--- A private key that signs JWTs (RFC 7515), with luaossl. The algorithm is the key's own (RFC 7518, 3.1).

local digest = require "openssl.digest"
local ecdsa = require "credenco.base.ecdsa"
local pkey = require "openssl.pkey"

---@class credenco.SigningKey
---@field algorithm string
---@field hash string
---@field field_bytes integer?  of an elliptic curve
local Key = {}
Key.__index = Key

local M = {}

-- The name in Base64 of an elliptic curve in OpenSSL's parameters, and its algorithm.
local CURVES = {
  ["BggqhkjOPQMBBw=="] = { algorithm = "ES256", hash = "sha256", field_bytes = 32 },
  ["BgUrgQQAIg=="] = { algorithm = "ES384", hash = "sha384", field_bytes = 48 },
  ["BgUrgQQAIw=="] = { algorithm = "ES512", hash = "sha512", field_bytes = 66 },
}

local RSA = { algorithm = "RS256", hash = "sha256" }

-- RFC 7518, 3.3.
local RSA_MIN_BYTES = 256

local function kind_of(key)
  local kind, parameters = key:type(), key:getParameters()
  if kind == "rsaEncryption" then
    if not parameters.d then return nil, "is a public key" end
    if #parameters.n:toBinary() < RSA_MIN_BYTES then return nil, "must have at least 2048 bits" end
    return RSA
  end
  local curve = kind == "id-ecPublicKey" and CURVES[tostring(parameters.group):match "\n(%S+)\n"]
  if not curve then return nil, "must be an RSA key, or one on P-256, P-384 or P-521" end
  if not parameters.priv_key then return nil, "is a public key" end
  return curve
end

--- Reads a private key. Refuses an encrypted key, since OpenSSL would ask the terminal for its passphrase.
---@param pem string
---@return credenco.SigningKey?
---@return string? problem  the end of a sentence, without any part of the key
function M.read(pem)
  if not pem:find("-----BEGIN", 1, true) then return nil, "must be PEM" end
  if pem:find("ENCRYPTED", 1, true) then return nil, "must not have a pass phrase" end
  local ok, key = pcall(pkey.new, pem, "PEM")
  if not ok then return nil, "is not a key that OpenSSL can read" end
  local kind, problem = kind_of(key)
  if not kind then return nil, problem end
  return setmetatable({
    key = key, algorithm = kind.algorithm, hash = kind.hash, field_bytes = kind.field_bytes,
  }, Key)
end

--- Signs in the form of JWS.
---@param text string
---@return string bytes
function Key:sign(text)
  local state = digest.new(self.hash)
  state:update(text)
  local signature = self.key:sign(state)
  return self.field_bytes and ecdsa.to_raw(signature, self.field_bytes) or signature
end

return M
