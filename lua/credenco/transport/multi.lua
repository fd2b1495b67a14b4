--- One libcurl multi handle, and the tasks that wait for its transfers. In plain Lua every transport has its own. In an
--- nginx worker all transports with the same options share one.

local curl = require "credenco.curl"
local loop = require "credenco.loop"
local settings = require "credenco.base.settings"

---@class credenco.CurlEngine
local Engine = {}
Engine.__index = Engine

local M = {}

local shared = {} -- options as text -> engine

-- nginx ends the worker at once, so the waiting task no longer exists.
local function report_lost(self)
  for _, ticket in pairs(self.entries) do
    if ticket.request.on_abandoned then ticket.request:on_abandoned(nil, "worker_ended", "unknown") end
  end
end

local function new(options)
  local driver, code = curl.driver(options)
  if not driver then return nil, code end
  local self = setmetatable({
    driver = driver,
    entries = {}, -- transfer id -> the ticket of the waiting task, with its request and transport
    users = 0,
  }, Engine)
  if loop.at_end then self.at_end = loop.at_end(function() report_lost(self) end) end
  return self
end

local function get(options)
  if not loop.shares_transports then return new(options) end
  local key = settings.engine_key(options)
  if shared[key] then return shared[key] end
  local self, code = new(options)
  if not self then return nil, code end
  self.key, shared[key] = key, self
  return self
end

--- The engine for a transport with these options, which must return it with `release`.
---@param options table
---@return credenco.CurlEngine?
---@return string? code if there is none
function M.acquire(options)
  local self, code = get(options)
  if not self then return nil, code end
  self.users = self.users + 1
  return self
end

--- Waits for a started transfer. Gives the results of driver:take(), without the id.
function Engine:await(id, request, transport)
  local ticket = loop.self()
  ticket.request, ticket.transport = request, transport
  self.entries[id] = ticket
  loop.attach(self)
  return loop.wait(ticket)
end

-- Reports a response for which nobody waits any more.
local function hand_over(ticket, response, code, sent, detail)
  local request = ticket.request
  if loop.wake(ticket, response, code, sent, detail) ~= false or not request.on_abandoned then return end
  request:on_abandoned(response and response.status, code, sent)
end

local enter = loop.enter or function() end

-- The results of driver:take(). It allocates, so a finalizer may run in it.
local function left(...)
  enter(nil)
  return ...
end

local function take(driver)
  enter(driver.take)
  return left(driver:take())
end

-- A transfer has no ticket if an error was thrown between its start and its wait, from a debug hook say.
local function deliver(self, id, ...)
  if not id then return false end
  local ticket = self.entries[id]
  self.entries[id] = nil
  if ticket then hand_over(ticket, ...) end
  return true
end

-- Wakes tasks whose transfers no longer exist, because an error was thrown before the outcome was handed over.
local function tell_orphans(self)
  local orphans = self.entries
  self.entries = {}
  for _, ticket in pairs(orphans) do hand_over(ticket, nil, "closed", "unknown", "") end
end

--- Whether a transfer is in flight.
---@return boolean
function Engine:busy()
  return next(self.entries) ~= nil
end

--- Moves transfers, waits at most `wait_ms`, and wakes the tasks with a response.
---@param wait_ms integer
---@param most integer?  bounds the transfers begun, moved and handed over
---@return boolean more  the bound was reached, so there may be more work at once
---@return integer responses  the number handed over
function Engine:step(wait_ms, most)
  local driver = self.driver
  local in_flight, more = driver:step(wait_ms, most)
  local responses = 0
  while responses ~= most and not self.closed and deliver(self, take(driver)) do responses = responses + 1 end
  if in_flight == 0 and responses == 0 and next(self.entries) and not self.closed then tell_orphans(self) end
  return more or responses == most, responses
end

--- Milliseconds until a step is due even if the descriptor stays silent, or nil.
function Engine:timeout_ms()
  return self.driver:timeout()
end

--- For loops that can wait only for their own sockets: a bell that rings when a step has work (src/curl/bell.h), each
--- time it was armed.
---@return any? bell
---@return string? why the reason if there is none
function Engine:bell()
  local fd = self.driver:watch()
  if not fd then return nil, "the system has no epoll" end
  return curl.bell(fd)
end

--- Lets the bell ring once, before the next step.
---@param bell any
---@return boolean armed
function Engine:arm(bell)
  return self.driver:watch() ~= nil and bell:arm() == true
end

-- Ends transfers; their callers get `closed`.
local function abandon(self, is_meant)
  local ids = {}
  for id, ticket in pairs(self.entries) do
    if is_meant(ticket) then ids[#ids + 1] = id end
  end
  for _, id in ipairs(ids) do
    self.driver:cancel(id)
    local ticket = self.entries[id]
    self.entries[id] = nil
    hand_over(ticket, nil, "closed", "unknown", "")
  end
end

--- Ends the transfers whose transport gives an exiting worker no more time than this.
---@param exiting_ms number
function Engine:end_overdue(exiting_ms)
  abandon(self, function(ticket) return ticket.transport.options.exit_grace_ms <= exiting_ms end)
end

--- Releases the connections when nobody uses them. A pump that is stepping does it when it ends.
function Engine:close_unused()
  if self.users > 0 or self:busy() or self.pump or self.closed then return end
  self.closed = true
  if self.key then shared[self.key] = nil end
  if self.waker then self.waker:close() end
  self.driver:close()
end

--- Ends a transport's transfers, and its use of the engine.
---@param transport table
function Engine:release(transport)
  abandon(self, function(ticket) return ticket.transport == transport end)
  self:let_go()
end

--- The same for a collected transport, which has no transfers.
function Engine:let_go()
  self.users = self.users - 1
  self:close_unused()
end

return M
