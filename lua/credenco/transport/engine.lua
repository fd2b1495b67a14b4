--- One libcurl multi handle and who waits for its transfers. In plain Lua every
--- transport has its own; in a worker of nginx all with the same options share one.

local curl = require "credenco.curl"
local loop = require "credenco.loop"
local settings = require "credenco.base.settings"

---@class credenco.CurlEngine
local Engine = {}
Engine.__index = Engine

local M = {}

local shared = {} -- options as text -> engine

-- The worker of nginx is told to stop at once: who waits is gone already.
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
    entries = {}, -- transfer id -> the ticket of who waits, with its request and transport
    exit_grace_ms = options.exit_grace_ms,
  }, Engine)
  if loop.at_end then self.at_end = loop.at_end(function() report_lost(self) end) end
  return self
end

--- The engine for these options.
---@param options table
---@return credenco.CurlEngine?
---@return string? code why there is none
function M.get(options)
  if not loop.shares_transports then return new(options) end
  local key, code = settings.engine_key(options), nil
  if not shared[key] then shared[key], code = new(options) end
  return shared[key], code
end

--- Waits for a started transfer: what driver:take() gives, without the id.
function Engine:await(id, request, transport)
  local ticket = loop.self()
  ticket.request, ticket.transport = request, transport
  self.entries[id] = ticket
  loop.attach(self)
  return loop.wait(ticket)
end

-- An answer that nobody waits for any more is still told of.
local function hand_over(ticket, ...)
  if loop.wake(ticket, ...) == false and ticket.request.on_abandoned then
    ticket.request:on_abandoned(...)
  end
end

-- A transfer has no ticket when an error was thrown between its start and its wait, from a debug hook say.
local function deliver(self, id, ...)
  if not id then return false end
  local ticket = self.entries[id]
  self.entries[id] = nil
  if ticket then hand_over(ticket, ...) end
  return true
end

function Engine:busy()
  return next(self.entries) ~= nil
end

--- Moves transfers, waits at most `wait_ms`, and wakes whoever has an answer.
---@param wait_ms integer
---@param most integer?  bounds the transfers begun, moved and handed over
---@return boolean more  the bound was reached, so there may be more to do at once
---@return integer answers  how many were handed over
function Engine:step(wait_ms, most)
  local driver = self.driver
  local _, more = driver:step(wait_ms, most)
  local answers = 0
  while answers ~= most and not self.closed and deliver(self, driver:take()) do answers = answers + 1 end
  return more or answers == most, answers
end

--- Milliseconds until a step is due even if the descriptor stays unreadable, or nil.
function Engine:timeout_ms()
  return self.driver:timeout()
end

--- For loops that wait for sockets of their own alone: what rings when a step has
--- something to do (src/curl/bell.h), once it was armed.
---@return any? bell
---@return string? why there is none
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

--- Ends the transfers of one transport, or all: who waits is told `closed`.
---@param transport table?
function Engine:abandon(transport)
  local ids = {}
  for id, ticket in pairs(self.entries) do
    if not transport or ticket.transport == transport then ids[#ids + 1] = id end
  end
  for _, id in ipairs(ids) do
    self.driver:cancel(id)
    local ticket = self.entries[id]
    self.entries[id] = nil
    hand_over(ticket, nil, "closed", "unknown", "")
  end
end

--- Ends everything and releases the connections.
function Engine:close()
  self.closed = true
  self:abandon()
  self.driver:close()
end

return M
