--- The status of each issuance, by correlation id.
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local store = require "credenco.sandbox.ground.store"

local M = {}

---@class credenco.SandboxIssueStatus
---@field status string one of RANK, or "error"
---@field correlation_id string
---@field revocation_uuid string? for a revocation, at the end
---@field offer_id string of its offer, even if that was redeemed or has expired

local RANK = {
  issue_request_created = 1,
  issue_request_retrieved = 2,
  issue_access_token_created = 3,
  issue_completed = 4,
}

local function key_of(correlation_id)
  return "issue:" .. correlation_id
end

--- A correlation id that is used again names the newer issuance.
function M.created(correlation_id, offer_id)
  store.set(key_of(correlation_id), {
    status = "issue_request_created", correlation_id = correlation_id, offer_id = offer_id,
  })
end

---@return credenco.SandboxIssueStatus?
function M.find(correlation_id)
  return store.get(key_of(correlation_id))
end

local function change(correlation_id, changed)
  if behaviour.get().issue_status ~= "stays_created" then
    store.update(key_of(correlation_id), changed)
  end
end

local function advance(correlation_id, status, revocation_uuid)
  change(correlation_id, function(document)
    if (RANK[document.status] or 0) >= RANK[status] then
      return nil
    end
    document.status, document.revocation_uuid = status, revocation_uuid
    return document
  end)
end

--- A wallet has fetched the offer.
function M.retrieved(correlation_id)
  advance(correlation_id, "issue_request_retrieved")
end

--- A wallet has redeemed the code.
function M.authorized(correlation_id)
  advance(correlation_id, "issue_access_token_created")
end

--- The credential has been sent. The status does not show whether the wallet keeps it.
function M.completed(correlation_id, revocation_uuid)
  advance(correlation_id, "issue_completed", revocation_uuid)
end

--- The wallet has notified the issuer that it does not want the credential.
function M.failed(correlation_id)
  change(correlation_id, function(document)
    document.status = "error"
    return document
  end)
end

return M
