--- One record from its first request to its end, so that it is issued exactly once or reported.
---
--- Why nothing is issued twice, whatever is killed and whenever:
---
---  1. An offer that is not pushed issues nothing. Making one again, after a crash or a lost answer, is free.
---  2. An offer is single-use. Pushing the same one again, to whatever end, cannot issue a second credential.
---  3. So two credentials need two *different* offers pushed. An offer is pushed only after it stands in the
---     journal, in a transaction that is on disk, and only one offer can stand there for a record: the write
---     is conditional on `pending`, and a record leaves `offered` only for an end, or after an end was read
---     from the answers. A worker whose record was taken by another is refused that write, and does not push.
---
--- Why nothing is lost: a record leaves the journal's open states only by an answer that says so. After a
--- crash each open record is taken up where it stands: `pending` from the beginning (1), `offered` by asking
--- for the status and then by pushing the same offer (2), `pushed` by asking for the status.
---
--- What cannot be decided: the same offer, pushed again after an unclear answer, is refused, and the issuer's
--- status does not say that it was redeemed. Then the first push may have succeeded or not; that is `unknown`.
--- So is an offer that may have expired before it was pushed, which a wallet passes over in silence: one that an earlier
--- run made, or that is older than offers are sure to live. There the status has to say that it was redeemed.

local attempt = require "credenco.pipeline.attempt"
local confirm = require "credenco.pipeline.confirmation"
local core = require "credenco.core"
local correlation = require "credenco.pipeline.correlation"
local hooks = require "credenco.pipeline.hooks"
local jobs = require "credenco.pipeline.job"
local outcome = require "credenco.pipeline.outcome"
local prepare = require "credenco.pipeline.prepare"

local M = {}

local LEFT_OPEN = "left open"

--- A credential that was issued, or a record that has ended without one.
---@class credenco.pipeline.Ended
---@field workflow string
---@field key string
---@field step integer
---@field template_id? string
---@field correlation_id? string
---@field state "issued"|"failed"|"unknown"|"skipped"
---@field code? string why

-- Before the journal is written: after a crash `on_ended` may be told a second time.
local function tell_end(run, job, state)
  if not run.options.on_ended then return end
  run:tell(run.options.on_ended, { workflow = run.workflow.name, key = job.key, step = job.step,
    template_id = job.template_id or nil, correlation_id = job.correlation_id or nil, state = state, code = job.code },
    run)
end

-- The ends of a job. Each writes the journal, counts, and tells the workflow.
local function finish(run, job, state, reason)
  if reason then
    job.code, job.stage, job.message = reason.code, reason.step, reason.message
  end
  if state ~= "issued" then tell_end(run, job, state) end
  run.writer:put(state, job)
  run.counts:finished(state, job, reason)
  run:check_failures()
  jobs.advance(run, job, "end")
end

local function fail(run, job, reason)
  hooks.failed(run, job, reason)
  finish(run, job, "failed", reason)
end

local function unknown(run, job, reason)
  hooks.failed(run, job, reason)
  finish(run, job, "unknown", reason)
end

local function reason_of(err, step)
  return { code = err.code, step = err.step or step, message = attempt.message_of(err), http_status = err.http_status }
end

-- Which of the steps of `attempt` ended it; nil when the job is not at its end.
local function give_up(run, job, verdict, err, step)
  if verdict == "left open" then return LEFT_OPEN end
  if verdict == "fail" then return fail(run, job, reason_of(err, step)) end
end

-- Pending -> offered ------------------------------------------------------------------------------

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
  if not status then return LEFT_OPEN end
  local is_known = status.status or err.http_status == 409
  if not is_known or outcome.of_status(status.status) == "failed" then
    return fail(run, job, reason_of(err, "create_offer"))
  end
  if outcome.of_status(status.status) == "issued" then
    confirm.note(run, job, status)
    return "issued"
  end
  unknown(run, job, { code = "already_asked", step = "create_offer", http_status = err.http_status,
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

local function make_offer(run, job)
  job.resumed = nil -- no offer was kept before, so none was pushed
  local may_be_old = may_be_under_way(run, job)
  if may_be_old == nil then return LEFT_OPEN end
  local offer_uri, err, verdict = attempt.create_offer(run, job)
  if not offer_uri then
    if verdict == "fail" and id_may_be_known(run, job, err) then return settle_conflict(run, job, err) end
    return give_up(run, job, verdict, err, "create_offer")
  end
  if may_be_old then job.made_ms = nil end
  job.offer, job.claims = offer_uri, false
  jobs.advance(run, job, "keep")
  run.writer:keep_offer(job)
end

--- What has become of a record's offer in the journal. One that is not written is another worker's by now, or the
--- journal is gone: it must not be pushed.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param written boolean
function M.kept(run, job, written)
  if written then job.state = "offered" end
  jobs.advance(run, job, written and "kept" or "leave")
end

-- Offered -> pushed -------------------------------------------------------------------------------

-- What the status says about an offer that may have been pushed before: an end, or nil to push it (again).
local function decided_by_status(run, job)
  local status = attempt.status(run, job)
  if not status then return LEFT_OPEN end
  local verdict = outcome.of_status(status.status)
  if verdict == "issued" then
    confirm.note(run, job, status)
    return "issued"
  elseif verdict == "failed" then
    return fail(run, job, { code = "issue_failed", step = "issue_status",
      message = "the issuer reports that the issue failed after the push" })
  end
  return "open"
end

local UNDECIDED = {
  refused = "a delivery whose response was lost was repeated with the same offer and refused, "
    .. "and the issuer's status does not show whether the wallet took the first one",
  lost = "no delivery of the offer had a clear response, "
    .. "and the issuer's status does not show whether the wallet took it",
}

local function undecided(run, job, err, how)
  local said = decided_by_status(run, job)
  if said ~= "open" then return said end
  unknown(run, job, { code = err.code, step = "push_offer", http_status = err.http_status, message = UNDECIDED[how] })
end

local function push(run, job, unclear)
  while true do
    local ok, err, verdict = attempt.push_offer(run, job)
    if ok then return "pushed" end
    if verdict == "left open" then return LEFT_OPEN end
    if verdict == "fail" then
      if unclear then return undecided(run, job, err, "refused") end
      return fail(run, job, reason_of(err, "push_offer"))
    end
    -- The answer was lost, not the request: ask, then push the same offer again.
    unclear = true
    if job.pushes >= run.options.attempts then return undecided(run, job, err, "lost") end
    local said = decided_by_status(run, job)
    if said ~= "open" then return said end
    if not attempt.wait_before_repeat(run, job) then return LEFT_OPEN end
  end
end

local function deliver(run, job)
  if job.delivery == "offer_only" then return "issued" end
  if job.resumed and job.delivery == "direct" then
    local said = decided_by_status(run, job)
    if said ~= "open" then return said end
  end
  return push(run, job, job.resumed)
end

-- Pushed -> issued, or the next step ----------------------------------------------------------------

local function to_next_step(run, job)
  if job.step == #run.workflow.steps then return false end
  run.writer:put("next_step", job)
  confirm.note_step(run, job)
  job.step, job.state, job.offer, job.correlation_id, job.pushes = job.step + 1, "pending", nil, false, nil
  job.made_ms, job.lost_ms, job.asked = nil, nil, nil
  return true
end

-- What the workflow alone does not tell.
local function is_by_record(step)
  return type(step.template_id) ~= "string" or type(step.delivery) ~= "string"
end

local function complete(run, job)
  hooks.issued(run, job)
  tell_end(run, job, "issued")
  if is_by_record(run.workflow.steps[job.step]) then confirm.note_step(run, job) end
  if to_next_step(run, job) then return "again" end
  finish(run, job, "issued")
end

-- Whether the offer had not expired when the wallet had answered. How long an offer that an earlier run made has lived
-- nobody knows: its clock may have stood still.
local function was_fresh(run, job)
  return job.made_ms ~= nil and core.uptime_ms() - job.made_ms <= run.options.offer_lifetime_ms
end

-- How long to ask for the status; nil when the 201 is enough.
local function confirmation_ms(run, job)
  if job.delivery ~= "direct" then return nil end
  if run.options.confirm_ms then return run.options.confirm_ms end
  if job.state == "pushed" or not was_fresh(run, job) then return run.options.stale_confirm_ms end
end

-- What the status said. The record is in no task of the scheduler's: its next step waits for one.
local function confirmed(run, job, said, reason)
  if said == "failed" then return fail(run, job, reason) end
  if said == "unknown" then return unknown(run, job, reason) end
  if said ~= "issued" then return jobs.advance(run, job, "leave") end
  if complete(run, job) == "again" then jobs.advance(run, job, "next_step") end
end

local function after_push(run, job)
  local confirm_ms = confirmation_ms(run, job)
  if not confirm_ms then return complete(run, job) end
  if job.state ~= "pushed" then
    run.writer:put("pushed", job)
    job.state = "pushed"
  end
  confirm.begin(run, job, confirm_ms, confirmed)
end

-- One step ------------------------------------------------------------------------------------------

-- The workflow cannot deal with the record. Where an offer stands in the journal it may have been pushed before:
-- then nobody can say that nothing was issued, and the offer is kept.
local function refused(run, job)
  local finished = job.state == "pending" and fail or unknown
  return finished(run, job, job.reason)
end

-- Whether the step can be done. One that comes back from the journal was asked before.
local function is_prepared(run, job)
  if job.correlation_id then return true end
  local said = prepare.step(run, job)
  if said == "skipped" then
    finish(run, job, "skipped", job.reason)
  elseif said == "failed" then
    refused(run, job)
  else
    job.correlation_id = correlation.id(run.workflow.name, job.key, job.template_id)
  end
  return said == nil
end

local function step(run, job)
  if not is_prepared(run, job) then return nil end
  local said = "pushed"
  if job.state == "pending" then
    said = make_offer(run, job)
  elseif job.state == "offered" then
    said = deliver(run, job)
  end
  if said == "issued" then return complete(run, job) end
  if said ~= "pushed" then return said end
  return after_push(run, job)
end

-- One step after the other: as calls, since LuaJIT compiles no loop that mostly turns once.
local function steps(run, job)
  local said = step(run, job)
  if said == "again" then return steps(run, job) end
  return said
end

--- Works on a record until it is at an end, its offer is to be written, its status is waited for, or the run stops.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
function M.record(run, job)
  jobs.advance(run, job, "begin")
  if steps(run, job) == LEFT_OPEN then jobs.advance(run, job, "leave") end
end

return M
