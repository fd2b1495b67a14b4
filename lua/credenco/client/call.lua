--- One call of a client's method: one or two requests of the API, under one deadline.
---
--- The transport sends this table, too, so that a call is one table. The flow (src/core/flow.h) decides about repeats
--- and waits.

local core = require "credenco.core"
local errors = require "credenco.client.errors"
local events = require "credenco.client.events"
local json = require "credenco.base.json"
local loop = require "credenco.loop"
local pause = require "credenco.client.pause"
local readers = require "credenco.client.readers"
local trace = require "credenco.base.trace"

local now_ms = loop.now_ms

---@class credenco.Call
---@field client credenco.Client
---@field deadline_ms number
---@field correlation_id string?
---@field traceparent string|false
---@field offer_uri string?        a secret
---@field endpoint credenco.Endpoint  of the current request, as are
---@field step string
---@field method string
---@field url string
---@field headers table
---@field body string?
---@field connect_timeout_ms integer
---@field max_body_bytes integer
---@field with_headers false       the response's header fields are not needed
---@field credentials table|false  the headers with the last credentials
---@field token_request credenco.TokenRequest|false  writes each attempt of a call for a token
---@field http_status integer?     of the last response
---@field problem string|false     of the last attempt
---@field detail string?           the server's message about it
---@field code string?             a code that is more precise than that of the status
---@field retry_after_ms number?
---@field hides (fun(sent: any): any)|false  finds the part that no error may show in
---@field hidden_in string|false
---@field began_ms number|false     when the attempt began, for listeners
---@field may_wait boolean?        whether the loop can wait here, asked once
local Call = {}
Call.__index = Call

local M = {}

-- The owner of the request no longer exists (nginx aborted it, killed its thread, or ends the worker), so the operator
-- is told.
local function on_abandoned(self, http_status, code, sent)
  if http_status then code, sent = nil, nil end
  events.abandoned(self, http_status, code, sent)
  loop.warn(("credenco: %s: its caller no longer waits for the response: %s, correlation_id %s"):format(
    self.step, http_status and "HTTP " .. http_status or code .. ", sent " .. sent, self.correlation_id or "none"))
end

--- A call that begins now. This names all fields once, so that the table has room for them.
---@param client credenco.Client
---@param timeout_ms integer?
---@param correlation_id string?
---@param traceparent string?  nil: the client's
---@return credenco.Call
function M.new(client, timeout_ms, correlation_id, traceparent)
  local options = client.options
  return setmetatable({
    client = client,
    deadline_ms = now_ms() + (timeout_ms or options.timeout_ms),
    traceparent = traceparent or options.traceparent and trace.of_client(options.traceparent) or false,
    correlation_id = correlation_id, offer_uri = nil,
    endpoint = false, step = false, method = false, url = false, headers = false, body = nil,
    connect_timeout_ms = options.connect_timeout_ms, max_body_bytes = options.max_body_bytes, with_headers = false,
    on_abandoned = on_abandoned,
    credentials = false, token_request = false, result = false, http_status = nil,
    problem = false, detail = nil, code = nil, retry_after_ms = nil,
    hides = false, hidden_in = false, began_ms = false, may_wait = false,
  }, Call)
end

-- Failing --------------------------------------------------------------------------------

-- Why nothing can be sent: the client is closed, or the loop cannot wait here.
local function unready(self)
  local step, id = self.step, self.correlation_id
  if self.client.closed then return errors.new { code = "closed", step = step, correlation_id = id } end
  if self.may_wait then return nil end
  local why
  self.may_wait, why = loop.ready()
  if self.may_wait then return nil end
  return errors.new { code = "cannot_wait", step = step, message = why, correlation_id = id }
end

local function secrets_of(self)
  local sent = self.hides and json.decode(self.hidden_in)
  return {
    self.client.auth:secrets(self.credentials or nil),
    self.token_request and self.token_request.carried_by(self) or "",
    sent ~= nil and self.hides and self.hides(sent) or "",
    self.offer_uri or "",
    self.result or "",
    self.client.own_headers and self.client.own_headers.headers or "",
  }
end

local function failed(self, flow)
  local fields = flow:failure()
  fields.code, fields.quota_spent = self.code or fields.code, fields.quota_spent or nil
  fields.message, fields.detail, fields.retry_after_ms = self.problem or nil, self.detail, self.retry_after_ms
  fields.correlation_id = self.correlation_id
  return errors.new(fields)
end

-- The same for an attempt that has begun and sent nothing.
local function failed_before(self, flow)
  local err = failed(self, flow)
  return errors.with(err, { attempts = err.attempts - 1 })
end

-- The client was closed before the next attempt. The last attempt may still have reached the server.
local function closed_meanwhile(self, flow)
  local last = flow:failure()
  return errors.new {
    code = "closed", step = last.step, sent = last.sent, attempts = last.attempts, correlation_id = self.correlation_id,
  }
end

-- The call ends, because there are no credentials. An earlier attempt may have reached the server. The error is a copy
-- for this caller, since others wait for the same token. If the client has only the refused credentials, the call fails
-- with the server's refusal.
local function without_credentials(self, flow, err)
  if err == "unchanged" then return failed_before(self, flow) end
  if not errors.is_error(err) then
    err = errors.new {
      code = "timeout", step = "token", sent = "unknown", retryable = true, message = "no token within the deadline",
    }
  end
  local changes = { correlation_id = self.correlation_id }
  if flow:failure().sent == "unknown" then changes.sent = "unknown" end
  return errors.with(err, changes)
end

-- Reading --------------------------------------------------------------------------------

local function note_refusal(self, response)
  local words, fields = readers.server_words(response.body)
  self.detail = errors.bounded_detail(words, secrets_of(self))
  local refused = self.endpoint.refused
  self.code = refused and fields and refused(fields) or nil
end

-- The flow's next action after a response.
local function read(self, flow, response)
  local status, result, problem = response.status, nil, nil
  self.http_status = status
  if status >= 200 and status < 300 then result, problem = self.endpoint.read(response.body, self, response) end
  local at_ms = now_ms()
  events.response(self, at_ms, status, result ~= nil)
  if result then
    self.result = result
    return flow:received(at_ms, 0, status, true)
  end
  self.problem, self.detail, self.code = problem or false, nil, nil
  self.retry_after_ms = readers.retry_after_ms(response)
  if not problem then note_refusal(self, response) end
  return flow:received(at_ms, core.random(), status, false, self.retry_after_ms)
end

local function lost(self, flow, failure)
  self.problem, self.detail, self.code, self.retry_after_ms = failure.message or false, nil, nil, nil
  events.lost(self, failure.code, failure.sent)
  return flow:lost(now_ms(), core.random(), failure.code, failure.sent)
end

-- Sending --------------------------------------------------------------------------------

-- After a lost response, looks whether the server has done the work. Gives the flow's next action if so, and nothing if
-- not; or an error if that cannot be found out, since the work must not be done twice.
local function look(self, flow)
  local endpoint = self.endpoint
  local other = M.new(self.client, self.deadline_ms - now_ms(), self.correlation_id, self.traceparent or nil)
  local there = other:perform(endpoint.list, self.url)
  local found, doubtful
  if there then found, doubtful = endpoint.find(there, json.decode(self.body)) end
  if found then
    self.result = found
    return flow:received(now_ms(), 0, found.http_status, true)
  end
  if there and not doubtful then return nil end
  return nil, nil, failed_before(self, flow)
end

-- Sets the headers, and the body of a token request. Gives the problem if there are no credentials.
local function prepare(self, renew)
  local endpoint = self.endpoint
  if endpoint.authorized then
    local headers, err = self.client.auth:headers(renew and self.credentials or nil, self.deadline_ms, self.step)
    if not headers then return err end
    self.headers, self.credentials = headers, headers
  elseif self.token_request then
    local body, authorization = self.token_request:write()
    if not body then return authorization end
    self.body, self.headers = body, endpoint.headers_with(authorization)
  else
    self.headers = endpoint.headers
  end
  local own_headers = self.client.own_headers
  if own_headers then self.headers = own_headers:with(self.headers, self.url) end
  if self.traceparent then self.headers = trace.with(self.headers, self.traceparent) end
end

-- Makes one attempt, and gives the flow's next action; or the error that ends the call.
local function attempt(self, flow, renew)
  local endpoint, client = self.endpoint, self.client
  if endpoint.find and flow:failure().sent == "unknown" then
    local kind, detail, err = look(self, flow)
    if kind or err then return kind, detail, err end
  end
  local problem = prepare(self, renew)
  if problem then return nil, nil, without_credentials(self, flow, problem) end
  events.request(self, flow)
  local response, failure = client.transport:send(self)
  if response then return read(self, flow, response) end
  return lost(self, flow, failure)
end

-- Carries out the flow's actions until the call is done.
local function pull(self, flow, kind, detail)
  local client = self.client
  while true do
    if kind == "request" then
      local err
      kind, detail, err = attempt(self, flow, detail)
      if err then return nil, err end
    elseif kind == "wait" then
      events.wait(self, detail)
      pause.wait(client.waiting, detail)
      if client.closed then return nil, closed_meanwhile(self, flow) end
      kind, detail = flow:next(now_ms())
    elseif kind == "done" then
      return self.result
    else
      return nil, failed(self, flow)
    end
  end
end

--- Makes one request of the API, as often as the flow says: the result of its reader, or nil and an error.
---@param endpoint credenco.Endpoint
---@param url string
---@param body string?
---@return table? result
---@return credenco.Error? err
function Call:perform(endpoint, url, body)
  local client = self.client
  self.endpoint, self.step, self.method = endpoint, endpoint.step, endpoint.method or self.method
  self.url, self.body = url, body
  if endpoint.hides then self.hides, self.hidden_in = body and endpoint.hides or false, body end
  local err = unready(self)
  if err then
    events.failed(self, err)
    return nil, err
  end
  local flows = client.flows -- idle ones, for the next call
  local flow = flows[#flows]
  if flow then flows[#flows] = nil else flow = client.context:flow() end
  local result, failure = pull(self, flow, flow:start(
    now_ms(), endpoint.step, self.deadline_ms, endpoint.repeatable, endpoint.authorized and client.auth.renewable))
  flows[#flows + 1] = flow
  if failure then events.failed(self, failure) end
  return result, failure
end

--- The JSON of a body, or an error that names the value that cannot be sent.
---@param value any
---@param step string
---@param correlation_id string?
---@param label string  name of the caller's own value, whose levels count; "" inside an object of ours
---@return string?
---@return credenco.Error?
function M.encoded(value, step, correlation_id, label)
  local body, problem, path = json.encode(value, label == "" and 1 or 0)
  if body then return body end
  return nil, errors.new {
    code = "invalid_claims", step = step, correlation_id = correlation_id,
    message = ("%s: %s"):format((label .. path):gsub("^%.", ""):gsub("[%c\127]", "?"), problem),
  }
end

return M
