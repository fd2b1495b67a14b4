--- Calls the workflow's own functions, so that none of them can end the run. They run in the record's task: they may
--- wait, and use the client that they get.

local loop = require "credenco.loop"
local place = require "credenco.claims.thrown"
local workflow_check = require "credenco.workflow.check"

local M = {}

-- The place of a function that yielded by itself. Nothing would ever resume it.
local function yielded_at(thread)
  for level = 0, 2 do
    local info = debug.getinfo(thread, level, "Sl")
    if info and info.currentline > 0 then
      return ("%s:%d: it yields; only calls of the client may wait"):format(info.short_src, info.currentline)
    end
  end
  return "an unknown place: it yields; only calls of the client may wait"
end

local function without_yield(ended, ...)
  if ended then return ... end
  return false, yielded_at((...))
end

-- nginx's tasks are nginx's own, and no pipeline runs in them.
local apart = loop.call or function(fn, ...) return true, fn(...) end

--- Calls one of the workflow's functions. Its error may quote the record, so only the place is reported.
---@return boolean ok
---@return any result or, if it failed, the place
---@return any second
function M.call(fn, ...)
  return xpcall(fn, place, ...)
end

--- The same, apart from the caller's task. A function that yields by itself has failed.
---@return boolean ok
---@return any result or, if it failed, the place
function M.call_apart(fn, ...)
  return without_yield(apart(xpcall, fn, place, ...))
end

local function with_true(fn, ...)
  return true, fn(...)
end

--- Calls a function of ours that calls the workflow's, in the same way.
---@return boolean ok
---@return any result or the place where one of them yielded
function M.apart(fn, ...)
  return without_yield(apart(with_true, fn, ...))
end

-- Says where the function failed; nil if it did not.
local function notify(run, name, cost, hook, ...)
  if not hook then return nil end
  local ok, where = M.call_apart(hook, ...)
  if ok then return nil end
  run.counts.hook_failures = run.counts.hook_failures + 1
  local failure = ("%s failed at %s"):format(name, where)
  run:warn(("%s; %s"):format(failure, cost))
  return failure
end

local NOTHING, ITS_OFFER = "the record itself is not affected", "it may not have the offer, so the record is unknown"

--- Tells the workflow that a credential was issued. After a crash it may tell it a second time.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@return string? lost why the offer may be lost that only the workflow's function gets
function M.issued(run, job)
  if not run.workflow.on_issued then return nil end
  local leaves_offer = workflow_check.leaves_offer(job.delivery)
  local failure = notify(run, "on_issued", leaves_offer and ITS_OFFER or NOTHING, run.workflow.on_issued, job.record, {
    key = job.key, step = job.step, template_id = job.template_id, correlation_id = job.correlation_id,
    wallet_key = job.wallet_key, delivery = job.delivery,
    offer_uri = leaves_offer and job.offer or nil,
    status = job.status, revocation_uuid = job.revocation_uuid,
  }, run.client)
  return leaves_offer and failure or nil
end

-- Prints as one line, like the client's errors.
local Reason = { __tostring = function(self) return tostring(self.message) end }

local function printable(reason)
  local copy = setmetatable({}, Reason)
  for name, value in pairs(reason) do copy[name] = value end
  return copy
end

--- Tells the workflow that a record failed, or that its outcome is unknown.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param reason credenco.pipeline.Reason
function M.failed(run, job, reason)
  if not run.workflow.on_failed then return end
  notify(run, "on_failed", NOTHING, run.workflow.on_failed, job.record, printable(reason), run.client)
end

return M
