--- The event loop of nginx and OpenResty: tasks are light threads, tickets are
--- semaphores, and a timer steps the transports while they have something in flight.
---
--- libcurl's sockets are in a descriptor that nginx cannot wait for, so they are looked
--- at on a tick of a millisecond. That costs up to three percent of a core while
--- everything waits, nothing when nothing is in flight, and less than a millisecond per
--- answer. The tick is also what nginx's other work gets its turn by: timers of zero
--- milliseconds are run before it, and Debian's nginx lacks the patch that would change
--- that.

local core = require "credenco.core"
local semaphore = require "ngx.semaphore"

local M = {}

local unpack = unpack

local TICK_S = 0.001

-- How much of the worker's time the transfers may take before nginx has its turn
-- again, and so how many are begun, moved and handed over in one step.
local TURN_S = 0.0007
local STEP_LEAST, STEP_MOST = 2, 64

-- nginx drops a timer that fires when lua_max_running_timers are running already. So who
-- waits looks now and then whether the pump is still there.
local LONG_WAIT_S = 2
local STALLED_MS = 1000

local CAN_WAIT = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
  preread = true, ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

M.now_ms = core.now_ms

--- Transports with the same options share one multi handle in a worker.
M.shares_transports = true

function M.ready()
  local phase = ngx.get_phase()
  if CAN_WAIT[phase] then return true end
  return nil, ("nginx's phase '%s' cannot wait for an answer: make the call from ngx.timer.at(0, ...)"):format(phase)
end

function M.sleep(ms)
  ngx.sleep(ms / 1000)
end

--- Lets nginx see to everything else.
function M.breathe()
  ngx.sleep(TICK_S)
end

--- A task that ends with its request.
function M.spawn(fn, ...)
  assert(ngx.thread.spawn(fn, ...))
end

local function run(_, fn, ...)
  return fn(...)
end

--- A task that belongs to no request, as long as nginx takes timers; else one that does.
function M.detach(fn, ...)
  if not ngx.timer.at(0, run, fn, ...) then M.spawn(fn, ...) end
end

--- Whether the worker has been told to exit.
---@return boolean
function M.exiting()
  return ngx.worker.exiting()
end

--- Runs fn now and then, until the worker exits.
---@param seconds number
---@param fn fun()
function M.every(seconds, fn)
  assert(ngx.timer.every(seconds, fn))
end

--- A dictionary that all workers share (the directive lua_shared_dict), or nil.
---@param name string
---@return table?
function M.shared_dict(name)
  return ngx.shared[name]
end

--- False when nobody waits any more: the request was aborted, or the thread killed.
function M.wake(ticket, ...)
  ticket.woken = true
  ticket.n = select("#", ...)
  for i = 1, ticket.n do ticket[i] = select(i, ...) end
  local waited_for = ticket.semaphore:count() < 0
  ticket.semaphore:post(1)
  return waited_for
end

function M.warn(message)
  ngx.log(ngx.WARN, message)
end

function M.report(message)
  ngx.log(ngx.ERR, message)
end

-- What is in flight when the worker is told to exit is given some time to finish.
local function out_of_time(source, exiting_since)
  return exiting_since and core.now_ms() - exiting_since >= source.exit_grace_ms
end

-- A turn that took the worker longer than it should makes the next ones do less; one
-- that was held up by its bound alone makes them do more.
local function set_pace(source, reached)
  local clock = os.clock()
  if clock - source.clock > TURN_S then
    source.most = math.max(STEP_LEAST, math.floor(source.most / 2))
  elseif reached then
    source.most = math.min(STEP_MOST, source.most + 1)
  end
  source.clock = clock
end

local function rest(source)
  source.asleep = true
  local rung = source.bell:wait(TICK_S)
  source.asleep = false
  source.may_ring = not rung
end

local attached = {} -- set of the sources that are being pumped

-- A pump that was held up longer than any should be finds another in its place.
local function pump(_, source, id)
  source.clock = os.clock()
  while source.pump == id and source:busy() do
    source.pumped_ms = core.now_ms()
    if M.exiting() then source.exiting_since = source.exiting_since or source.pumped_ms end
    if out_of_time(source, source.exiting_since) then source:abandon() end
    set_pace(source, source:step(0, source.most))
    rest(source)
  end
  if source.pump == id then attached[source], source.pump = nil, nil end
end

local function start_pump(source)
  source.pump = {}
  source.pumped_ms = core.now_ms()
  attached[source] = true
  ngx.timer.at(0, pump, source, source.pump)
end

local function revive()
  for source in pairs(attached) do
    if core.now_ms() - source.pumped_ms > STALLED_MS then start_pump(source) end
  end
end

function M.self()
  return { semaphore = assert(semaphore.new(0)) }
end

function M.wait(ticket, deadline_ms)
  while not ticket.woken do
    local left_s = deadline_ms and (deadline_ms - core.now_ms()) / 1000 or LONG_WAIT_S
    if left_s <= 0 then return nil, "timeout" end
    if not ticket.semaphore:wait(math.min(left_s, LONG_WAIT_S)) then revive() end
  end
  return unpack(ticket, 1, ticket.n)
end

--- Calls fn when the worker ends, however suddenly; fn cannot wait for anything. Keep
--- what this gives for as long as fn matters.
---@param fn fun()
---@return userdata
function M.at_end(fn)
  local sentinel = newproxy(true)
  getmetatable(sentinel).__gc = fn
  return sentinel
end

--- Work that is attached while the pump rests is begun at once, once per tick, so that
--- a lone call does not wait for one.
function M.attach(source)
  if source.asleep and source.may_ring then
    source.may_ring = false
    source.bell:post(1)
  end
  if source.pump then return end
  source.bell = source.bell or assert(semaphore.new(0))
  source.most = source.most or STEP_LEAST
  start_pump(source)
end

return M
