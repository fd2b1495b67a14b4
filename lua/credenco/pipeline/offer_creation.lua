--- From pending to offered: creates a record's offer, where no earlier try has issued already.

local attempt = require "credenco.pipeline.attempt"
local confirm = require "credenco.pipeline.confirmation"
local ending = require "credenco.pipeline.ending"
local jobs = require "credenco.pipeline.job"
local outcome = require "credenco.pipeline.outcome"

local M = {}

-- Whether an earlier run, with this journal or another one, may have asked for the offer.
local function may_be_asked(run, job)
  return job.asked or run.asks_first or false
end

-- How an issuer may refuse a correlation id that was used before: the documentation does not say. 412 and 422 mean other
-- things, too, where no earlier try can have used it.
local function id_may_be_known(run, job, err)
  local status = err.http_status
  return status == 409 or (status == 412 or status == 422) and (may_be_asked(run, job) or job.lost_ms ~= nil)
end

-- The issuer may know the id and refuse to hand out another offer: it was used before this journal was, or an
-- answer was lost. Its status says whether it does, and perhaps that all is done.
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

-- Whether the issuer may have an issue under the id that came to no credential, of an earlier try whose answer was not
-- written down: unless it says that it has none. It may give the same offer again, and how long that has lived nobody
-- knows. Nil when the run stops first.
local function may_be_under_way(run, job)
  if not may_be_asked(run, job) then return false end
  local said = attempt.status(run, job)
  return said and not said.not_known and outcome.of_status(said.status) ~= "issued"
end

--- Creates the offer and hands it to the journal, from where the record comes back (`credenco.pipeline.lifecycle.kept`).
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job pending
---@return "left open"|"issued"|nil said nil when the record has ended, or its offer is to be written
function M.create(run, job)
  job.resumed = nil -- no offer was kept before, so none was pushed
  local may_be_old = may_be_under_way(run, job)
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
