--- The event loop of nginx and OpenResty: tasks are light threads, tickets are
--- semaphores, and a timer steps the transports while they have something in flight.
---
--- libcurl's sockets are in a descriptor that nginx cannot wait for, so they are looked
--- at on a tick: again at once while there is progress, else a millisecond later. That
--- costs about one percent of a core while everything waits, and nothing when idle.

local core = require "credenco.core"
local semaphore = require "ngx.semaphore"

local M = {}

local unpack = unpack

local TICK_S = 0.001

-- nginx lets nobody wait for ever; a wait without a deadline is repeated.
local LONG_WAIT_S = 3600

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

--- A task that ends with its request.
function M.spawn(fn, ...)
  assert(ngx.thread.spawn(fn, ...))
end

--- A task that belongs to no request.
function M.detach(fn, ...)
  assert(ngx.timer.at(0, function(_, ...) return fn(...) end, ...))
end

function M.self()
  return { semaphore = assert(semaphore.new(0)) }
end

function M.wait(ticket, deadline_ms)
  while not ticket.woken do
    local left_s = deadline_ms and (deadline_ms - core.now_ms()) / 1000 or LONG_WAIT_S
    if left_s <= 0 then return nil, "timeout" end
    ticket.semaphore:wait(left_s)
  end
  return unpack(ticket, 1, ticket.n)
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

-- What is in flight when the worker is told to exit is given some time to finish.
local function out_of_time(source, exiting_since)
  return exiting_since and core.now_ms() - exiting_since >= source.exit_grace_ms
end

local function pump(source)
  local exiting_since
  while source:busy() do
    exiting_since = exiting_since or (ngx.worker.exiting() and core.now_ms()) or nil
    if out_of_time(source, exiting_since) then
      source:abandon()
      break
    end
    local progress = source:step(0)
    ngx.sleep(progress and 0 or TICK_S)
  end
  source.attached = false
end

function M.attach(source)
  if source.attached then return end
  source.attached = true
  M.detach(pump, source)
end

return M
