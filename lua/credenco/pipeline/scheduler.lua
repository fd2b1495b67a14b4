--- Which record is worked on next. So many have a task at a time; all others wait as data, which costs neither a
--- coroutine nor the collector's time. What has its offer in the journal goes before what is new.

local fifo = require "credenco.base.fifo"
local loop = require "credenco.loop"

local M = {}

-- Tasks that sleep before they try again, for each that works. They hold no place among those.
local ASIDE_PER_TASK = 10

---@class credenco.pipeline.Scheduler
---@field limit integer
---@field active integer tasks that hold a place
---@field aside integer tasks that gave theirs up for a while
local Scheduler = {}
Scheduler.__index = Scheduler

---@param limit integer
---@param work fun(job: credenco.pipeline.Job) may wait
---@return credenco.pipeline.Scheduler
function M.new(limit, work)
  return setmetatable({ limit = limit, work = work, active = 0, aside = 0,
    fresh = fifo.new(), offered = fifo.new() }, Scheduler)
end

-- Once begun a task takes one record after the other, until there is none or its place is somebody else's.
local function task(self)
  local job = self:next()
  while job do
    self.work(job)
    job = self.active <= self.limit and self:next()
  end
  self.active = self.active - 1
end

-- The next record: those whose offer can be delivered come first.
function Scheduler:next()
  return self.offered:pop() or self.fresh:pop()
end

-- One loop starts the tasks, also for places that become free meanwhile: a row of instant ends would nest.
function Scheduler:dispatch()
  if self.dispatching then return end
  self.dispatching = true
  while self.active < self.limit and not (self.offered:is_empty() and self.fresh:is_empty()) do
    self.active = self.active + 1
    loop.spawn(task, self)
  end
  self.dispatching = false
end

--- A record that is new.
---@param job credenco.pipeline.Job
function Scheduler:add(job)
  self.fresh:push(job)
  if self.active < self.limit then self:dispatch() end
end

--- A record whose offer can be pushed now.
---@param job credenco.pipeline.Job
function Scheduler:go_on(job)
  self.offered:push(job)
  if self.active < self.limit then self:dispatch() end
end

--- Whether another task may go to sleep.
---@return boolean
function Scheduler:can_lend()
  return self.aside < self.limit * ASIDE_PER_TASK
end

--- Gives a task's place away while it sleeps.
function Scheduler:lend_place()
  self.active, self.aside = self.active - 1, self.aside + 1
  self:dispatch()
end

--- Takes a place again that was lent.
function Scheduler:take_place()
  self.active, self.aside = self.active + 1, self.aside - 1
end

--- Takes back a record that has not been begun.
---@return credenco.pipeline.Job?
function Scheduler:take_back()
  return self.fresh:pop()
end

return M
