--- The issuer's Token Status List: one entry for each credential, revoked with its revocation_uuid.
local clock = require "credenco.sandbox.ground.clock"
local config = require "credenco.sandbox.ground.config"
local core = require "credenco.core"
local identity = require "credenco.sandbox.issuer.identity"
local jws = require "credenco.sandbox.crypto.jws"
local status_list = require "credenco.sandbox.crypto.status_list"
local store = require "credenco.sandbox.ground.store"

local M = {}

local SIZE = 131072
local STEP = 79999 -- odd, so that it visits every index of a power of two once
local TTL_S = 1
local VALIDITY_S = 3600

--- The URL of the list; the `uri` in a credential's status.
function M.uri()
  return config.base_url .. "/status-lists/1"
end

--- Gives a credential a place in the list. Credentials issued one after the other are not neighbours there.
---@return { uuid: string, index: integer }
function M.allocate(correlation_id)
  local number = store.count "status-index"
  local entry = { uuid = core.uuid(), index = number * STEP % SIZE, correlation_id = correlation_id }
  store.set("revocation:" .. entry.uuid, entry)
  return entry
end

--- Revokes the credential with this place in the list. Doing so again changes nothing.
---@param index integer
function M.revoke_index(index)
  if store.claim("revoked:" .. index) then
    store.append("revoked", { index = index })
  end
end

--- Revokes by the revocation_uuid.
---@return { uuid: string, index: integer }? entry nil if the uuid is unknown
function M.revoke(uuid)
  local entry = store.get("revocation:" .. uuid)
  if entry then
    M.revoke_index(entry.index)
  end
  return entry
end

--- The status list token (draft-ietf-oauth-status-list, 5.1).
---@return string jwt
function M.token()
  local revoked, now = {}, clock.now()
  for index, entry in ipairs(store.list "revoked") do
    revoked[index] = entry.index
  end
  local payload = {
    iss = identity.did(), sub = M.uri(), iat = now, exp = now + VALIDITY_S, ttl = TTL_S,
    status_list = status_list.encode(SIZE, revoked),
  }
  return jws.sign({ typ = "statuslist+jwt", kid = identity.kid() }, payload, identity.key())
end

return M
