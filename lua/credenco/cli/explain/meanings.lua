--- What states mean, in a sentence for whoever asks about one record. docs/pipeline.md says more about each.
local M = {}

--- By the state of a record.
---@type table<string, string>
M.RECORD = {
  pending = "nothing has been delivered; the next run asks for an offer",
  offered = "the offer is in the journal and may have been delivered; the next run asks for the status, then delivers "
    .. "the same offer again",
  pushed = "the wallet's side accepted the offer; the next run asks for the status and delivers nothing",
  issued = "delivered; the wallet keeps the credential if it trusts the issuer, which cannot be seen from here",
  failed = "nothing was issued",
  unknown = "whether the credential was issued cannot be decided from here",
  skipped = "left out; nothing was asked for",
}

local ISSUE = {
  issue_request_created = "the offer is made, and the issuer has not seen it taken",
  issue_completed = "the issuer's part is done; the wallet keeps the credential if it trusts the issuer, which cannot "
    .. "be seen from here",
  error = "the issue failed; a new offer is needed",
}

--- By the status of an issue, as the service says it.
---@param status string?
---@return string
function M.issue(status)
  return ISSUE[status] or "not among the known statuses: taken for not finished"
end

return M
