--- One record from its first request to its end, so that it is issued exactly once or reported: `offer_creation`, then
--- `offer_delivery`, the next step or `ending`.
---
--- Why nothing is issued twice, whatever is killed and whenever:
---
---  1. An offer that is not delivered issues nothing. Creating another after a crash or a lost response does no harm.
---  2. An offer can be used once. Delivering the same one again cannot issue a second credential.
---  3. So two credentials need two *different* offers to be delivered. An offer is delivered only after the journal has
---     it, in a transaction on disk, and the journal can have only one offer for a record: the write requires the state
---     `pending`, and a record leaves `offered` only when it ends, or after a response has said that its issue ended.
---     If another worker took the record, that write is refused, and the offer is not delivered.
---
--- Why nothing is lost: a record leaves the journal's open states only because of a response. After a crash, each open
--- record continues from its state: `pending` from the beginning (1), `offered` with a query for the status and then
--- another delivery of the same offer (2), `pushed` with a query for the status.
---
--- A record whose outcome cannot be decided is `unknown`. That happens after a lost response, if the wallet refuses the
--- same offer, and the issuer's status does not say that the offer was used: the first delivery may have succeeded or
--- not. It also happens to an offer that may have expired before its delivery, since a wallet ignores it silently: an
--- offer of an earlier run, or one that is older than `offer_lifetime_ms`. Its status has to say that it was used.

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

--- The result of storing a record's offer. If it was not stored, another worker has the record, or the journal has
--- failed: the offer must not be delivered.
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
  job.step, job.state, job.offer, job.correlation_id, job.pushes = job.step + 1, "pending", nil, false, nil
  job.made_ms, job.lost_ms, job.asked = nil, nil, nil
  return true
end

-- Whether nothing else in the journal shows this step's credential: another step follows, or the workflow alone does not
-- determine its template or delivery.
local function needs_note(run, job)
  local step = run.workflow.steps[job.step]
  return job.step < #run.workflow.steps or type(step.template_id) ~= "string" or type(step.delivery) ~= "string"
end

local NOT_TAKEN = "%s; the function may not have the offer, and nobody else has it: the journal keeps the offer"

local function complete(run, job)
  local lost = hooks.issued(run, job)
  if lost then
    return ending.unknown(run, job, { code = "hook_failed", step = "push_offer", message = NOT_TAKEN:format(lost) })
  end
  if not ending.tell(run, job, "issued") then return "left open" end
  if needs_note(run, job) then confirm.note_step(run, job) end
  if to_next_step(run, job) then return "again" end
  ending.finish(run, job, "issued")
end

-- Whether the offer was still valid when the wallet responded. The age of an offer from an earlier run is unknown: the
-- machine's clock may have stood still.
local function was_fresh(run, job)
  return job.made_ms ~= nil and core.uptime_ms() - job.made_ms <= run.options.offer_lifetime_ms
end

-- How long to ask for the status; nil if the 201 is enough.
local function confirmation_ms(run, job)
  if job.delivery ~= "direct" then return nil end
  if run.options.confirm_ms then return run.options.confirm_ms end
  if job.state == "pushed" or not was_fresh(run, job) then return run.options.stale_confirm_ms end
end

-- Handles the status. The record is in no task of the scheduler: its next step waits for one.
local function confirmed(run, job, said, reason)
  if said == "failed" then return ending.fail(run, job, reason) end
  if said == "unknown" then return ending.unknown(run, job, reason) end
  if said ~= "issued" then return jobs.advance(run, job, "leave") end
  said = complete(run, job)
  if said == "again" then jobs.advance(run, job, "next_step") end
  if said == "left open" then jobs.advance(run, job, "leave") end
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

-- The workflow cannot handle the record. If the journal has an offer, it may have been delivered before. Then the
-- outcome is unknown, and the offer is kept.
local function refused(run, job)
  local finished = job.state == "pending" and ending.fail or ending.unknown
  return finished(run, job, job.reason)
end

-- Whether the step can be done. A record from the journal was checked before.
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

-- Each step calls the next, because LuaJIT does not compile a loop that usually runs once.
local function steps(run, job)
  local said = step(run, job)
  if said == "again" then return steps(run, job) end
  return said
end

--- Works on a record until it ends, its offer is being stored, it waits for its status, or the run stops.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
function M.record(run, job)
  jobs.advance(run, job, "begin")
  if steps(run, job) == "left open" then jobs.advance(run, job, "leave") end
end

return M
