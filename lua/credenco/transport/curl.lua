--- The transport over libcurl, whose connections the loop steps.
---
--- Inside a task of the loop (or in a phase of nginx that can yield) `send` yields. In a plain script it runs the loop
--- until the response has arrived.

local engine = require "credenco.transport.multi"
local failure = require "credenco.transport.failure"
local fields_for = require "credenco.transport.header_section"
local loop = require "credenco.loop"
local settings = require "credenco.base.settings"

---@class credenco.CurlTransport
local Transport = {}
Transport.__index = Transport

local M = {}

---@param options table?  of credenco.base.settings; others are ignored
---@return credenco.CurlTransport
function M.new(options)
  local copy = settings.for_transport(options)
  return setmetatable({ options = copy, fields_of = fields_for(copy.user_agent) }, Transport)
end

-- Releases a shared engine even if the transport is collected without being closed.
local function let_go_at_end(self)
  self.at_end = loop.at_end(function() self:let_go() end)
end

-- Made at the first use, so that none survives a fork. Has no closure of its own: LuaJIT compiles no function that
-- makes one, and no caller of it.
local function engine_of(self)
  local made, code = self.engine, nil
  if not made then
    made, code = engine.acquire(self.options)
    self.engine = made
    if made and loop.at_end then let_go_at_end(self) end
  end
  return made, code
end

-- Adds the transport's options to a request without them.
local function completed(self, request)
  local copy = {
    connect_timeout_ms = self.options.connect_timeout_ms, max_body_bytes = self.options.max_body_bytes,
  }
  for name, value in pairs(request) do copy[name] = value end
  return copy
end

local function received(response, code, sent, detail)
  if response then return response end
  return nil, failure(code, sent, detail)
end

---@param request table  see the transport's contract in docs/architecture.md
---@return table? response
---@return table? err
function Transport:send(request)
  if self.closed then return nil, failure("closed", "no") end
  if not (request.connect_timeout_ms and request.max_body_bytes) then request = completed(self, request) end
  local fields, code = self.fields_of(request.headers)
  if not fields then return nil, failure(code, "no") end
  local own, id
  own, code = engine_of(self)
  if own then id, code = own.driver:start(request, fields) end
  if not id then return nil, failure(code, "no") end
  return received(own:await(id, request, self))
end

--- A descriptor that is readable when the loop has work for this transport, timers included; nil on a system without
--- one, and under nginx.
---@return integer?
function Transport:pollfd()
  if self.closed or loop.shares_transports then return nil end
  local own = engine_of(self)
  return own and own.driver:pollfd()
end

-- Runs once, from close or the collector.
local function take_engine(self)
  local own = self.engine
  self.engine = nil
  return own
end

---@private
function Transport:let_go()
  local own = take_engine(self)
  if own then own:let_go() end
end

--- Ends this transport's transfers; their callers get `closed`. May run twice.
function Transport:close()
  self.closed = true
  local own = take_engine(self)
  if own then own:release(self) end
end

return M
