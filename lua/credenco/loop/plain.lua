--- The event loop of plain Lua: tasks are coroutines, sources are transports that are
--- stepped. A call inside a task yields; a call outside of one runs the loop until its
--- own answer is there, and other tasks go on meanwhile.
---
--- A ticket is the task itself, or a stand-in for a caller that is not a task.

local core = require "credenco.core"

local M = {}

local now_ms = core.now_ms
local running, resume, yield = coroutine.running, coroutine.resume, coroutine.yield
local unpack = table.unpack or unpack -- luacheck: ignore

-- Longest wait for sources when nothing else is due.
local IDLE_MS = 60000

local tasks = {}    -- thread -> task, for the tasks that run or wait
local spare = {}    -- tasks that have ended; their coroutines serve again
local sleepers = {} -- tickets that wait with a deadline -> that deadline
local sources = {}  -- list of sources that may be busy

M.now_ms = now_ms

function M.ready()
  return true
end

-- Tasks -----------------------------------------------------------------------

local function call(fn, ...)
  return fn(...)
end

-- Runs one function after another, each handed over by spawn.
local function body(task)
  while true do
    call(yield())
    tasks[task.thread] = nil
    spare[#spare + 1] = task
  end
end

local function go_on(task, ...)
  local ok, problem = resume(task.thread, ...)
  if not ok then
    tasks[task.thread] = nil
    error(debug.traceback(task.thread, tostring(problem)), 0)
  end
end

local function new_task()
  local task = { thread = coroutine.create(body) }
  resume(task.thread, task)
  return task
end

function M.spawn(fn, ...)
  local task = table.remove(spare) or new_task()
  tasks[task.thread] = task
  return go_on(task, fn, ...)
end

M.detach = M.spawn

-- Waiting ---------------------------------------------------------------------

function M.self()
  local thread = running()
  return thread and tasks[thread] or { outside = true }
end

function M.wake(ticket, ...)
  sleepers[ticket] = nil
  if not ticket.outside then return go_on(ticket, ...) end
  ticket.woken = true
  ticket.n = select("#", ...)
  for i = 1, ticket.n do ticket[i] = select(i, ...) end
end

local function wake_sleepers()
  if not next(sleepers) then return end
  local now, due = now_ms(), {}
  for ticket, deadline_ms in pairs(sleepers) do
    if deadline_ms <= now then due[#due + 1] = ticket end
  end
  for _, ticket in ipairs(due) do
    if sleepers[ticket] then M.wake(ticket, nil, "timeout") end
  end
end

local function until_next_deadline()
  local nearest
  for _, deadline_ms in pairs(sleepers) do
    if not nearest or deadline_ms < nearest then nearest = deadline_ms end
  end
  return nearest and math.max(0, nearest - now_ms()) or IDLE_MS
end

local function forget_idle_sources()
  for i = #sources, 1, -1 do
    if not sources[i]:busy() then
      sources[i].attached = false
      table.remove(sources, i)
    end
  end
end

-- With one busy source its own wait is the loop's; several share the time.
local SHARED_WAIT_MS = 1

local function turn()
  forget_idle_sources()
  local wait_ms = until_next_deadline()
  if #sources == 0 then
    if not next(sleepers) then error("credenco: a wait that nothing can end", 0) end
    core.sleep_ms(wait_ms)
  elseif #sources == 1 then
    sources[1]:step(wait_ms)
  else
    for i = #sources, 1, -1 do sources[i]:step(math.min(wait_ms, SHARED_WAIT_MS)) end
  end
  wake_sleepers()
end

local function run_until_woken(ticket)
  repeat turn() until ticket.woken
  return unpack(ticket, 1, ticket.n)
end

function M.wait(ticket, deadline_ms)
  if deadline_ms then sleepers[ticket] = deadline_ms end
  if not ticket.outside then return yield() end
  return run_until_woken(ticket)
end

function M.sleep(ms)
  M.wait(M.self(), now_ms() + ms)
end

function M.attach(source)
  if source.attached then return end
  source.attached = true
  sources[#sources + 1] = source
end

return M
