--- Whether a credential a wallet holds is still good, from its dates and from the issuer's
--- published Token Status List.
local clock = require "credenco.sandbox.app.clock"
local did = require "credenco.sandbox.wallet.did"
local http = require "credenco.sandbox.wallet.http"
local json = require "credenco.sandbox.app.json"
local jws = require "credenco.sandbox.crypto.jws"
local reach = require "credenco.sandbox.wallet.reach"
local status_list = require "credenco.sandbox.crypto.status_list"

local M = {}

local TIMEOUT_MS = 2000
local WORDS = { [0] = "valid", [1] = "revoked", [2] = "suspended" }

local function is_genuine(token, uri, issuer, deadline_ms)
  local key = did.key(issuer, token.header.kid, reach.parse(uri).scheme, deadline_ms)
  local payload = token.payload
  return key and jws.verify(token, key) and token.header.typ == "statuslist+jwt"
    and payload.sub == uri and (payload.exp == nil or payload.exp > clock.now())
end

--- The list at `uri`, signed by `issuer`.
---@return (fun(index: integer): integer?)? status_at
local function fetch(uri, issuer, deadline_ms)
  local response = http.get(uri, deadline_ms, "application/statuslist+jwt")
  local token = response and response.status == 200 and jws.parse(response.body)
  if not token or not is_genuine(token, uri, issuer, deadline_ms) then
    return nil
  end
  local list = token.payload.status_list
  return json.is_object(list) and status_list.open(list) or nil
end

--- A function that tells the status of credentials, fetching each list once.
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
      return "valid"
    end
    local status_at = list_for(credential)
    return WORDS[status_at and status_at(credential.status_list.idx)] or "unknown"
  end
end

return M
