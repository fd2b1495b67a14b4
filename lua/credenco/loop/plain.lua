--- The event loop of plain Lua: tasks are coroutines, and sources are transports that it steps. A call inside a task
--- yields. A call outside of one runs the loop until its own result has arrived, and other tasks continue meanwhile.
---
--- A ticket is for one wait, of a task or of a caller that is not a task. If the wait has ended early (by an error
--- thrown from a debug hook, say), the result goes to nobody.

local core = require "credenco.core"
local new_sleepers = require("credenco.loop.sleepers").new
local yieldable = require "credenco.loop.yieldable"

local M = {}

local now_ms = core.now_ms
local running, resume, yield = coroutine.running, coroutine.resume, coroutine.yield
local unpack = table.unpack or unpack -- luacheck: ignore

-- The longest wait for sources if nothing else is due.
local IDLE_MS = 60000

local tasks = {}    -- thread -> task, for the tasks that run or wait
local spare = {}    -- tasks that have ended, whose coroutines are used again
local sleepers = new_sleepers()
local sources = {}  -- list of sources that may be busy

M.now_ms = now_ms

local function current_task()
  local thread = running()
  return thread and tasks[thread]
end

local taking -- the function of a source that is running

--- A source is about to call this function, which must not be entered again: a finalizer may run in it.
---@param fn function?  nil: it has returned
function M.enter(fn)
  taking = fn
end

-- An error may have left the function early.
local function is_running(fn)
  local level = 2
  local frame = debug.getinfo(level, "f")
  while frame and frame.func ~= fn do
    level = level + 1
    frame = debug.getinfo(level, "f")
  end
  return frame ~= nil
end

--- Whether a call can wait here.
---@return boolean? ready
---@return string? why not
function M.ready()
  if taking and is_running(taking) then return nil, "a finalizer cannot wait in the middle of another call" end
  if not current_task() then return true end
  return yieldable()
end

--- Does nothing: without nginx there is no log. Under nginx, logs an error that no caller gets.
function M.warn() end

-- Tasks -----------------------------------------------------------------------

local function call(fn, ...)
  return fn(...)
end

-- Runs one function after another, each from spawn.
local function body(task)
  while true do
    call(yield())
    tasks[task.thread] = nil
  end
end

local function go_on(task, ...)
  task.ticket = nil
  local ok, problem = resume(task.thread, ...)
  if not ok then
    tasks[task.thread] = nil
    error(debug.traceback(task.thread, tostring(problem)), 0)
  end
  if not tasks[task.thread] then spare[#spare + 1] = task end
end

local function new_task()
  local task = { thread = coroutine.create(body) }
  resume(task.thread, task)
  return task
end

--- Starts fn(...) as a new task. It runs at once, until its first wait.
---@param fn function an error that it throws is thrown again where the loop is turned
---@param ... any its arguments
function M.spawn(fn, ...)
  local task = spare[#spare]
  if task then spare[#spare] = nil else task = new_task() end
  tasks[task.thread] = task
  return go_on(task, fn, ...)
end

M.detach = M.spawn

-- Waiting ---------------------------------------------------------------------

--- A ticket for one wait of the task, or the caller, that runs now. This names all fields once, also those of
--- credenco.transport.multi, so that the table has room for them.
---@return table ticket
function M.self()
  return { task = current_task(), over = false, waits = false, deadline_ms = false, request = false, transport = false }
end

--- False if the wait has ended already.
function M.wake(ticket, ...)
  if ticket.over then return false end
  ticket.over = true
  if ticket.deadline_ms then sleepers:ended() end
  local task = ticket.task
  if task and task.ticket == ticket then return go_on(task, ...) end
  if ticket.waits then return false end -- an error has ended its wait
  ticket.n = select("#", ...)
  for i = 1, ticket.n do ticket[i] = select(i, ...) end
end

local function wake_sleepers()
  local due = sleepers:take_due(now_ms())
  if not due then return end
  for i = 1, #due do M.wake(due[i], nil, "timeout") end
end

-- nil if no task sleeps.
local function until_next_deadline()
  local nearest = sleepers:nearest_ms()
  -- rounded up, since sources wait for whole milliseconds
  return nearest and math.ceil(math.max(0, nearest - now_ms()))
end

local function forget_idle_sources()
  for i = #sources, 1, -1 do
    if not sources[i]:busy() then
      sources[i].attached = false
      table.remove(sources, i)
    end
  end
end

-- With one busy source its own wait is the loop's. Several sources share the time.
local SHARED_WAIT_MS = 1

-- A step may run a task that closes another client, or that turns the loop itself from a coroutine of its own. Then the
-- list is shorter afterwards.
local function step_all(wait_ms)
  for i = #sources, 1, -1 do
    local source = sources[i]
    if source and source:busy() then source:step(wait_ms) end
  end
end

--- Whether anything is in flight: a task that sleeps, a transport with a transfer.
function M.busy()
  forget_idle_sources()
  return #sources > 0 or sleepers:nearest_ms() ~= nil
end

--- Does the work that is due, and waits for it at most `limit_ms` (default: as long as it
--- takes). In another event loop, call turn(0) when a client's pollfd is readable, and
--- after timeout_ms().
---@param limit_ms integer? in milliseconds; 0 does not wait
function M.turn(limit_ms)
  if not M.busy() then return end
  local wait_ms = math.min(limit_ms or IDLE_MS, until_next_deadline() or IDLE_MS)
  if #sources == 0 then
    core.sleep_ms(wait_ms)
  elseif #sources == 1 then
    sources[1]:step(wait_ms)
  else
    step_all(math.min(wait_ms, SHARED_WAIT_MS))
  end
  wake_sleepers()
end

--- Returns after how many milliseconds you have to call turn(0) even if no descriptor
--- becomes readable; nil if you do not have to.
---@return integer? ms
function M.timeout_ms()
  forget_idle_sources()
  local least = until_next_deadline()
  for _, source in ipairs(sources) do
    local timeout_ms = source:timeout_ms()
    if timeout_ms and (not least or timeout_ms < least) then least = timeout_ms end
  end
  return least
end

local function run_until_woken(ticket)
  while not ticket.over do
    if not M.busy() then error("credenco: this wait would never end", 0) end
    M.turn()
  end
  return unpack(ticket, 1, ticket.n)
end

--- Waits until somebody wakes the ticket, or for the deadline.
---@param ticket table
---@param deadline_ms number? on the clock of `now_ms`
---@return any ... what `wake` was given; or nil and "timeout"
function M.wait(ticket, deadline_ms)
  if deadline_ms and not ticket.over then sleepers:add(ticket, deadline_ms) end
  local task = ticket.task
  if not task or ticket.over then return run_until_woken(ticket) end
  ticket.waits, task.ticket = true, ticket
  return yield()
end

---@param ms number
function M.sleep(ms)
  M.wait(M.self(), now_ms() + ms)
end

-- Users' code -----------------------------------------------------------------
-- Inside a task it runs in a coroutine of its own, so that a wait of the loop differs from a yield that nobody expects.

local SERVED = {}
local servers = {} -- coroutines that have ended a call, and are used again

local function serve(fn, ...)
  return serve(yield(SERVED, fn(...)))
end

local function passed_on(task, thread, ok, said, ...)
  if ok and said ~= SERVED and task.ticket then return passed_on(task, thread, resume(thread, yield())) end
  tasks[thread] = nil
  if not ok then error(said, 0) end
  if said ~= SERVED then return false, thread end
  servers[#servers + 1] = thread
  return true, ...
end

--- Calls a user's function that may wait through the loop, in a coroutine of its own. It must not yield by itself.
---@param fn function
---@param ... any
---@return boolean ended false if it yielded, and was given up
---@return any ... its results, or the thread in which it hangs
function M.call(fn, ...)
  local task = current_task()
  if not task then return true, fn(...) end
  local thread = table.remove(servers) or coroutine.create(serve)
  tasks[thread] = task
  return passed_on(task, thread, resume(thread, fn, ...))
end

--- Steps a source as long as it is busy.
---@param source table with `busy`, `step` and `timeout_ms`
function M.attach(source)
  if source.attached then return end
  source.attached = true
  sources[#sources + 1] = source
end

return M
