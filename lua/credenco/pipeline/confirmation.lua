--- Confirmation: asks for an issue's status until it is final or its deadline passes, for many records at the same
--- time. A record that waits here takes up no room.

local attempt = require "credenco.pipeline.attempt"
local jobs = require "credenco.pipeline.job"
local loop = require "credenco.loop"
local outcome = require "credenco.pipeline.outcome"

local M = {}

local FIRST_POLL_MS, LONGEST_POLL_MS, GROWTH = 250, 5000, 1.5

local function credential(run, job)
  return {
    workflow = run.workflow.name, key = job.key, step = job.step, template_id = job.template_id,
    correlation_id = job.correlation_id, wallet_key = job.wallet_key, delivery = job.delivery,
    status = job.status, revocation_uuid = job.revocation_uuid,
  }
end

--- Stores the issuer's data about a credential: its status, and the id that a revocation needs.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param said { status?: string, revocation_uuid?: string }
function M.note(run, job, said)
  job.status, job.revocation_uuid = said.status, said.revocation_uuid
  run.writer:note(credential(run, job))
end

--- Stores a step that is done, once, unless its status was stored. The job's next step has no status yet.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
function M.note_step(run, job)
  if not job.status then run.writer:note(credential(run, job)) end
  job.status, job.revocation_uuid = nil, nil
end

local function poll(run, job, deadline_ms)
  local pause_ms = FIRST_POLL_MS
  while true do
    local said = attempt.status(run, job)
    if not said then return nil end
    local left_ms = deadline_ms - loop.now_ms()
    if outcome.of_status(said.status) or left_ms <= 0 then return said end
    if not run:sleep(math.min(pause_ms, left_ms)) then return nil end
    pause_ms = math.min(LONGEST_POLL_MS, pause_ms * GROWTH)
  end
end

-- The outcome of an issue, or the reason why it is unknown.
local function verdict_of(said)
  local verdict = outcome.of_status(said.status)
  if verdict == "failed" then
    return verdict, { code = "issue_failed", step = "issue_status",
      message = "the issuer reports that the issue failed" }
  elseif not verdict then
    return "unknown", { code = "not_confirmed", step = "issue_status",
      message = ("delivered; at the deadline the issuer's status was still %q"):format(tostring(said.status)) }
  end
  return verdict
end

--- Waits for the end of an issue, in a task of its own. Returns when there is room for one more that waits.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param confirm_ms number how long to ask
---@param tell fun(run, job, verdict: "issued"|"failed"|"unknown"|nil, reason: table?) nil if the run stops first
function M.begin(run, job, confirm_ms, tell)
  run.bounds.polls:take() -- before it gives up its room: else any number of records would wait here
  jobs.advance(run, job, "pushed")
  loop.spawn(function()
    local said = poll(run, job, loop.now_ms() + confirm_ms)
    run.bounds.polls:give()
    if not said then return tell(run, job) end
    M.note(run, job, said)
    tell(run, job, verdict_of(said))
  end)
end

return M
