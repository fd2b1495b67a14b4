--- How far each issuance is, by correlation id.
local store = require "credenco.sandbox.app.store"

local M = {}

---@class credenco.SandboxIssueStatus
---@field status "issue_request_created"|"issue_completed"|"error"
---@field correlation_id string
---@field revocation_uuid string? what a revocation needs, at the end

local function key_of(correlation_id)
  return "issue:" .. correlation_id
end

--- A correlation id that is used again stands for the newer issuance.
function M.created(correlation_id)
  store.set(key_of(correlation_id), { status = "issue_request_created", correlation_id = correlation_id })
end

---@return credenco.SandboxIssueStatus?
function M.find(correlation_id)
  return store.get(key_of(correlation_id))
end

function M.completed(correlation_id, revocation_uuid)
  store.update(key_of(correlation_id), function(document)
    document.status, document.revocation_uuid = "issue_completed", revocation_uuid
    return document
  end)
end

return M
