--- The event loop of nginx and OpenResty: tasks are light threads, tickets are semaphores, and a pump (`nginx.pump`)
--- steps the transports while they have something in flight.

local carrier = require "credenco.loop.nginx.carrier"
local core = require "credenco.core"
local pump = require "credenco.loop.nginx.pump"
local semaphore = require "ngx.semaphore"
local yieldable = require "credenco.loop.yieldable"

local M = {}

local CAN_WAIT = {
  rewrite = true, server_rewrite = true, access = true, precontent = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true, proxy_ssl_cert = true, proxy_ssl_verify = true,
}

M.now_ms = core.now_ms

--- Transports with the same options share one multi handle in a worker.
M.shares_transports = true

--- Whether a call can wait here: in this phase of nginx, and in this coroutine.
---@return boolean? ready
---@return string? why not
function M.ready()
  local phase = ngx.get_phase()
  if CAN_WAIT[phase] then return yieldable() end
  return nil, ("nginx's phase '%s' cannot wait for a response: make the call from ngx.timer.at(0, ...)"):format(phase)
end

---@param ms number
function M.sleep(ms)
  ngx.sleep(ms / 1000)
end

--- Lets nginx do its other work.
function M.breathe()
  ngx.sleep(pump.TICK_S)
end

--- A task that ends with its request.
---@param fn function
---@param ... any its arguments
function M.spawn(fn, ...)
  assert(ngx.thread.spawn(fn, ...))
end

local function run(_, fn, ...)
  return fn(...)
end

--- A task that belongs to no request; if nginx accepts no timer, one that belongs to this request.
---@param fn function
---@param ... any its arguments
function M.detach(fn, ...)
  if not ngx.timer.at(0, run, fn, ...) then M.spawn(fn, ...) end
end

--- The same for many short tasks.
M.carry = carrier.run

-- Killing a light thread whose coroutine waits leaves that coroutine behind, and the worker crashes when it continues.
local function can_be_killed(thread)
  return coroutine.status(thread) ~= "normal"
end

local LOOK_AGAIN_MS = 100

--- Runs fn(...) for a limited time. nginx can stop a light thread only while it waits (for a sleep, a cosocket, a call
--- of a client), and not inside a coroutine of its own. Code that computes, or waits in a C function, continues; so do
--- tasks that fn has spawned.
---@param ms number
---@param fn function  must not throw
---@param ... any  its arguments
---@return boolean in_time  also true if fn ended before it could be stopped
---@return any ...  at most four results of fn
function M.within(ms, fn, ...)
  local outcome
  local task = assert(ngx.thread.spawn(function(...) outcome = { fn(...) } end, ...))
  while not outcome do
    local clock = assert(ngx.thread.spawn(M.sleep, ms))
    ngx.thread.wait(task, clock)
    if outcome then
      ngx.thread.kill(clock)
    elseif can_be_killed(task) then
      ngx.thread.kill(task)
      return false
    end
    ms = LOOK_AGAIN_MS
  end
  return true, outcome[1], outcome[2], outcome[3], outcome[4]
end

--- Whether the worker has been told to exit.
---@return boolean
function M.exiting()
  return ngx.worker.exiting()
end

--- Runs fn repeatedly, until the worker exits.
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

--- False if the wait has ended: the request was aborted, or the thread killed. Passes on at most four values.
function M.wake(ticket, first, second, third, fourth)
  if ticket.woken then return false end
  ticket.woken = true
  ticket[1], ticket[2], ticket[3], ticket[4] = first, second, third, fourth
  local gone = ticket.waits and ticket.semaphore:count() >= 0
  ticket.semaphore:post(1)
  return not gone
end

---@param message string for the error log, as a warning
function M.warn(message)
  ngx.log(ngx.WARN, message)
end

---@param message string for the error log, as an error
function M.report(message)
  ngx.log(ngx.ERR, message)
end

-- Semaphores that are used again: making one costs as much as the rest of a wait.
local spare = {}

--- A ticket for one wait of the light thread that runs now.
---@return table ticket
function M.self()
  local count = #spare
  local own = spare[count]
  if own then spare[count] = nil else own = assert(semaphore.new(0)) end
  return { nil, nil, nil, nil, semaphore = own, woken = false, waits = false } -- with room for the values of wake
end

local function give_back(ticket)
  spare[#spare + 1] = ticket.semaphore
  ticket.semaphore = nil
end

-- A task that waits also checks its source: soon, until the source's timer has begun.
local function look_after_s()
  return math.min(carrier.look_after_s(), pump.look_after_s())
end

--- Waits until somebody wakes the ticket, or for the deadline.
---@param ticket table
---@param deadline_ms number? on the clock of `now_ms`
---@return any ... what `wake` was given; or nil and "timeout"
function M.wait(ticket, deadline_ms)
  ticket.waits = true
  while not ticket.woken do
    local left_s = deadline_ms and (deadline_ms - core.now_ms()) / 1000 or math.huge
    if left_s <= 0 then return nil, "timeout" end
    if ticket.semaphore:wait(math.min(left_s, look_after_s())) then
      give_back(ticket)
    else
      pump.revive(ticket)
      carrier.rescue()
    end
  end
  return ticket[1], ticket[2], ticket[3], ticket[4]
end

--- Calls fn when the worker ends, however suddenly. fn must not wait. Keep the returned value for as long as fn is
--- needed.
---@param fn fun()
---@return userdata
function M.at_end(fn)
  local sentinel = newproxy(true)
  getmetatable(sentinel).__gc = fn
  return sentinel
end

M.attach = pump.attach

return M
