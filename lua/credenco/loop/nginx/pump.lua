--- Moves a worker's transfers: a timer that steps their source while something is in flight,
--- so that no request has to stay for it.
---
--- A step is bounded, and nginx has its turn between two. Then the pump waits for the bell
--- (`waker`), which costs nothing while nothing happens and rings at once when something
--- does. Where much is going on, or there is no bell, it looks again after a tick: one step
--- then serves all that came meanwhile. (Not after none: nginx runs a timer of zero
--- milliseconds before it looks at anything else; Debian's lacks the patch that changes it.)

local core = require "credenco.core"
local wakers = require "credenco.loop.nginx.waker"

local M = {}

M.TICK_S = 0.001

-- How much of the worker's time a step may take, and so how many transfers are begun, moved and handed over in
-- one. What their owners do with the answers comes on top.
local STEP_S = 0.00035
local STEP_LEAST, STEP_MOST = 2, 64

-- Answers in one step from which on the next ones are sure to come within a tick.
local MANY = 4

-- nginx drops a timer that fires while lua_max_running_timers are running, and says so only in its log.
local BEGINS_WITHIN_MS = 50
local SCARCE_MS = 1000

local STALLED_MS = 1000

-- Who waits looks after the pumps, and a pump whether the worker exits.
local LOOK_S, EXIT_LOOK_S = 2, 0.5

local attached = {} -- set of the sources that are being pumped

-- Turns -----------------------------------------------------------------------------------

local function end_overdue(source)
  if not ngx.worker.exiting() then return end
  source.exiting_since = source.exiting_since or source.pumped_ms
  source:end_overdue(source.pumped_ms - source.exiting_since)
end

-- A step that took longer than it should makes the next ones do less; one that was held up by its bound alone
-- makes them do more.
local function step(source)
  local began = os.clock()
  local more, answers = source:step(0, source.most)
  if os.clock() - began > STEP_S then
    source.most = math.max(STEP_LEAST, math.floor(source.most / 2))
  elseif more then
    source.most = math.min(STEP_MOST, source.most + 1)
  end
  return more, answers
end

-- Gives nginx its turn, and waits until there is something to do. Where nothing is in flight any more, who has
-- got the last answer may have another request.
local function wait_for_bell(source, waker, more, answers)
  if more or not source:busy() then return waker:breathe() end
  return answers < MANY and waker:wait()
end

-- A worker that is about to exit has a time limit to look at.
local function rest(source, waker, ...)
  if waker and not source.exiting_since and wait_for_bell(source, waker, ...) then return end
  ngx.sleep(M.TICK_S)
end

local function open_waker(source)
  if ngx.worker.exiting() then return nil end -- nginx closes what it keeps, and the pump has a time limit to look at
  local waker, why = wakers.open(source)
  if not waker and not source.told then
    source.told = true
    ngx.log(ngx.NOTICE, "credenco: no bell (", why, "): looking after transfers every millisecond instead")
  end
  return waker
end

-- A pump that waits for the bell is told when the worker exits.
local function watch_exit(waker)
  repeat ngx.sleep(EXIT_LOOK_S) until ngx.worker.exiting()
  waker:ring()
end

-- A pump that was held up longer than any should be finds another in its place.
local function pump(_, source, id)
  source.begun = source.begun or source.pump == id
  local waker = open_waker(source)
  local watch = waker and ngx.thread.spawn(watch_exit, waker)
  while source.pump == id and source:busy() do
    source.pumped_ms = core.now_ms()
    end_overdue(source)
    local more, answers = step(source)
    if source.host and source.host.woken then break end
    rest(source, waker, more, answers)
  end
  if watch then ngx.thread.kill(watch) end
  if waker then waker:put_back() end
  if source.pump ~= id then return end
  attached[source], source.pump, source.host = nil, nil, nil
  source:close_unused()
end

-- Gives the source a pump of a new name; the one before it, should it still be there, sees that and ends.
local function appoint(source)
  source.pump, source.host, source.begun = {}, nil, false
  source.pumped_ms = core.now_ms()
  attached[source] = true
  return source.pump
end

local scarce_until_ms = 0

-- Where no timer can be had, who waits has to take its place.
local function start(source)
  local id = appoint(source)
  if source.pumped_ms >= scarce_until_ms and ngx.timer.at(0, pump, source, id) then return end
  source.pumped_ms = -math.huge
end

-- In the task of somebody who waits, and only as long as he does: a request is not over before its threads are.
-- Not at once: just now he is not waiting.
local function pump_for(host, source, id)
  ngx.sleep(M.TICK_S)
  source.host = host
  pump(nil, source, id)
  if source:busy() and not source.pump then start(source) end
end

--- Sees to it that the source is stepped until nothing is in flight in it any more.
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

--- How long somebody who waits may do so before he looks after the pumps.
---@return number seconds
function M.look_after_s()
  local least = LOOK_S
  if not next(attached) then return least end
  for source in pairs(attached) do
    if not source.begun then least = math.min(least, source.pumped_ms < 0 and M.TICK_S or BEGINS_WITHIN_MS / 1000) end
  end
  return least
end

--- Looks after the pumps, for somebody who has waited. nginx drops a timer that fires when lua_max_running_timers
--- are running already, and those may all be waiting for this one: so it is a light thread of who waits that takes
--- its place. A pump that sleeps is rung up, lest it sleep for ever.
---@param ticket table who waits
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
