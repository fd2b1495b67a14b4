--- From pending to offered: creates a record's offer, unless an earlier attempt has issued already.

local attempt = require "credenco.pipeline.attempt"
local confirm = require "credenco.pipeline.confirmation"
local ending = require "credenco.pipeline.ending"
local jobs = require "credenco.pipeline.job"
local outcome = require "credenco.pipeline.outcome"

local M = {}

-- Whether an earlier run, with any journal, may have asked for the offer.
local function may_be_asked(run, job)
  return job.asked or run.asks_first or false
end

-- How an issuer may refuse a correlation id that was used before; its documentation does not say. 412 and 422 have
-- other meanings, too, if no earlier attempt can have used the id.
local function id_may_be_known(run, job, err)
  local status = err.http_status
  return status == 409 or (status == 412 or status == 422) and (may_be_asked(run, job) or job.lost_ms ~= nil)
end

-- The issuer may know the id and refuse to create another offer: an earlier journal used it, or a response was lost.
-- The status says whether it knows the id, and perhaps that the credential was issued.
local function settle_conflict(run, job, err)
  local status = attempt.status(run, job)
  if not status then return "left open" end
  local is_known = status.status or err.http_status == 409
  if not is_known or outcome.of_status(status.status) == "failed" then
    return ending.fail(run, job, ending.reason_of(err, "create_offer"))
  end
  if outcome.of_status(status.status) == "issued" then
    confirm.note(run, job, status)
    return "issued"
  end
  ending.unknown(run, job, { code = "already_asked", step = "create_offer", http_status = err.http_status,
    message = "the issuer already knows this correlation id, but its offer is not in this journal" })
end

-- Whether the issuer may have an issue under the id from an earlier attempt whose response was never stored, without a
-- credential. The issuer may give the same offer again, of unknown age. False if it says that it has none; nil if the
-- run stops first.
local function may_have_an_issue(run, job)
  if not may_be_asked(run, job) then return false end
  local said = attempt.status(run, job)
  return said and not said.not_known and outcome.of_status(said.status) ~= "issued"
end

--- Creates the offer and queues it for the journal, which then calls `credenco.pipeline.lifecycle.kept`.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job pending
---@return "left open"|"issued"|nil said nil if the record has ended, or its offer is being stored
function M.create(run, job)
  job.resumed = nil -- the journal had no offer, so none was delivered
  local may_be_old = may_have_an_issue(run, job)
  if may_be_old == nil then return "left open" end
  local offer_uri, err, verdict = attempt.create_offer(run, job)
  if not offer_uri then
    if verdict == "left open" then return "left open" end
    if id_may_be_known(run, job, err) then return settle_conflict(run, job, err) end
    return ending.fail(run, job, ending.reason_of(err, "create_offer"))
  end
  if may_be_old then job.made_ms = nil end
  job.offer, job.claims = offer_uri, false
  jobs.advance(run, job, "keep")
  run.writer:keep_offer(job)
end

return M
