--- Runs tasks that outlive the request they come from.
---
--- nginx ends a request's light threads and sockets with the request, so such a task needs a timer. One timer carries
--- all of them, since timers are limited (lua_max_running_timers). Its light threads are used again, since nginx frees
--- their memory only with the timer. For the same reason a carrier is replaced after a number of tasks.

local core = require "credenco.core"
local fifo = require "credenco.base.fifo"
local semaphore = require "ngx.semaphore"

local M = {}

local TASKS_MOST = 2000

-- How long a light thread waits for another task, and a carrier for another thread: it keeps its Lua VM alive, and a
-- worker that exits waits for it. Tasks are checked as often.
local IDLE_S = 0.2

-- nginx drops a timer that fires while lua_max_running_timers are running, and reports it only in its log.
local BEGINS_WITHIN_MS = 50
local SCARCE_MS = 1000

---@class credenco.Task
---@field run fun(self: credenco.Task)
---@field is_to_end fun(self: credenco.Task): boolean  asked now and then while it runs
---@field ended fun(self: credenco.Task)  its light thread was stopped because of that

---@class credenco.Carrier
---@field queue credenco.Fifo    tasks that wait for a light thread
---@field idle table[]           light threads that wait for a task
---@field threads table<table, boolean>
---@field taken integer          the number of tasks so far
---@field begun boolean          nginx has started the timer
---@field since_ms number
---@field looked_ms number       when it last checked its tasks

local current ---@type credenco.Carrier?
local scarce_until_ms = 0

-- Light threads ---------------------------------------------------------------------------

-- An error in a task is a bug. It is logged, and the thread continues.
local function run(task)
  local ok, problem = pcall(task.run, task)
  if not ok then ngx.log(ngx.ERR, "credenco: ", problem) end
end

local function forget(list, entry)
  for i, other in ipairs(list) do
    if other == entry then return table.remove(list, i) end
  end
end

local function wait_for_task(self, thread)
  if self ~= current then return end -- it accepts no more tasks
  self.idle[#self.idle + 1] = thread
  thread.semaphore:wait(IDLE_S)
  if not thread.task then forget(self.idle, thread) end
end

local function serve(self, thread)
  while thread.task do
    run(thread.task)
    thread.task = self.queue:pop()
    if not thread.task then wait_for_task(self, thread) end
  end
  self.threads[thread] = nil
end

-- The timer -------------------------------------------------------------------------------

local function spawn_threads(self)
  for task in self.queue.pop, self.queue do
    local thread = { semaphore = semaphore.new(0), task = task }
    self.threads[thread] = true
    thread.coroutine = ngx.thread.spawn(serve, self, thread)
  end
end

-- nginx cannot end a wait from outside, so the waiting light thread is killed.
local function end_tasks(self)
  local to_end = {}
  for thread in pairs(self.threads) do
    if thread.task and thread.task:is_to_end() then to_end[#to_end + 1] = thread end
  end
  for _, thread in ipairs(to_end) do
    if ngx.thread.kill(thread.coroutine) then
      self.threads[thread] = nil
      thread.task:ended()
    end
  end
end

-- May be called at any time; acts only at intervals.
local function end_tasks_when_due(self)
  local now = core.now_ms()
  if now - self.looked_ms < IDLE_S * 1000 then return end
  self.looked_ms = now
  end_tasks(self)
end

local function carry(_, self)
  self.begun = true
  repeat
    spawn_threads(self)
    self.semaphore:wait(IDLE_S)
    end_tasks_when_due(self)
  until not next(self.threads) and self.queue:is_empty()
  if current == self then current = nil end
end

local function start()
  local self = { queue = fifo.new(), idle = {}, threads = {}, taken = 0, begun = false }
  self.since_ms, self.semaphore = core.now_ms(), semaphore.new(0)
  self.looked_ms = self.since_ms
  return ngx.timer.at(0, carry, self) and self
end

local function carrier_for_one_more()
  if current and current.taken < TASKS_MOST then return current end
  if core.now_ms() < scarce_until_ms then return nil end
  current = start() or nil
  return current
end

-- Tasks -----------------------------------------------------------------------------------

--- Runs a task that belongs to no request. If nginx has no timer for it, it belongs to this request.
---@param task credenco.Task
function M.run(task)
  local self = carrier_for_one_more()
  if not self then return ngx.thread.spawn(run, task) end
  self.taken = self.taken + 1
  local idle = self.idle
  local thread = idle[#idle]
  if thread then
    idle[#idle] = nil
    thread.task = task
    thread.semaphore:post(1)
  else
    self.queue:push(task)
    if self.begun then self.semaphore:post(1) end
  end
end

local function is_starting()
  return current ~= nil and not current.begun
end

--- How long a task may wait before it calls rescue.
---@return number seconds
function M.look_after_s()
  return is_starting() and BEGINS_WITHIN_MS / 1000 or math.huge
end

--- For a task that has waited: runs tasks whose timer nginx has dropped in this request.
function M.rescue()
  local now = core.now_ms()
  if not is_starting() or now - current.since_ms < BEGINS_WITHIN_MS then return end
  local queue = current.queue
  current.queue, current = fifo.new(), nil
  scarce_until_ms = now + SCARCE_MS
  for task in queue.pop, queue do ngx.thread.spawn(run, task) end
end

return M
