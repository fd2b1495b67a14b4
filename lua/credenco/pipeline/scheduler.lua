--- Decides which record is worked on next. A limited number have a task. The others wait as data, which costs neither a
--- coroutine nor time of the collector. Records whose offer is stored go before new ones.

local fifo = require "credenco.base.fifo"
local loop = require "credenco.loop"

local M = {}

-- Sleeping tasks for each task that works. They hold no place.
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

-- A task takes one record after the other, until there is none or its place is taken.
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

-- One loop starts the tasks, including those for places that become free meanwhile: a row of instant ends would nest.
function Scheduler:dispatch()
  if self.dispatching then return end
  self.dispatching = true
  while self.active < self.limit and not (self.offered:is_empty() and self.fresh:is_empty()) do
    self.active = self.active + 1
    loop.spawn(task, self)
  end
  self.dispatching = false
end

--- Adds a new record.
---@param job credenco.pipeline.Job
function Scheduler:add(job)
  self.fresh:push(job)
  if self.active < self.limit then self:dispatch() end
end

--- Adds a record whose offer can be delivered now.
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

--- Lends a task's place to another while it sleeps.
function Scheduler:lend_place()
  self.active, self.aside = self.active - 1, self.aside + 1
  self:dispatch()
end

--- Takes a lent place again.
function Scheduler:take_place()
  self.active, self.aside = self.active + 1, self.aside - 1
end

--- Takes back a record that has not begun.
---@return credenco.pipeline.Job?
function Scheduler:take_back()
  return self.fresh:pop()
end

return M
