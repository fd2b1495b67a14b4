--- Finds the key with which an issuer signs: in a did:jwk, or in the document of a did:web.
local core = require "credenco.core"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local discovery = require "credenco.sandbox.wallet.discovery"
local jwk = require "credenco.sandbox.crypto.jwk"
local reach = require "credenco.sandbox.wallet.reach"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local percent = require "credenco.base.percent"

local M = {}

local function unresolvable(detail)
  return nil, { reason = "issuer_did_unresolvable", detail = detail }
end

--- The URL of a did:web document. The method requires https. `loopback_scheme` allows plain http for a developer's
--- issuer on the loopback interface.
---@return string? url
local function web_url(did, loopback_scheme)
  local parts = {}
  for part in did:sub(#"did:web:" + 1):gmatch "[^:]+" do
    parts[#parts + 1] = percent.decode(part)
  end
  local authority = table.remove(parts, 1)
  local location = authority and reach.parse("https://" .. authority)
  if not location or location.path ~= "" then
    return nil
  end
  local scheme = core.is_loopback(location.host) and loopback_scheme or "https"
  local path = #parts > 0 and table.concat(parts, "/") or ".well-known"
  return ("%s://%s/%s/did.json"):format(scheme, authority, path)
end

local DOCUMENT = { schema = schemas.DID_DOCUMENT, name = "the issuer's DID document" }

local function fetch_document(did, loopback_scheme, deadline_ms)
  local url = web_url(did, loopback_scheme)
  if not url then
    return unresolvable("not a did:web DID: " .. did)
  end
  local document, failure = discovery.fetch(url, deadline_ms, DOCUMENT)
  if not document then
    return unresolvable(failure.detail)
  end
  if document.id ~= did then
    return unresolvable "the DID document is that of another DID"
  end
  return document
end

--- A full DID URL. Documents and headers may leave out the DID.
local function absolute(id, did)
  if id:find "^did:" then return id end
  return did .. (id:find "^#" and "" or "#") .. id
end

--- The verification methods that may sign credentials: those of assertionMethod, included or by reference.
local function assertion_methods(document, did)
  local by_id, methods = {}, {}
  for _, method in ipairs(document.verificationMethod or {}) do
    by_id[absolute(method.id, did)] = method
  end
  for _, entry in ipairs(document.assertionMethod or {}) do
    methods[#methods + 1] = type(entry) == "table" and entry or by_id[absolute(entry, did)]
  end
  return methods
end

--- With a `kid` the key with that method id or JWK `kid`; without one, the only key.
local function choose(methods, kid, did)
  if kid == nil then
    return #methods == 1 and methods[1] or nil
  end
  local wanted = absolute(kid, did)
  for _, method in ipairs(methods) do
    local key_id = method.publicKeyJwk and method.publicKeyJwk.kid
    if absolute(method.id, did) == wanted or key_id and absolute(key_id, did) == wanted then
      return method
    end
  end
end

local function web_methods(did, loopback_scheme, deadline_ms)
  local document, failure = fetch_document(did, loopback_scheme, deadline_ms)
  if not document then
    return nil, failure
  end
  return assertion_methods(document, did)
end

--- A did:jwk has one method, #0.
local function jwk_methods(did)
  local key, err = did_jwk.decode(did)
  if not key then
    return unresolvable(err)
  end
  local read, read_err = schema.read(jwk.SCHEMA, key, "the key in the issuer's DID")
  if not read then
    return unresolvable(read_err)
  end
  return { { id = "#0", publicKeyJwk = read } }
end

local METHODS = { ["did:jwk:"] = jwk_methods, ["did:web:"] = web_methods }

local function key_missing(detail)
  return nil, { reason = "issuer_key_missing", detail = detail }
end

--- The DID of a credential's issuer: `iss`, or without it the DID in the `kid` of the header.
---@param iss string?
---@param kid string? from the header
---@return string? did
function M.issuer_of(iss, kid)
  return iss or kid and kid:match "^(did:[^#]+)#"
end

--- The public key for a signature of `did`.
---@param did string?
---@param kid string? from the header
---@param loopback_scheme "http"|"https"
---@param deadline_ms number
---@return credenco.EcJwk? key for ES256 signatures
---@return { reason: string, detail: string }? failure
function M.key(did, kid, loopback_scheme, deadline_ms)
  local methods_of = did and not did:find "#" and METHODS[did:sub(1, #"did:web:")]
  if not methods_of then
    return unresolvable "the credential's issuer is neither a did:web nor a did:jwk"
  end
  if kid and kid:find "^did:" and kid:match "^[^#]*" ~= did then
    return key_missing "the header's kid is a key of another DID than the issuer's"
  end
  local methods, failure = methods_of(did, loopback_scheme, deadline_ms)
  if not methods then
    return nil, failure
  end
  local method = choose(methods, kid, did)
  if not method or not method.publicKeyJwk then
    return key_missing "the DID document has no such assertion key with a JWK"
  end
  local usable, err = jwk.check(method.publicKeyJwk)
  if not usable then
    return key_missing(err)
  end
  return method.publicKeyJwk
end

return M
