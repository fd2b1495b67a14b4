--- Whether a credential is the requested one: signed by its issuer, of the right type, bound to this wallet's key, and
--- valid now. `credenco.sandbox.wallet.rules` has the rules.
local did = require "credenco.sandbox.wallet.did"
local json = require "credenco.sandbox.ground.json"
local jws = require "credenco.sandbox.crypto.jws"
local rules = require "credenco.sandbox.wallet.rules"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local sd_jwt = require "credenco.sandbox.crypto.sd_jwt"

local M = {}

--- Claims of the envelope. The other members of the payload are the holder's claims.
local REGISTERED = {
  iss = true, iat = true, nbf = true, exp = true, sub = true, aud = true, jti = true,
  vct = true, ["vct#integrity"] = true, cnf = true, status = true,
}

local function fail(reason, detail)
  return nil, { reason = reason, detail = detail }
end

local function claims_of_sd_jwt(read)
  local claims = {}
  for name, value in pairs(read.payload) do
    if not REGISTERED[name] then
      claims[name] = value
    end
  end
  return claims
end

--- Several subjects stay a list, under the credential's own name for it.
local function claims_of_vc_jwt(read)
  local subject = read.vc.credentialSubject
  if json.is_array(subject) then
    if #subject > 1 then return { credentialSubject = subject } end
    subject = subject[1]
  end
  local claims = {}
  for name, value in pairs(subject) do
    if name ~= "id" or value ~= read.payload.sub then
      claims[name] = value
    end
  end
  return claims
end

---@class credenco.SandboxFormat
---@field parse fun(text: string): { jws: credenco.Jws, payload: table }?, string?
---@field payload credenco.SandboxSchema
---@field inner string? the claim that holds the credential of the data model
---@field rules credenco.SandboxRule[]
---@field claims fun(read: credenco.SandboxRead): table<string, any>

local SD_JWT = {
  parse = sd_jwt.parse, payload = schemas.SD_JWT_PAYLOAD, rules = rules.SD_JWT, claims = claims_of_sd_jwt,
}

local VC_JWT = {
  parse = function(text)
    local token, err = jws.parse(text)
    return token and { jws = token, payload = token.payload }, err
  end,
  payload = schemas.VC_JWT_PAYLOAD, inner = "vc", rules = rules.VC_JWT, claims = claims_of_vc_jwt,
}

---@type table<string, credenco.SandboxFormat>
local FORMATS = { ["dc+sd-jwt"] = SD_JWT, ["vc+sd-jwt"] = SD_JWT, jwt_vc_json = VC_JWT }

--- Whether this wallet reads a format (OpenID4VCI 1.0, appendix A).
---@param format string
---@return boolean
function M.reads(format)
  return FORMATS[format] ~= nil
end

---@return credenco.SandboxRead?
---@return { reason: string, detail: string }? failure
local function take_apart(format, text, wanted, holder_key)
  local parsed, err = format.parse(text)
  if not parsed then
    return fail("credential_invalid", err)
  end
  local payload, payload_err = schema.read(format.payload, parsed.payload, "the credential")
  if not payload then
    return fail("credential_invalid", payload_err)
  end
  local read = { jws = parsed.jws, payload = payload, wanted = wanted, holder_key = holder_key }
  read.vc = format.inner and payload[format.inner]
  read.issuer = did.issuer_of(payload.iss, parsed.jws.header.kid)
  local broken = rules.broken(format.rules, read)
  if broken then
    return nil, broken
  end
  return read
end

local function check_signature(read, context)
  local key, failure = did.key(read.issuer, read.jws.header.kid, context.loopback_scheme, context.deadline_ms)
  if not key then
    return nil, failure
  end
  local ok, err = jws.verify(read.jws, key)
  if not ok then
    return fail("signature_invalid", err)
  end
  return true
end

--- The part of a credential that a wallet keeps; `has_status` if the issuer can change its status.
local function summary(read, format, text)
  local payload = read.payload
  return {
    issuer = read.issuer, format = read.wanted.format, vct = payload.vct, claims = format.claims(read),
    issued_at = payload.iat or payload.nbf, expires_at = rules.end_of(read),
    status_list = payload.status and payload.status.status_list, has_status = payload.status and true,
    raw = text,
  }
end

--- Verifies a credential from a credential response.
---@param text any
---@param wanted table the credential configuration of the issuer's metadata, in a format that this wallet reads
---@param context { holder_key: credenco.EcJwk, loopback_scheme: string, deadline_ms: number }
---@return table? credential issuer, format, vct, claims, issued_at, expires_at, status
---@return { reason: string, detail: string }? failure
function M.credential(text, wanted, context)
  local format = assert(FORMATS[wanted.format])
  if type(text) ~= "string" then
    return fail("credential_invalid", "the credential is not a string")
  end
  local read, failure = take_apart(format, text, wanted, context.holder_key)
  if not read then
    return nil, failure
  end
  local signed, signature_failure = check_signature(read, context)
  if not signed then
    return nil, signature_failure
  end
  local broken = rules.broken(rules.SIGNED, read)
  if broken then
    return nil, broken
  end
  return summary(read, format, text)
end

return M
