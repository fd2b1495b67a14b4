--- One record from its first request to its end, so that it is issued exactly once or reported: `offer_creation`, then
--- `offer_delivery`, the next step or `ending`.
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

local confirm = require "credenco.pipeline.confirmation"
local core = require "credenco.core"
local correlation = require "credenco.pipeline.correlation"
local creation = require "credenco.pipeline.offer_creation"
local delivery = require "credenco.pipeline.offer_delivery"
local ending = require "credenco.pipeline.ending"
local hooks = require "credenco.pipeline.hooks"
local jobs = require "credenco.pipeline.job"
local prepare = require "credenco.pipeline.prepare"

local M = {}

--- What has become of a record's offer in the journal. One that is not written is another worker's by now, or the
--- journal is gone: it must not be pushed.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param written boolean
function M.kept(run, job, written)
  if written then job.state = "offered" end
  jobs.advance(run, job, written and "kept" or "leave")
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
  ending.tell(run, job, "issued")
  if is_by_record(run.workflow.steps[job.step]) then confirm.note_step(run, job) end
  if to_next_step(run, job) then return "again" end
  ending.finish(run, job, "issued")
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
  if said == "failed" then return ending.fail(run, job, reason) end
  if said == "unknown" then return ending.unknown(run, job, reason) end
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
  local finished = job.state == "pending" and ending.fail or ending.unknown
  return finished(run, job, job.reason)
end

-- Whether the step can be done. One that comes back from the journal was asked before.
local function is_prepared(run, job)
  if job.correlation_id then return true end
  local said = prepare.step(run, job)
  if said == "skipped" then
    ending.finish(run, job, "skipped", job.reason)
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
    said = creation.create(run, job)
  elseif job.state == "offered" then
    said = delivery.deliver(run, job)
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
  if steps(run, job) == "left open" then jobs.advance(run, job, "leave") end
end

return M
