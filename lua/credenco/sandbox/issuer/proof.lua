--- The wallet's proof that it holds the key for the credential (OpenID4VCI 1.0, 8.2 and appendix F.1).
local clock = require "credenco.sandbox.ground.clock"
local config = require "credenco.sandbox.ground.config"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local es256 = require "credenco.sandbox.crypto.es256"
local jws = require "credenco.sandbox.crypto.jws"
local nonces = require "credenco.sandbox.issuer.nonces"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.issuer.request_schemas"

local M = {}

local TYPE = "openid4vci-proof+jwt"
local MAX_AGE_S = 300
local MAX_SKEW_S = 60

local function refuse(description, code)
  return nil, { code = code or "invalid_proof", description = description }
end

---@class credenco.SandboxHolder the holder of a credential
---@field key credenco.EcJwk
---@field kid string? the DID URL with which the wallet named its key, unchanged; nil after a proof with `jwk`

--- The key in the header, or in a did:jwk that the header names.
local function jwk_of(header)
  if header.x5c ~= nil or (header.jwk ~= nil) == (header.kid ~= nil) then
    return nil, "the proof's header must have one of jwk and kid, and no x5c"
  end
  if header.jwk then
    return header.jwk
  end
  return did_jwk.decode(header.kid)
end

local function holder_of(header)
  local given, given_err = jwk_of(header)
  if not given then
    return refuse(given_err)
  end
  local jwk, err = schema.read(schemas.KEY, given, "the proof's key")
  if not jwk then
    return refuse(err)
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
  if type(audience) == "string" then
    return audience == wanted
  end
  for _, one in ipairs(audience) do
    if one == wanted then
      return true
    end
  end
  return false
end

local function is_current(payload)
  local now = clock.now()
  return now - payload.iat <= MAX_AGE_S and payload.iat - now <= MAX_SKEW_S
    and (payload.nbf or now) <= now + MAX_SKEW_S and (payload.exp or now) >= now - MAX_SKEW_S
end

local function check_payload(payload)
  if not names_audience(payload.aud, config.credential_issuer) then
    return refuse "the proof's aud is not this credential issuer"
  end
  if not is_current(payload) then
    return refuse "the proof's iat is too old or in the future, or its exp or nbf says that it is not valid now"
  end
  if not nonces.take(payload.nonce) then
    return refuse("the proof's nonce is unknown, used or expired", "invalid_nonce")
  end
  return true
end

--- Parses a proof, with typed members.
local function read(text)
  local token, parse_err = jws.parse(text)
  if not token then
    return nil, parse_err
  end
  local header, header_err = schema.read(schemas.PROOF_HEADER, token.header, "the proof's header")
  if not header then
    return nil, header_err
  end
  local payload, payload_err = schema.read(schemas.PROOF_PAYLOAD, token.payload, "the proof's payload")
  if not payload then
    return nil, payload_err
  end
  return { token = token, header = header, payload = payload }
end

--- Checks the proof of a credential request, and uses its nonce.
---@param text string
---@return credenco.SandboxHolder? holder
---@return { code: string, description: string }? refusal
function M.verify(text)
  local proof, err = read(text)
  if not proof then
    return refuse(err)
  end
  if proof.header.typ ~= TYPE then
    return refuse("the proof's typ is not " .. TYPE)
  end
  local holder, key_refusal = holder_of(proof.header)
  if not holder then
    return nil, key_refusal
  end
  local verified, signature_err = jws.verify(proof.token, holder.key)
  if not verified then
    return refuse(signature_err)
  end
  local fits, payload_refusal = check_payload(proof.payload)
  if not fits then
    return nil, payload_refusal
  end
  return holder
end

return M
