--- The transport over libcurl: one multi handle, stepped by the loop.
---
--- Inside a task of the loop (or in a phase of nginx that can yield) `send` yields; in a
--- plain script it runs the loop until the answer is there.

local curl = require "credenco.curl"
local engine = require "credenco.transport.engine"
local failure = require "credenco.transport.failure"
local loop = require "credenco.loop"

---@class credenco.CurlTransport
local Transport = {}
Transport.__index = Transport

local M = {}

local DEFAULTS = {
  connection_cache = 1024,
  connect_timeout_ms = 5000,
  max_body_bytes = 1048576,
  exit_grace_ms = 5000,
}

local NO_HEADERS = {}

local WEAK_KEYS = { __mode = "k" }

---@param options { ca_file: string?, proxy: string?, user_agent: string?, connection_cache: integer?, http2: boolean?, trust_loopback: boolean?, connect_timeout_ms: integer?, max_body_bytes: integer?, exit_grace_ms: integer? }?
---@return credenco.CurlTransport
function M.new(options)
  local copy = {}
  for name, default in pairs(DEFAULTS) do copy[name] = default end
  for name, value in pairs(options or {}) do copy[name] = value end
  return setmetatable({ options = copy, lines = setmetatable({}, WEAK_KEYS) }, Transport)
end

local function response(status, body, retry_after_ms, headers)
  if status then
    return { status = status, body = body, retry_after_ms = retry_after_ms, headers = headers }
  end
  return nil, failure(body, retry_after_ms, headers)
end

-- Made at the first use, so that none is carried through a fork.
local function engine_of(self)
  self.engine = self.engine or engine.get(self.options)
  return self.engine
end

-- Headers as libcurl takes them. A client gives the same few tables again and again, and
-- never changes one.
local function lines_of(self, headers)
  local lines = self.lines[headers]
  if lines then return lines end
  local fields = { ["user-agent"] = self.options.user_agent }
  for name, value in pairs(headers) do fields[name] = value end
  local code
  lines, code = curl.headers(fields)
  self.lines[headers] = lines
  return lines, code
end

---@param request table  see the transport's contract in CONTRIBUTING.md
---@return table? response
---@return table? err
function Transport:send(request)
  if self.closed then return nil, failure("closed", "no") end
  local timeout_ms = request.deadline_ms - loop.now_ms()
  if timeout_ms < 1 then return nil, failure("timeout", "no") end
  local options = self.options
  local lines, code = lines_of(self, request.headers or NO_HEADERS)
  if not lines then return nil, failure(code, "no") end
  local id
  id, code = engine_of(self).driver:start(
    request.method, request.url, lines, request.body, timeout_ms,
    request.connect_timeout_ms or options.connect_timeout_ms,
    request.max_body_bytes or options.max_body_bytes, request.with_headers ~= false)
  if not id then return nil, failure(code, "no") end
  return response(self.engine:await(id, request, self))
end

--- A descriptor that is readable when the loop has something to do for this transport,
--- its timers included; nil where the system has none, and under nginx.
---@return integer?
function Transport:pollfd()
  if self.closed or loop.shares_transports then return nil end
  return engine_of(self).driver:pollfd()
end

--- Ends this transport's transfers; who waits for one is told `closed`. May run twice.
function Transport:close()
  self.closed = true
  if not self.engine then return end
  if loop.shares_transports then
    self.engine:abandon(self)
  else
    self.engine:close()
  end
  self.engine = nil
end

return M
