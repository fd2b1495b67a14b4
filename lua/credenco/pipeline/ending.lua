--- The end of a record: writes it to the journal, counts it, and calls the functions of the workflow and of the caller.

local attempt = require "credenco.pipeline.attempt"
local hooks = require "credenco.pipeline.hooks"
local jobs = require "credenco.pipeline.job"

local M = {}

--- An issued credential, or a record that has ended without one.
---@class credenco.pipeline.Ended
---@field workflow string the name of the workflow
---@field key string the business key of the record
---@field step integer the number of the credential among the workflow's steps, from 1
---@field template_id? string the key of the credential template; nil if the record ended before it was known
---@field correlation_id? string nil if the record ended before an offer was requested
---@field state "issued"|"failed"|"unknown"|"skipped" how it ended
---@field code? string the reason, for programs: a code of docs/errors.md, or one of the pipeline's own

--- Tells the caller that a credential was issued, or that a record ended without one. This happens before the journal
--- is written: after a crash `on_ended` may be called a second time.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param state "issued"|"failed"|"unknown"|"skipped"
---@return boolean told if not, the record must stay open: the next run tells it
function M.tell(run, job, state)
  if not run.options.on_ended then return true end
  return run:tell(run.options.on_ended, { workflow = run.workflow.name, key = job.key, step = job.step,
    template_id = job.template_id or nil, correlation_id = job.correlation_id or nil, state = state, code = job.code },
    run)
end

--- Ends a record: tells the caller, unless it was issued, and then writes the journal and counts.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param state "issued"|"failed"|"unknown"|"skipped"
---@param reason? credenco.pipeline.Reason
function M.finish(run, job, state, reason)
  if reason then
    job.code, job.stage, job.message = reason.code, reason.step, reason.message
  end
  if state ~= "issued" and not M.tell(run, job, state) then return jobs.advance(run, job, "leave") end
  run.writer:put(state, job)
  run.counts:finished(state, job, reason)
  run:check_failures()
  jobs.advance(run, job, "end")
end

--- Ends a record that was not issued.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param reason credenco.pipeline.Reason
function M.fail(run, job, reason)
  hooks.failed(run, job, reason)
  M.finish(run, job, "failed", reason)
end

--- Ends a record whose outcome is unknown.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param reason credenco.pipeline.Reason
function M.unknown(run, job, reason)
  hooks.failed(run, job, reason)
  M.finish(run, job, "unknown", reason)
end

--- The reason in an error of the client.
---@param err credenco.Error
---@param step string if the error names none
---@return credenco.pipeline.Reason
function M.reason_of(err, step)
  return { code = err.code, step = err.step or step, message = attempt.message_of(err), http_status = err.http_status }
end

return M
