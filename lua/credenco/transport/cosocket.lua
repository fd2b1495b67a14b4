--- The transport over nginx's own sockets, for nginx and OpenResty, without libcurl. nginx's `resolver` looks up names,
--- and `lua_ssl_trusted_certificate` has the CA certificates.
---
--- An exchange runs in a task of its own. It finishes and its response is reported even if nginx has ended the request
--- that made it.

local core = require "credenco.core"
local exchange = require "credenco.transport.cosocket.exchange"
local failure = require "credenco.transport.failure"
local fields_for = require "credenco.transport.header_section"
local loop = require "credenco.loop"
local places = require "credenco.transport.cosocket.pool_name"
local settings = require "credenco.base.settings"

local M = {}

---@class credenco.CosocketTransport
---@field places table<string, credenco.Place>  by origin
---@field fields_of fun(headers: table?): any, string?
---@field spare credenco.Exchange[]  idle ones, for the next requests
---@field calls table<credenco.Exchange, boolean>  in flight, with a task that waits
local Transport = {}
Transport.__index = Transport

local NO_CA_FILE = "transport 'cosocket' has no ca_file: "
  .. "name the CA certificates with nginx's lua_ssl_trusted_certificate"

local NO_PASSPHRASE = "transport 'cosocket' has no client_key_passphrase_file: give a client_key without a pass phrase"
local NO_CLIENT_CERT = "transport 'cosocket' has no client_cert with a lua-nginx-module older than 0.10.22"
local SETCLIENTCERT_SINCE = 10022

-- The options that it does not support.
local function refusal(options)
  if options.ca_file then return NO_CA_FILE end
  if options.client_key_passphrase_file then return NO_PASSPHRASE end
  if options.client_cert and ngx.config.ngx_lua_version < SETCLIENTCERT_SINCE then return NO_CLIENT_CERT end
end

-- Longer than an exchange takes to notice that its time is over. While nginx looks a name up it notices nothing.
local SPARE_MS = 250

local NO_NAME = "nginx's resolver did not respond"

local function looks_up_name(call)
  return call.connecting and not places.is_address((call.place.proxy or call.place).host)
end

--- Throws outside nginx, and for an option that it does not support.
---@param options table?  of credenco.base.settings; others are ignored
---@return credenco.CosocketTransport
function M.new(options)
  if not loop.carry then error("transport 'cosocket' is for nginx only", 0) end
  local copy = settings.for_transport(options)
  local problem = refusal(copy)
  if problem then error(problem, 0) end
  copy.proxy = places.proxy(copy.proxy)
  return setmetatable({
    options = copy, places = {}, fields_of = fields_for(copy.user_agent), spare = {}, calls = {},
  }, Transport)
end

-- Requests ---------------------------------------------------------------------------

-- nil unless the URL is https, or http to a loopback host.
local function new_place(self, text)
  local url = core.parse_url(text)
  if not url or not url.secure then return nil end
  return places.new(url, self.options)
end

-- Requests have different paths, but nearly always the same origin, so this reads only the origin.
local function place_of(self, text)
  local origin = type(text) == "string" and text:match "^%a+://[^/?#]*"
  if not origin then return nil end
  local place = self.places[origin] or new_place(self, text)
  self.places[origin] = place
  return place
end

-- Whether a task waits for the result, or it must be reported.
local function hand_over(call, response, err)
  local request = call.request
  if loop.wake(call.waiter, response, err) ~= false or not request.on_abandoned then return end
  request:on_abandoned(response and response.status, err and err.code, err and err.sent)
end

local function on_end(call, response, err)
  local self = call.transport
  call.x:trim()
  if self.calls[call] then
    self.calls[call] = nil
    hand_over(call, response, err)
  end
  self.spare[#self.spare + 1] = call:reset()
end

-- An idle one, or a new one.
local function unused(self)
  local spare = self.spare
  local call = spare[#spare]
  if not call then
    return exchange.new { options = self.options, x = core.exchange(), on_end = on_end, transport = self }
  end
  spare[#spare] = nil
  return call
end

-- An exchange that is ready to run; nil and a code for a request that cannot be sent.
local function begin(self, request)
  local place, fields = place_of(self, request.url), self.fields_of(request.headers)
  if not place or not fields then return nil, "invalid_argument" end
  local call = unused(self)
  local bytes, code = call.x:begin(request, fields, place.authority, self.options.max_body_bytes)
  if not bytes then
    self.spare[#self.spare + 1] = call
    return nil, code
  end
  call.request, call.place, call.bytes, call.waiter = request, place, bytes, loop.self()
  return call
end

-- Calls ------------------------------------------------------------------------------

-- The worker is ending at once, so the waiting task no longer exists.
local function report_lost(self)
  for call in pairs(self.calls) do
    if call.request.on_abandoned then call.request:on_abandoned(nil, "worker_ended", "unknown") end
  end
end

-- Waits until the time to connect is over and, if there is a connection by then, until the deadline.
local function wait_for(call, connect_ms)
  local deadline_ms = call.request.deadline_ms
  local connected_by_ms = math.min(deadline_ms, loop.now_ms() + connect_ms)
  local response, err = loop.wait(call.waiter, connected_by_ms + SPARE_MS)
  if err == "timeout" and call.socket then return loop.wait(call.waiter, deadline_ms + SPARE_MS) end
  return response, err
end

---@param request table  see the transport's contract in docs/architecture.md
---@return table? response
---@return table? err
function Transport:send(request)
  if self.closed then return nil, failure("closed", "no") end
  if request.deadline_ms - loop.now_ms() < 1 then return nil, failure("timeout", "no") end
  local call, code = begin(self, request)
  if not call then return nil, failure(code, "no") end
  self.at_end = self.at_end or loop.at_end(function() report_lost(self) end)
  self.calls[call] = true
  loop.carry(call)
  local response, err = wait_for(call, request.connect_timeout_ms or self.options.connect_timeout_ms)
  if err ~= "timeout" then return response, err end
  self.calls[call] = nil
  call.stopped = true
  return nil, failure("timeout", call.sent, looks_up_name(call) and NO_NAME or nil)
end

--- Ends the exchanges in flight; their callers get `closed`. May run twice.
function Transport:close()
  self.closed = true
  local calls = self.calls
  self.calls = {}
  for call in pairs(calls) do
    call.stopped = true
    hand_over(call, nil, failure("closed", call.sent))
  end
end

return M
