--- The wallet's proof that it holds the key it wants the credential bound to (OpenID4VCI
--- 1.0, 8.2 and appendix F.1).
local clock = require "credenco.sandbox.app.clock"
local config = require "credenco.sandbox.app.config"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.app.json"
local jws = require "credenco.sandbox.crypto.jws"
local nonces = require "credenco.sandbox.issuer.nonces"

local M = {}

local TYPE = "openid4vci-proof+jwt"
local MAX_AGE_S = 300
local MAX_SKEW_S = 60

local function refuse(description, code)
  return nil, { code = code or "invalid_proof", description = description }
end

--- The one JWT of `proofs`.
local function proof_of(proofs)
  if not json.is_object(proofs) then
    return refuse "proofs must be an object with a list named jwt"
  end
  local list = proofs.jwt
  if type(list) ~= "table" or not json.is_array(list) or next(proofs, next(proofs)) ~= nil then
    return refuse "proofs must hold a list named jwt, and nothing else"
  end
  if #list ~= 1 or type(list[1]) ~= "string" then
    return refuse "this issuer takes exactly one proof a request"
  end
  return list[1]
end

---@class credenco.SandboxHolder whom a credential is bound to
---@field key credenco.EcJwk
---@field kid string? the DID URL that the wallet named its key by, to the letter; nil after a proof by `jwk`

--- The key that the header gives, or names by a did:jwk.
local function jwk_of(header)
  local given = 0
  for _, name in ipairs { "jwk", "kid", "x5c" } do
    given = given + (header[name] ~= nil and 1 or 0)
  end
  if given ~= 1 or header.x5c ~= nil then
    return nil, "the proof's header must have one of jwk and kid, and no x5c"
  end
  if header.jwk ~= nil then
    return header.jwk
  end
  if type(header.kid) ~= "string" then
    return nil, "the proof's kid is not a string"
  end
  return did_jwk.decode(header.kid)
end

local function holder_of(header)
  local jwk, err = jwk_of(header)
  if not json.is_object(jwk) then
    return refuse(err or "the proof's jwk is not an object")
  end
  if jwk.d ~= nil then
    return refuse "the proof's key is a private key"
  end
  local usable, key_err = es256.check(jwk)
  if not usable then
    return refuse(key_err)
  end
  return { key = es256.public(jwk), kid = header.kid }
end

local function names_audience(audience, wanted)
  if type(audience) == "table" and json.is_array(audience) then
    for _, one in ipairs(audience) do
      if one == wanted then
        return true
      end
    end
  end
  return audience == wanted
end

local function check_payload(payload)
  if not names_audience(payload.aud, config.credential_issuer) then
    return refuse "the proof's aud is not this credential issuer"
  end
  local age = type(payload.iat) == "number" and clock.now() - payload.iat
  if not age or age > MAX_AGE_S or age < -MAX_SKEW_S then
    return refuse "the proof's iat is missing, too old or in the future"
  end
  if type(payload.nonce) ~= "string" or not nonces.take(payload.nonce) then
    return refuse("the proof's nonce is missing, unknown, used or expired", "invalid_nonce")
  end
  return true
end

--- Checks the proofs of a credential request; uses the nonce up.
---@param proofs table
---@return credenco.SandboxHolder? holder
---@return { code: string, description: string }? refusal
function M.verify(proofs)
  local text, refusal = proof_of(proofs)
  if not text then
    return nil, refusal
  end
  local token, parse_err = jws.parse(text)
  if not token then
    return refuse(parse_err)
  end
  if token.header.typ ~= TYPE then
    return refuse("the proof's typ is not " .. TYPE)
  end
  local holder, key_refusal = holder_of(token.header)
  if not holder then
    return nil, key_refusal
  end
  local verified, signature_err = jws.verify(token, holder.key)
  if not verified then
    return refuse(signature_err)
  end
  local fits, payload_refusal = check_payload(token.payload)
  if not fits then
    return nil, payload_refusal
  end
  return holder
end

return M
