--- Whether a credential is what was asked for: signed by its issuer, of the right type,
--- bound to this wallet's key, and valid now.
local clock = require "credenco.sandbox.app.clock"
local did = require "credenco.sandbox.wallet.did"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.app.json"
local jws = require "credenco.sandbox.crypto.jws"
local sd_jwt = require "credenco.sandbox.crypto.sd_jwt"

local M = {}

local SKEW_S = 60

--- Claims of the envelope; what is left in the payload are the holder's claims.
local REGISTERED = {
  iss = true, iat = true, nbf = true, exp = true, sub = true, aud = true, jti = true,
  vct = true, ["vct#integrity"] = true, cnf = true, status = true,
}

local function fail(reason, detail)
  return nil, { reason = reason, detail = detail }
end

local function claims_of_sd_jwt(payload)
  local claims = {}
  for name, value in pairs(payload) do
    if not REGISTERED[name] then
      claims[name] = value
    end
  end
  return claims
end

--- Claims of the envelope may not be disclosed selectively (SD-JWT VC, 3.2.2.2).
local NOT_DISCLOSABLE = { "iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status" }

local function hides_its_envelope(parsed)
  for _, name in ipairs(NOT_DISCLOSABLE) do
    if parsed.payload[name] ~= nil and parsed.jws.payload[name] == nil then
      return true
    end
  end
  return false
end

local function read_sd_jwt(text, wanted)
  local parsed, err = sd_jwt.parse(text)
  if not parsed then
    return fail("credential_invalid", err)
  end
  if hides_its_envelope(parsed) then
    return fail("credential_invalid", "a claim that has to be in the open is selectively disclosed")
  end
  local typ = parsed.jws.header.typ
  if typ ~= "dc+sd-jwt" and typ ~= "vc+sd-jwt" then
    return fail("credential_invalid", "the credential's typ is not dc+sd-jwt")
  end
  if parsed.payload.vct == nil or parsed.payload.vct ~= wanted.vct then
    return fail("wrong_vct", "the credential's vct is not the one of the issuer's metadata")
  end
  return { jws = parsed.jws, payload = parsed.payload, vct = wanted.vct, claims = claims_of_sd_jwt(parsed.payload) }
end

local function claims_of_subject(vc, subject_id)
  local claims = {}
  for name, value in pairs(json.is_object(vc.credentialSubject) and vc.credentialSubject or {}) do
    if name ~= "id" or value ~= subject_id then
      claims[name] = value
    end
  end
  return claims
end

local function has_types(vc, wanted)
  local has = {}
  for _, name in ipairs(type(vc.type) == "table" and vc.type or {}) do
    has[name] = true
  end
  local definition = json.is_object(wanted.credential_definition) and wanted.credential_definition or {}
  for _, name in ipairs(definition.type or {}) do
    if not has[name] then
      return false
    end
  end
  return true
end

local function read_vc_jwt(text, wanted)
  local token, err = jws.parse(text)
  if not token then
    return fail("credential_invalid", err)
  end
  local vc = token.payload.vc
  if not json.is_object(vc) then
    return fail("credential_invalid", "the JWT has no vc")
  end
  if not has_types(vc, wanted) then
    return fail("wrong_vct", "the credential's types are not those of the issuer's metadata")
  end
  return { jws = token, payload = token.payload, claims = claims_of_subject(vc, token.payload.sub) }
end

local READERS = { ["dc+sd-jwt"] = read_sd_jwt, ["vc+sd-jwt"] = read_sd_jwt, jwt_vc_json = read_vc_jwt }

local function is_bound_to(payload, holder_key)
  local cnf = json.is_object(payload.cnf) and payload.cnf or {}
  if json.is_object(cnf.jwk) then
    return es256.check(cnf.jwk) and es256.thumbprint(cnf.jwk) == es256.thumbprint(holder_key)
  end
  local holder_did = did_jwk.encode(holder_key)
  if cnf.kid ~= nil then
    return cnf.kid == holder_did or cnf.kid == holder_did .. "#0"
  end
  return payload.sub == holder_did
end

local function check_time(payload)
  local now = clock.now()
  for _, name in ipairs { "exp", "nbf", "iat" } do
    if payload[name] ~= nil and type(payload[name]) ~= "number" then
      return fail("credential_invalid", ("the credential's %s is not a number"):format(name))
    end
  end
  if payload.exp and payload.exp <= now - SKEW_S then
    return fail("expired", "the credential has expired")
  end
  if (payload.nbf or payload.iat or 0) > now + SKEW_S then
    return fail("not_yet_valid", "the credential is not valid yet")
  end
  return true
end

local function check_signature(read, context)
  local header, payload = read.jws.header, read.payload
  local key, failure = did.key(payload.iss, header.kid, context.loopback_scheme, context.deadline_ms)
  if not key then
    return nil, failure
  end
  local ok, err = jws.verify(read.jws, key)
  if not ok then
    return fail("signature_invalid", err)
  end
  return true
end

--- Where the credential's status can be looked up, if it says so.
local function status_reference(payload)
  local status = json.is_object(payload.status) and payload.status.status_list
  local index = json.is_object(status) and status.idx
  if type(index) == "number" and index >= 0 and index % 1 == 0 and type(status.uri) == "string" then
    return { uri = status.uri, idx = index }
  end
end

--- Verifies a credential from a credential response.
---@param text any
---@param wanted table the credential configuration of the issuer's metadata
---@param context { holder_key: credenco.EcJwk, loopback_scheme: string, deadline_ms: number }
---@return table? credential issuer, format, vct, claims, issued_at, expires_at, status
---@return { reason: string, detail: string }? failure
function M.credential(text, wanted, context)
  local reader = READERS[wanted.format]
  if not reader then
    return fail("format_not_supported", "this wallet does not read the format of this credential")
  end
  if type(text) ~= "string" then
    return fail("credential_invalid", "the credential is not a string")
  end
  local read, failure = reader(text, wanted)
  if not read then
    return nil, failure
  end
  local signed, signature_failure = check_signature(read, context)
  if not signed then
    return nil, signature_failure
  end
  if not is_bound_to(read.payload, context.holder_key) then
    return fail("holder_binding_invalid", "the credential is bound to another key than this wallet's")
  end
  local valid, time_failure = check_time(read.payload)
  if not valid then
    return nil, time_failure
  end
  return {
    issuer = read.payload.iss, format = wanted.format, vct = read.vct, claims = read.claims,
    issued_at = read.payload.iat, expires_at = read.payload.exp, status_list = status_reference(read.payload),
    raw = text,
  }
end

return M
