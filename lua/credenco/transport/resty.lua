--- The transport over lua-resty-http, for nginx and OpenResty: cosockets instead of
--- libcurl. Names are resolved by nginx's `resolver`, and authorities are those of its
--- `lua_ssl_trusted_certificate`.
---
--- An exchange runs in a timer of its own, so that it is finished, and its answer
--- reported, when the request it was made for is gone.

local core = require "credenco.core"
local exchange = require "credenco.transport.resty.exchange"
local failure = require "credenco.transport.failure"
local loop = require "credenco.loop"

local M = {}

---@class credenco.RestyTransport
local Transport = {}
Transport.__index = Transport

local DEFAULTS = { connection_cache = 1024, connect_timeout_ms = 5000, max_body_bytes = 1048576, exit_grace_ms = 5000 }

local NEEDS = "transport 'resty' needs lua-resty-http 0.17 or later, and lua-resty-string, which OpenResty brings: "
  .. "luarocks --lua-version=5.1 install lua-resty-http, or opm get ledgetech/lua-resty-http"

-- How often an exchange looks whether its worker exits.
local LOOK_EVERY_MS = 1000

-- Longer than nginx takes to begin a timer; if it has dropped it, this ends the wait.
local SPARE_MS = 1000

local UNSUPPORTED = {
  ca_file = "name the authority with nginx's lua_ssl_trusted_certificate",
  http2 = "it speaks HTTP/1.1 only",
}

local function library()
  local found, http = pcall(require, "resty.http")
  -- It may be there and lack what it needs itself.
  if not found then error(("%s (%s)"):format(NEEDS, tostring(http):match "^[^\n]*"), 0) end
  local major, minor = tostring(http._VERSION):match "^(%d+)%.(%d+)"
  if not major or tonumber(major) == 0 and tonumber(minor) < 17 then error(NEEDS, 0) end
  return http
end

--- Throws where lua-resty-http is missing, and for an option it cannot honour.
---@param options table?  those of the curl transport but for ca_file and http2
---@return credenco.RestyTransport
function M.new(options)
  local copy = {}
  for name, default in pairs(DEFAULTS) do copy[name] = default end
  for name, value in pairs(options or {}) do copy[name] = value end
  for name, instead in pairs(UNSUPPORTED) do
    if copy[name] then error(("transport 'resty' has no %s: %s"):format(name, instead), 0) end
  end
  return setmetatable({ http = library(), options = copy, calls = {} }, Transport)
end

-- Requests ---------------------------------------------------------------------------

local function is_clean(text)
  return type(text) == "string" and not text:find "[%c\127]"
end

-- RFC 9110, 5.1 and 5.5: a name is a token, a value may hold tabs.
local function is_field(name, value)
  return type(name) == "string" and name:find "^[%w!#$%%&'*+.^_`|~-]+$"
    and type(value) == "string" and is_clean((value:gsub("\t", " ")))
end

local function are_clean(headers)
  for name, value in pairs(headers) do
    if not is_field(name, value) then return false end
  end
  return true
end

-- Where to, or nil for what is no https and no http to a loopback host, and for what
-- could be read as another request.
local function target_of(request)
  local url = is_clean(request.url) and not request.url:find(" ", 1, true) and core.parse_url(request.url)
  if not url or (url.scheme ~= "https" and not url.loopback) then return nil end
  if type(request.method) ~= "string" or not request.method:find "^%u+$" then return nil end
  return are_clean(request.headers or {}) and url or nil
end

-- Exchanges --------------------------------------------------------------------------

-- Waits until the exchange is to be ended: at its deadline, when the transport is
-- closed, or when the worker has been exiting for exit_grace_ms.
local function wait_for_end(call)
  local exiting_since
  while true do
    local now = loop.now_ms()
    if loop.exiting() then exiting_since = exiting_since or now end
    if exiting_since and now - exiting_since >= call.options.exit_grace_ms then return "closed" end
    if now >= call.request.deadline_ms then return "timeout" end
    local code = loop.wait(call.stop, math.min(call.request.deadline_ms, now + LOOK_EVERY_MS))
    if code then return code end
  end
end

-- What comes first counts: the exchange, or its end.
local function settle(over, ...)
  if not over.woken then loop.wake(over, ...) end
end

local function carry_out(self, call)
  if not self.calls[call] then return end
  local over = loop.self()
  local running = ngx.thread.spawn(function() settle(over, exchange(self.http, call)) end)
  local watching = ngx.thread.spawn(function() settle(over, nil, failure(wait_for_end(call), call.sent)) end)
  local response, err = loop.wait(over)
  ngx.thread.kill(running)
  ngx.thread.kill(watching)
  self.calls[call] = nil
  if loop.wake(call.waiter, response, err) ~= false or not call.request.on_abandoned then return end
  call.request:on_abandoned(response and response.status, err and err.code, err and err.sent)
end

-- The worker is told to stop at once: who waits is gone already.
local function report_lost(self)
  for call in pairs(self.calls) do
    if call.request.on_abandoned then call.request:on_abandoned(nil, "worker_ended", "unknown") end
  end
end

---@param request table  see the transport's contract in CONTRIBUTING.md
---@return table? response
---@return table? err
function Transport:send(request)
  if self.closed then return nil, failure("closed", "no") end
  if request.deadline_ms - loop.now_ms() < 1 then return nil, failure("timeout", "no") end
  local url = target_of(request)
  if not url then return nil, failure("invalid_argument", "no") end
  self.at_end = self.at_end or loop.at_end(function() report_lost(self) end)
  local call = {
    options = self.options, request = request, url = url, sent = "no", waiter = loop.self(), stop = loop.self(),
  }
  self.calls[call] = true
  loop.detach(carry_out, self, call)
  local response, err = loop.wait(call.waiter, request.deadline_ms + SPARE_MS)
  if err ~= "timeout" then return response, err end
  self.calls[call] = nil -- it must not begin any more
  return nil, failure("timeout", call.sent)
end

--- Ends what is under way; who waits for it is told `closed`. May run twice.
function Transport:close()
  self.closed = true
  for call in pairs(self.calls) do loop.wake(call.stop, "closed") end
end

return M
