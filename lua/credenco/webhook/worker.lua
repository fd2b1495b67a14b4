--- Runs the handler on queued events, in the background, a few at a time.

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

-- A handler fails by throwing, with nil or false and what went wrong, or by taking too long.
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

-- How many jobs are under way. A job whose lease has lapsed has ended without a word: its
-- handler left through ngx.exit, say.
local function under_way(self)
  local count = 0
  for job in pairs(self.jobs) do
    if self.queue:owns(job) then count = count + 1 else self.jobs[job] = nil end
  end
  return count
end

-- A worker that is told to exit leaves the rest to those that take over.
local function next_job(self)
  if loop.exiting() or under_way(self) >= self.options.concurrency then return nil end
  return self.queue:take()
end

-- The handler may have waited for nothing: nginx gets its turn between two jobs.
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

--- Looks for work in the background. nginx drops a task when it has too many; another
--- look will do.
function Worker:wake()
  if under_way(self) < self.options.concurrency then loop.detach(run, self) end
end

--- Looks for work now and then: what a reload or a dead worker left, and what failed.
function Worker:start()
  loop.every(LOOK_EVERY_S, function() self:wake() end)
end

return M
