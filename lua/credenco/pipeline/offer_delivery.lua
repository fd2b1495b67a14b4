--- From offered to pushed: delivers a record's offer to the wallet, and the same one again while no response is clear.

local attempt = require "credenco.pipeline.attempt"
local confirm = require "credenco.pipeline.confirmation"
local ending = require "credenco.pipeline.ending"
local outcome = require "credenco.pipeline.outcome"
local workflow_check = require "credenco.workflow.check"

local M = {}

-- The meaning of the status for an offer that may have been delivered before: an end, or "open" to deliver it (again).
local function decided_by_status(run, job)
  local status = attempt.status(run, job)
  if not status then return "left open" end
  local verdict = outcome.of_status(status.status)
  if verdict == "issued" then
    confirm.note(run, job, status)
    return "issued"
  elseif verdict == "failed" then
    return ending.fail(run, job, { code = "issue_failed", step = "issue_status",
      message = "the issuer reports that the issue failed after the delivery" })
  end
  return "open"
end

local UNDECIDED = {
  refused = "the response to a delivery was lost, the wallet refused a second delivery of the same offer, "
    .. "and the issuer's status does not show whether the wallet accepted the first one",
  lost = "no delivery of the offer had a clear response, "
    .. "and the issuer's status does not show whether the wallet accepted it",
}

local function undecided(run, job, err, how)
  local said = decided_by_status(run, job)
  if said ~= "open" then return said end
  ending.unknown(run, job, { code = err.code, step = "push_offer", http_status = err.http_status,
    message = UNDECIDED[how] })
end

local function push(run, job, unclear)
  while true do
    local ok, err, verdict = attempt.push_offer(run, job)
    if ok then return "pushed" end
    if verdict == "left open" then return "left open" end
    if verdict == "fail" then
      if unclear then return undecided(run, job, err, "refused") end
      return ending.fail(run, job, ending.reason_of(err, "push_offer"))
    end
    -- After a lost response: asks, then delivers the same offer again.
    unclear = true
    if job.pushes >= run.options.attempts then return undecided(run, job, err, "lost") end
    local said = decided_by_status(run, job)
    if said ~= "open" then return said end
    if not attempt.wait_before_repeat(run, job) then return "left open" end
  end
end

--- Delivers the offer. First asks about one that an earlier run may have delivered.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job offered
---@return "left open"|"issued"|"pushed"|nil said nil if the record has ended
function M.deliver(run, job)
  if workflow_check.leaves_offer(job.delivery) then return "issued" end
  if job.resumed and job.delivery == "direct" then
    local said = decided_by_status(run, job)
    if said ~= "open" then return said end
  end
  return push(run, job, job.resumed)
end

return M
