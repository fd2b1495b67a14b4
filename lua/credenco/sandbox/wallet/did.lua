--- Finds the key an issuer signs with: through did:jwk, or the document of a did:web.
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local discovery = require "credenco.sandbox.wallet.discovery"
local reach = require "credenco.sandbox.wallet.reach"
local schemas = require "credenco.sandbox.wallet.schemas"
local uri = require "credenco.sandbox.app.uri"

local M = {}

local function unresolvable(detail)
  return nil, { reason = "issuer_did_unresolvable", detail = detail }
end

--- Where a did:web document is. The method says https; on the loopback interface a
--- developer's issuer may have plain http, and `loopback_scheme` says so.
---@return string? url
local function web_url(did, loopback_scheme)
  local parts = {}
  for part in did:sub(#"did:web:" + 1):gmatch "[^:]+" do
    parts[#parts + 1] = uri.decode(part)
  end
  local authority = table.remove(parts, 1)
  local location = authority and reach.parse("https://" .. authority)
  if not location or location.path ~= "" then
    return nil
  end
  local scheme = reach.is_loopback(location.host) and loopback_scheme or "https"
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

--- A DID URL in full; documents may leave the DID itself out.
local function absolute(id, did)
  return id:find "^#" and did .. id or id
end

--- The verification methods that may sign credentials: those of assertionMethod, given in
--- full or by reference.
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

--- With a `kid` that very key; without one, the only key there is.
local function choose(methods, kid, did)
  if kid == nil then
    return #methods == 1 and methods[1] or nil
  end
  for _, method in ipairs(methods) do
    if absolute(method.id, did) == absolute(kid, did) then
      return method
    end
  end
end

local function web_key(did, kid, loopback_scheme, deadline_ms)
  local document, failure = fetch_document(did, loopback_scheme, deadline_ms)
  if not document then
    return nil, failure
  end
  local method = choose(assertion_methods(document, did), kid, did)
  if not method or not method.publicKeyJwk then
    return nil, { reason = "issuer_key_missing", detail = "the DID document has no such assertion key with a JWK" }
  end
  return method.publicKeyJwk
end

--- The public key behind a signature by `did`.
---@param did any
---@param kid string? as in the header
---@param loopback_scheme "http"|"https"
---@param deadline_ms number
---@return credenco.EcJwk?
---@return { reason: string, detail: string }? failure
function M.key(did, kid, loopback_scheme, deadline_ms)
  if type(did) ~= "string" then
    return unresolvable "the credential has no iss"
  end
  if did:find "^did:jwk:" then
    local jwk, err = did_jwk.decode(did)
    if not jwk then
      return unresolvable(err)
    end
    return jwk
  end
  if did:find "^did:web:" then
    return web_key(did, kid, loopback_scheme, deadline_ms)
  end
  return unresolvable "the credential's iss is neither did:web nor did:jwk"
end

return M
