--- The rules of the specifications for a credential, beyond the types of its parts and its signature, each with its
--- clause. A wallet discards a credential that breaks one, and says which.
local clock = require "credenco.sandbox.ground.clock"
local dates = require "credenco.sandbox.wallet.dates"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"
local jwk = require "credenco.sandbox.crypto.jwk"
local jws = require "credenco.sandbox.crypto.jws"
local lists = require "credenco.base.lists"

local M = {}

local SKEW_S = 60

---@class credenco.SandboxRead a credential in its parts
---@field jws credenco.Jws
---@field payload table read through its schema, with the disclosed claims in their places
---@field vc table? the credential inside a VC-JWT
---@field wanted table the credential configuration of the issuer's metadata
---@field holder_key credenco.EcJwk

---@class credenco.SandboxRule
---@field clause string
---@field says string the rule in words
---@field reason string of the discard if it is broken
---@field holds fun(read: credenco.SandboxRead): boolean

--- Whether a credential of the data model has a type. A single type need not be in a list.
local function has_type(vc, wanted)
  return vc.type == wanted or type(vc.type) == "table" and lists.contains(vc.type, wanted)
end

--- Whether any part of a value is selectively disclosed.
local function has_digests(value)
  if type(value) ~= "table" then return false end
  for name, child in pairs(value) do
    if name == "_sd" or name == "..." or has_digests(child) then return true end
  end
  return false
end

local IN_THE_OPEN = { "iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status" }

local function is_in_the_open(read)
  local signed = read.jws.payload
  for _, name in ipairs(IN_THE_OPEN) do
    if read.payload[name] ~= nil and signed[name] == nil or has_digests(signed[name]) then return false end
  end
  return true
end

local function same_key(key, other)
  return key ~= nil and jwk.check(key) == true and es256.thumbprint(key) == es256.thumbprint(other)
end

local function is_did_of(did, key)
  return same_key(jwk.read(did_jwk.decode(did) or json.null), key)
end

--- Whether all names of the holder in the credential are this wallet's.
local function is_bound(read)
  local cnf, key = read.payload.cnf, read.holder_key
  if not cnf then
    local needs_binding = read.wanted.cryptographic_binding_methods_supported ~= nil
    return not needs_binding or read.vc ~= nil and read.payload.sub ~= nil and is_did_of(read.payload.sub, key)
  end
  return (cnf.jwk or cnf.kid) ~= nil
    and (not cnf.jwk or same_key(cnf.jwk, key)) and (not cnf.kid or is_did_of(cnf.kid, key))
end

--- A date of the VCDM in seconds; 0 if it is absent; nil if it is not a date.
local function date_of(read, name)
  local text = read.vc and read.vc[name]
  return text == nil and 0 or dates.seconds(text)
end

local function has_dates(read)
  for _, name in ipairs { "issuanceDate", "expirationDate", "validFrom", "validUntil" } do
    if not date_of(read, name) then return false end
  end
  return true
end

--- When the credential ends: the earliest end that it names.
---@param read credenco.SandboxRead
---@return number? seconds since the epoch
function M.end_of(read)
  local earliest = read.payload.exp or math.huge
  for _, name in ipairs { "expirationDate", "validUntil" } do
    local date = date_of(read, name)
    earliest = date ~= 0 and math.min(earliest, date) or earliest
  end
  return earliest < math.huge and earliest or nil
end

local function is_not_over(read)
  return (M.end_of(read) or math.huge) > clock.now() - SKEW_S
end

local function has_begun(read)
  local from = read.payload.nbf or read.payload.iat or 0
  from = math.max(from, date_of(read, "issuanceDate"), date_of(read, "validFrom"))
  return from <= clock.now() + SKEW_S
end

local function has_our_types(read)
  local definition = read.wanted.credential_definition
  for _, name in ipairs(definition and definition.type or {}) do
    if not has_type(read.vc, name) then return false end
  end
  return definition ~= nil
end

local CONTEXTS = { ["https://www.w3.org/2018/credentials/v1"] = true, ["https://www.w3.org/ns/credentials/v2"] = true }

local function has_context(read)
  local context = read.vc["@context"]
  return CONTEXTS[type(context) == "table" and context[1] or context] == true
end

local function names_its_issuer(read)
  local issuer = read.vc.issuer
  return issuer == nil or (type(issuer) == "table" and issuer.id or issuer) == read.issuer
end

local function names_its_subject(read)
  local id, sub = read.vc.credentialSubject.id, read.payload.sub
  return id == nil or sub == nil or id == sub
end

--- Rules of an SD-JWT VC that need no key.
---@type credenco.SandboxRule[]
M.SD_JWT = {
  { clause = "SD-JWT VC, 3.2.1", says = "typ is dc+sd-jwt, or vc+sd-jwt as in the drafts before",
    reason = "credential_invalid",
    holds = function(read) return lists.contains({ "dc+sd-jwt", "vc+sd-jwt" }, jws.media_type(read.jws)) end },
  { clause = "SD-JWT VC, 3.2.2.2", says = "iss, nbf, exp, cnf, vct and status are not selectively disclosable",
    reason = "credential_invalid", holds = is_in_the_open },
  { clause = "SD-JWT VC, 3.2.2.1.1", says = "there is a vct", reason = "wrong_vct",
    holds = function(read) return read.payload.vct ~= nil end },
  { clause = "OpenID4VCI 1.0, A.3.2", says = "the vct is the one of the issuer's metadata", reason = "wrong_vct",
    holds = function(read) return read.payload.vct == read.wanted.vct end },
}

--- Rules of a VC-JWT that need no key.
---@type credenco.SandboxRule[]
M.VC_JWT = {
  { clause = "VCDM 1.1, 6.3.1", says = "typ is JWT, if there is one", reason = "credential_invalid",
    holds = function(read) return lists.contains({ "", "jwt", "vc+jwt" }, jws.media_type(read.jws)) end },
  { clause = "VCDM 1.1, 4.1", says = "@context begins with the one of the data model", reason = "credential_invalid",
    holds = has_context },
  { clause = "VCDM 1.1, 4.3", says = "type has VerifiableCredential", reason = "credential_invalid",
    holds = function(read) return has_type(read.vc, "VerifiableCredential") end },
  { clause = "OpenID4VCI 1.0, A.1.1.2", says = "type has the types of the issuer's metadata", reason = "wrong_vct",
    holds = has_our_types },
  { clause = "VCDM 1.1, 6.3.1", says = "vc.issuer is who signs", reason = "credential_invalid",
    holds = names_its_issuer },
  { clause = "VCDM 1.1, 6.3.1", says = "sub is the id of the credentialSubject", reason = "credential_invalid",
    holds = names_its_subject },
  { clause = "VCDM 1.1, 6.3.1", says = "jti is the id of the credential", reason = "credential_invalid",
    holds = function(read) return read.vc.id == nil or read.payload.jti == nil or read.vc.id == read.payload.jti end },
  { clause = "VCDM 1.1, 4.6", says = "dates are those of RFC 3339", reason = "credential_invalid", holds = has_dates },
}

--- Rules of both, for a credential with a valid signature.
---@type credenco.SandboxRule[]
M.SIGNED = {
  { clause = "OpenID4VCI 1.0, 8.1", says = "the credential is bound to this wallet's key",
    reason = "holder_binding_invalid", holds = is_bound },
  { clause = "RFC 7519, 4.1.4", says = "the credential has not expired", reason = "expired", holds = is_not_over },
  { clause = "RFC 7519, 4.1.5", says = "the credential is valid already", reason = "not_yet_valid", holds = has_begun },
}

--- The first rule that is broken.
---@param rules credenco.SandboxRule[]
---@param read credenco.SandboxRead
---@return { reason: string, detail: string }? failure nil if none is broken
function M.broken(rules, read)
  for _, rule in ipairs(rules) do
    if not rule.holds(read) then
      return { reason = rule.reason, detail = ("rule broken: %s (%s)"):format(rule.says, rule.clause) }
    end
  end
end

return M
