--- The transport over libcurl: one multi handle, stepped by the loop.
---
--- Inside a task of the loop (or in a phase of nginx that can yield) `send` yields; in a
--- plain script it runs the loop until the answer is there.

local curl = require "credenco.curl"
local loop = require "credenco.loop"

---@class credenco.CurlTransport
local Transport = {}
Transport.__index = Transport

local M = {}

local DEFAULTS = {
  connection_cache = 1024,
  connect_timeout_ms = 5000,
  max_body_bytes = 1048576,
}

-- Longest time libcurl is given for one transfer; a day.
local TIMEOUT_MAX_MS = 86400000

local WORDS = {
  connect_failed = { no = "could not connect", unknown = "the connection broke before the whole answer was there" },
  tls_failed = { no = "the TLS connection failed" },
  timeout = { no = "no connection within the deadline", unknown = "no whole answer within the deadline" },
  too_large = { unknown = "the answer is larger than max_body_bytes" },
  closed = { no = "the transport is closed", unknown = "the transport was closed" },
  out_of_memory = { no = "out of memory", unknown = "out of memory" },
  invalid_argument = { no = "the URL must be https, or http to a loopback host" },
}

-- libcurl's own words help where the cause lies outside of the request.
local SHOWS_DETAIL = { connect_failed = true, tls_failed = true }

local function failure(code, sent, detail)
  local words = WORDS[code] and WORDS[code][sent] or code
  if SHOWS_DETAIL[code] and detail and detail ~= "" then words = words .. " (" .. detail .. ")" end
  return { code = code, sent = sent, message = words }
end

---@param options { ca_file: string?, proxy: string?, user_agent: string?, connection_cache: integer?, http2: boolean?, trust_loopback: boolean?, connect_timeout_ms: integer?, max_body_bytes: integer? }?
---@return credenco.CurlTransport
function M.new(options)
  options = options or {}
  local driver = curl.driver {
    ca_file = options.ca_file,
    proxy = options.proxy,
    user_agent = options.user_agent,
    http2 = options.http2,
    trust_loopback = options.trust_loopback,
    connection_cache = options.connection_cache or DEFAULTS.connection_cache,
  }
  return setmetatable({
    driver = driver,
    connect_timeout_ms = options.connect_timeout_ms or DEFAULTS.connect_timeout_ms,
    max_body_bytes = options.max_body_bytes or DEFAULTS.max_body_bytes,
    waiting = {}, -- transfer id -> ticket
    in_flight = 0,
  }, Transport)
end

local function clamp(ms)
  if ms > TIMEOUT_MAX_MS then return TIMEOUT_MAX_MS end
  return ms - ms % 1
end

local function response(status, body, retry_after_ms, headers)
  if status then
    return { status = status, body = body, retry_after_ms = retry_after_ms, headers = headers }
  end
  return nil, failure(body, retry_after_ms, headers)
end

---@param request table  see the transport's contract in CONTRIBUTING.md
---@return table? response
---@return table? err
function Transport:send(request)
  if not self.driver then return nil, failure("closed", "no") end
  local timeout_ms = clamp(request.deadline_ms - loop.now_ms())
  if timeout_ms < 1 then return nil, failure("timeout", "no") end
  local id, code = self.driver:start(
    request.method, request.url, request.headers or {}, request.body, timeout_ms,
    clamp(request.connect_timeout_ms or self.connect_timeout_ms),
    request.max_body_bytes or self.max_body_bytes, request.with_headers ~= false)
  if not id then return nil, failure(code, "no") end
  local ticket = loop.self()
  self.waiting[id] = ticket
  self.in_flight = self.in_flight + 1
  loop.attach(self)
  return response(loop.wait(ticket))
end

-- The loop's side --------------------------------------------------------------

local function deliver(self, id, ...)
  if not id then return false end
  local ticket = self.waiting[id]
  self.waiting[id] = nil
  self.in_flight = self.in_flight - 1
  loop.wake(ticket, ...)
  return true
end

function Transport:busy()
  return self.in_flight > 0
end

--- Moves transfers, waits at most `wait_ms`, and wakes whoever has an answer.
---@param wait_ms number
function Transport:step(wait_ms)
  self.driver:step(wait_ms - wait_ms % 1)
  while self.driver and deliver(self, self.driver:take()) do end
end

--- Ends every transfer; who waits for one is told `closed`. May run twice.
function Transport:close()
  local driver, waiting = self.driver, self.waiting
  if not driver then return end
  self.driver, self.waiting, self.in_flight = nil, {}, 0
  driver:close()
  for _, ticket in pairs(waiting) do loop.wake(ticket, nil, "closed", "unknown") end
end

return M
