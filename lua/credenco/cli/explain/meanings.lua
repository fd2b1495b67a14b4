--- The meaning of states, each in a sentence about one record. docs/pipeline.md says more about each.
local api = require "credenco.client.api"

local M = {}

--- By the state of a record.
---@type table<string, string>
M.RECORD = {
  pending = "nothing has been delivered; the next run requests an offer",
  offered = "the offer is in the journal and may have been delivered; the next run asks for the status, then delivers "
    .. "the same offer again",
  pushed = "the wallet's endpoint accepted the offer; the next run asks for the status and delivers nothing",
  issued = "delivered; the wallet keeps the credential if it trusts the issuer, which the service does not report",
  failed = "nothing was issued",
  unknown = "this program cannot decide whether the credential was issued",
  skipped = "skipped; no offer was requested",
}

local ISSUE = {
  issue_request_created = "the offer was created, and no wallet has fetched it yet",
}

local FINAL = {
  issued = "the issuer has finished; the wallet keeps the credential if it trusts the issuer, which the "
    .. "service does not report",
  failed = "the issue failed; a new offer is needed",
}

--- By the status of an issue, in the service's words.
---@param status string?
---@return string
function M.issue(status)
  return ISSUE[status] or FINAL[api.FINAL[status]] or "an unknown status, which counts as not finished"
end

return M
