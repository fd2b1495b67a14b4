--- Runs the handler on queued events in the background, a few at a time.

local events = require "credenco.webhook.event"
local loop = require "credenco.loop"

local M = {}

local LOOK_EVERY_S = 1
local BACK_OFF_MAX_S = 300

---@class credenco.WebhookWorker
local Worker = {}
Worker.__index = Worker

--- @param queue credenco.Queue
--- @param options { handler: fun(event: table): any, concurrency: integer, max_attempts: integer, handler_timeout_s: integer }
--- @return credenco.WebhookWorker
function M.new(queue, options)
  return setmetatable({ queue = queue, options = options, jobs = {} }, Worker)
end

-- A handler fails if it throws, returns nil or false and a problem, or takes too long.
local function run_handler(options, event)
  local limit_s = options.handler_timeout_s
  local in_time, ok, result, problem = loop.within(limit_s * 1000, pcall, options.handler, event)
  if not in_time then return nil, ("stopped after %d seconds"):format(limit_s) end
  if not ok then return nil, result end
  if result == nil and problem == nil or result then return true end
  return nil, problem
end

local function fail(self, job, event, problem)
  local failures = self.queue:count_failure(job)
  if failures >= self.options.max_attempts then
    loop.report(("credenco: event %s: dropped after %d attempts: %s"):format(event.id, failures, tostring(problem)))
    return self.queue:finish(job)
  end
  loop.warn(("credenco: event %s: attempt %d failed: %s"):format(event.id, failures, tostring(problem)))
  self.queue:postpone(job, math.min(BACK_OFF_MAX_S, 2 ^ (failures - 1)))
end

local function work_on(self, job)
  local event = events.from_text(job.item)
  loop.spawn(self.queue.hold, self.queue, job)
  local ok, problem = run_handler(self.options, event)
  job.done = true
  if ok then self.queue:finish(job) else fail(self, job, event, problem) end
end

-- The number of jobs in progress. A job whose lease has expired has ended silently: its handler called ngx.exit, say.
local function in_progress(self)
  local count = 0
  for job in pairs(self.jobs) do
    if self.queue:owns(job) then count = count + 1 else self.jobs[job] = nil end
  end
  return count
end

-- A worker that exits leaves the rest to others.
local function next_job(self)
  if loop.exiting() or in_progress(self) >= self.options.concurrency then return nil end
  return self.queue:take()
end

-- The handler may not have waited, so nginx gets a turn between two jobs.
local function run(self)
  local job = next_job(self)
  while job do
    self.jobs[job] = true
    work_on(self, job)
    self.jobs[job] = nil
    loop.breathe()
    job = next_job(self)
  end
end

--- Looks for work in the background. If nginx drops the task, because it has too many, a later look will do.
function Worker:wake()
  if in_progress(self) < self.options.concurrency then loop.detach(run, self) end
end

--- Looks for work regularly: items that a reload, a dead worker or a failure left.
function Worker:start()
  loop.every(LOOK_EVERY_S, function() self:wake() end)
end

return M
