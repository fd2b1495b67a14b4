--- Carries out what the flow decides: sends its requests, waits its waits, reads the
--- answers, and puts a failure into words.

local answers = require "credenco.client.answers"
local core = require "credenco.core"
local errors = require "credenco.client.errors"
local loop = require "credenco.loop"
local pause = require "credenco.client.pause"

local M = {}

local now_ms = loop.now_ms

-- The push goes to whoever keeps the wallet, without credentials.
local BARE_HEADERS = { accept = "application/json" }

local METHODS = {}
for _, step in ipairs { "token", "create_offer", "push_offer", "issue_status", "trust_issuer" } do
  METHODS[step] = core.method(step)
end

---@class credenco.Call  one call of the API, or the two of an issuance
---@field deadline_ms number
---@field body string?             of create_offer, trust_issuer, token or request
---@field method string?           of request
---@field headers table|false      of the token call; else the last authorized headers
---@field correlation_id string?
---@field secrets any              what must not show in an error: claims, tokens; or a function that finds them in the body
---@field answer table|false       what its reader made of the last answer
---@field offer table|false        the answer to create_offer
---@field trouble credenco.Trouble|false  what went wrong in the last attempt

---@class credenco.Trouble
---@field problem string?
---@field detail string?           the server's words about it
---@field retry_after_ms number?

-- Events are made only for those who listen.
local function emit(self, kind, step, call, http_status, code, sent)
  local on_event = self.options.on_event
  if not on_event then return end
  pcall(on_event, {
    type = kind, step = step, http_status = http_status, code = code, sent = sent,
    correlation_id = call.correlation_id,
  })
end

local function secrets_of(self, call, flow)
  local secrets = call.secrets
  if type(secrets) == "function" then secrets = secrets(call.body) end
  return { self.auth:secrets(call.headers), secrets or "", flow:offer_uri(), call.offer or "" }
end

-- A token that could not be had ends the call; what an earlier attempt may have done
-- stays in doubt. The error is the caller's own: others wait for the same token.
local function without_credentials(call, flow, err)
  if not errors.is_error(err) then
    err = errors.new { code = "timeout", step = "token", message = "no token within the deadline", retryable = true }
  end
  local changes = { correlation_id = call.correlation_id }
  if flow:failure().sent == "unknown" then changes.sent = "unknown" end
  return errors.with(err, changes)
end

local LONGEST_WAIT_S = 1000000000000 -- past every deadline, and its milliseconds are an integer

-- A transport that cannot read a date (RFC 9110, 10.2.3) leaves the header to us; we
-- read seconds.
local function retry_after_ms(response)
  if response.retry_after_ms then return response.retry_after_ms end
  local seconds = response.headers and tostring(response.headers["retry-after"]):match("^%d+$")
  return seconds and math.min(tonumber(seconds), LONGEST_WAIT_S) * 1000
end

-- What is wrong with an answer: the server's own words, or what its reader says.
local function trouble_with(self, flow, call, response, problem)
  local detail
  if not problem then
    detail = errors.bounded_detail(answers.server_words(response.body), secrets_of(self, call, flow))
  end
  return { problem = problem, detail = detail, retry_after_ms = retry_after_ms(response) }
end

local function read(self, flow, call, step, response)
  local status = response.status
  local value, problem
  if status >= 200 and status < 300 then value, problem = answers[step](response.body, status) end
  if value then
    call.answer, call.trouble = value, false
    if step == "create_offer" then call.offer = value end
    flow:answer(now_ms(), 0, status, true, value.request_uri)
  else
    call.trouble = trouble_with(self, flow, call, response, problem)
    flow:answer(now_ms(), core.random(), status, false, nil, call.trouble.retry_after_ms)
  end
  if self.options.on_event then emit(self, "answer", step, call, status) end
end

local function lost(self, flow, call, step, failure)
  call.trouble = { problem = failure.message }
  flow:lost(now_ms(), core.random(), failure.code, failure.sent)
  emit(self, "lost", step, call, nil, failure.code)
end

-- The request's owner is gone (nginx: aborted, its thread killed, or the worker told to
-- stop at once) and cannot be told, so the operator is.
local function on_abandoned(request, http_status, code, sent)
  local call = request.call
  if http_status then code, sent = nil, nil end
  emit(request.client, "abandoned", request.step, call, http_status, code, sent)
  loop.warn(("credenco: %s: nobody waits for this answer any more: %s, correlation_id %s"):format(
    request.step, http_status and "HTTP " .. http_status or code .. ", sent " .. sent,
    call.correlation_id or "none"))
end

local function request(self, flow, call, step, url, authorized, renew)
  local headers = step == "token" and call.headers or BARE_HEADERS
  if authorized then
    local err
    headers, err = self.auth:headers(renew and call.headers or nil, call.deadline_ms, step)
    if not headers then return without_credentials(call, flow, err) end
    call.headers = headers
  end
  if self.options.on_event then emit(self, "request", step, call) end
  local response, failure = self.transport:send {
    method = METHODS[step] or call.method,
    url = url,
    headers = headers,
    body = step ~= "push_offer" and call.body or nil,
    deadline_ms = call.deadline_ms,
    connect_timeout_ms = self.options.connect_timeout_ms,
    max_body_bytes = self.options.max_body_bytes,
    with_headers = false,
    on_abandoned = on_abandoned, client = self, step = step, call = call,
  }
  if response then
    read(self, flow, call, step, response)
  else
    lost(self, flow, call, step, failure)
  end
end

local function failed(call, flow)
  local fields = flow:failure()
  local trouble = call.trouble or {}
  fields.message, fields.detail, fields.retry_after_ms = trouble.problem, trouble.detail, trouble.retry_after_ms
  fields.correlation_id = call.correlation_id
  return errors.new(fields)
end

-- The client was closed before the next attempt: what the last one may have done stays in doubt.
local function closed_meanwhile(call, flow)
  local last = flow:failure()
  return errors.new {
    code = "closed", step = last.step, sent = last.sent, attempts = last.attempts, correlation_id = call.correlation_id,
  }
end

--- Pulls a started flow until it is done.
---@param self credenco.Client
---@param flow any
---@param call credenco.Call
---@return boolean? done
---@return credenco.Error? err
function M.run(self, flow, call)
  while true do
    local kind, step, url, authorized, renew = flow:next(now_ms())
    if kind == "request" then
      local err = request(self, flow, call, step, url, authorized, renew)
      if err then return nil, err end
    elseif kind == "wait" then
      pause.wait(self.waiting, step)
      if self.closed then return nil, closed_meanwhile(call, flow) end
    elseif kind == "done" then
      return true
    else
      return nil, failed(call, flow)
    end
  end
end

return M
