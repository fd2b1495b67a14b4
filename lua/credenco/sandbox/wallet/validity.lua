--- Whether a credential in a wallet is still valid, by its dates and the issuer's Token Status List.
local clock = require "credenco.sandbox.ground.clock"
local did = require "credenco.sandbox.wallet.did"
local http = require "credenco.sandbox.wallet.http"
local jws = require "credenco.sandbox.crypto.jws"
local reach = require "credenco.sandbox.wallet.reach"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local status_list = require "credenco.sandbox.crypto.status_list"

local M = {}

local TIMEOUT_MS = 2000
local SKEW_S = 60
local MAX_REDIRECTS = 3
local WORDS = { [0] = "valid", [1] = "revoked", [2] = "suspended" }

--- Whether a list says that it is current (Token Status List, 5.1 and 8.3).
local function is_current(list, uri)
  local now = clock.now()
  return list.sub == uri and list.iat <= now + SKEW_S and (list.nbf or 0) <= now + SKEW_S
    and (list.exp or math.huge) > now
end

local function is_genuine(token, uri, issuer, deadline_ms)
  local key = did.key(issuer, token.header.kid, reach.parse(uri).scheme, deadline_ms)
  return key and jws.verify(token, key) and jws.media_type(token) == "statuslist+jwt"
end

--- The list at `uri`, signed by `issuer`.
---@return (fun(index: integer): integer?)? status_at
local function fetch(uri, issuer, deadline_ms)
  local response = http.get(uri, deadline_ms, { accept = "application/statuslist+jwt", max_redirects = MAX_REDIRECTS })
  local token = response and response.status == 200 and jws.parse(response.body)
  local list = token and schema.read(schemas.STATUS_TOKEN, token.payload, "the status list")
  if not list or not is_current(list, uri) or not is_genuine(token, uri, issuer, deadline_ms) then
    return nil
  end
  return status_list.open(list.status_list)
end

--- A function that gives the status of credentials, and fetches each list once.
---@return fun(credential: table): "valid"|"revoked"|"suspended"|"expired"|"unknown"
function M.checker()
  local lists, deadline_ms = {}, http.deadline(TIMEOUT_MS)
  local function list_for(credential)
    local uri = credential.status_list.uri
    local name = uri .. " " .. credential.issuer
    if lists[name] == nil then
      lists[name] = fetch(uri, credential.issuer, deadline_ms) or false
    end
    return lists[name]
  end
  return function(credential)
    if credential.expires_at and credential.expires_at <= clock.now() then
      return "expired"
    end
    if not credential.status_list then
      return credential.has_status and "unknown" or "valid"
    end
    local status_at = list_for(credential)
    return WORDS[status_at and status_at(credential.status_list.idx)] or "unknown"
  end
end

return M
