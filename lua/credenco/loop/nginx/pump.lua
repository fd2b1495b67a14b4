--- Moves a worker's transfers: a timer steps their source while something is in flight, so that no request has to stay
--- for it.
---
--- A step is bounded, and nginx gets a turn after it. Then the pump waits for the bell (`waker`), which costs nothing
--- while nothing happens and rings at once when something does. If much happens, or there is no bell, it steps again
--- after a tick: one step then serves everything that came meanwhile. (A tick of zero would not do: nginx runs a timer
--- of zero milliseconds before it does anything else; Debian's lacks the patch that changes it.)

local core = require "credenco.core"
local wakers = require "credenco.loop.nginx.waker"

local M = {}

M.TICK_S = 0.001

-- The share of the worker's time that a step may take, and so the number of transfers in one. Their owners' work on the
-- responses comes on top.
local STEP_S = 0.00035
local STEP_LEAST, STEP_MOST = 2, 64

-- With so many responses in one step, the next ones are sure to come within a tick.
local MANY = 4

-- nginx drops a timer that fires while lua_max_running_timers are running, and reports it only in its log.
local BEGINS_WITHIN_MS = 50
local SCARCE_MS = 1000

local STALLED_MS = 1000

-- How often a waiting task checks the pumps, and a pump checks whether the worker exits.
local LOOK_S, EXIT_LOOK_S = 2, 0.5

local attached = {} -- set of the sources that are being pumped

-- Turns -----------------------------------------------------------------------------------

local function end_overdue(source)
  if not ngx.worker.exiting() then return end
  source.exiting_since = source.exiting_since or source.pumped_ms
  source:end_overdue(source.pumped_ms - source.exiting_since)
end

-- A step that took too long makes the next ones smaller. A step that only its bound ended makes them larger.
local function step(source)
  local began = os.clock()
  local more, responses = source:step(0, source.most)
  if os.clock() - began > STEP_S then
    source.most = math.max(STEP_LEAST, math.floor(source.most / 2))
  elseif more then
    source.most = math.min(STEP_MOST, source.most + 1)
  end
  return more, responses
end

-- Gives nginx its turn, and waits until there is something to do. If nothing is in flight any more, the task that got
-- the last response may still make another request.
local function wait_for_bell(source, waker, more, responses)
  if more or not source:busy() then return waker:breathe() end
  return responses < MANY and waker:wait()
end

-- In a worker that exits, the pump has to check a time limit.
local function rest(source, waker, ...)
  if waker and not source.exiting_since and wait_for_bell(source, waker, ...) then return end
  ngx.sleep(M.TICK_S)
end

local function open_waker(source)
  if ngx.worker.exiting() then return nil end -- nginx closes idle connections, and the pump has a time limit to check
  local waker, why = wakers.open(source)
  if not waker and not source.told then
    source.told = true
    ngx.log(ngx.NOTICE, "credenco: no bell (", why, "): checking transfers every millisecond instead")
  end
  return waker
end

-- Wakes a pump that waits for the bell when the worker exits.
local function watch_exit(waker)
  repeat ngx.sleep(EXIT_LOOK_S) until ngx.worker.exiting()
  waker:ring()
end

-- A pump that was held up for too long is replaced.
local function pump(_, source, id)
  source.begun = source.begun or source.pump == id
  local waker = open_waker(source)
  local watch = waker and ngx.thread.spawn(watch_exit, waker)
  while source.pump == id and source:busy() do
    source.pumped_ms = core.now_ms()
    end_overdue(source)
    local more, responses = step(source)
    if source.host and source.host.woken then break end
    rest(source, waker, more, responses)
  end
  if watch then ngx.thread.kill(watch) end
  if waker then waker:put_back() end
  if source.pump ~= id then return end
  attached[source], source.pump, source.host = nil, nil, nil
  source:close_unused()
end

-- Gives the source a pump with a new name. The pump before it, if it still runs, sees that and ends.
local function appoint(source)
  source.pump, source.host, source.begun = {}, nil, false
  source.pumped_ms = core.now_ms()
  attached[source] = true
  return source.pump
end

local scarce_until_ms = 0

-- Without a timer, a waiting task has to take the pump's place.
local function start(source)
  local id = appoint(source)
  if source.pumped_ms >= scarce_until_ms and ngx.timer.at(0, pump, source, id) then return end
  source.pumped_ms = -math.huge
end

-- Runs in the task of the caller, only as long as it waits: a request does not end before its threads do. It does not
-- begin at once, since the caller is not waiting yet.
local function pump_for(host, source, id)
  ngx.sleep(M.TICK_S)
  source.host = host
  pump(nil, source, id)
  if source:busy() and not source.pump then start(source) end
end

--- Makes sure that the source is stepped until nothing is in flight.
---@param source credenco.CurlEngine
function M.attach(source)
  if source.pump then return end
  source.most = source.most or STEP_LEAST
  start(source)
end

local function is_asleep(waker)
  return waker and waker.asleep and not waker:is_deaf(STALLED_MS)
end

local function is_stalled(source, now)
  return now - source.pumped_ms > (source.begun and STALLED_MS or BEGINS_WITHIN_MS)
end

--- How long a task may wait before it checks the pumps.
---@return number seconds
function M.look_after_s()
  local least = LOOK_S
  if not next(attached) then return least end
  for source in pairs(attached) do
    if not source.begun then least = math.min(least, source.pumped_ms < 0 and M.TICK_S or BEGINS_WITHIN_MS / 1000) end
  end
  return least
end

--- Checks the pumps, for a task that has waited. nginx drops a timer that fires while lua_max_running_timers are
--- running, and those may all wait for this pump. So a light thread of the waiting task takes its place. A sleeping
--- pump is rung, so that it does not sleep for ever.
---@param ticket table of the waiting task
function M.revive(ticket)
  local now = core.now_ms()
  for source in pairs(attached) do
    local stalled = is_stalled(source, now)
    if stalled and is_asleep(source.waker) then
      source.waker:ring()
    elseif stalled then
      if not source.begun then scarce_until_ms = now + SCARCE_MS end
      ngx.thread.spawn(pump_for, ticket, source, appoint(source))
    end
  end
end

return M
