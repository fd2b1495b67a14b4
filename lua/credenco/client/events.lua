--- Reports the events of a call to the client's listener. No field of an event holds a secret.

local loop = require "credenco.loop"

local now_ms = loop.now_ms

local M = {}

--- A request begins. Each ends with one of `response`, `lost` and `abandoned`. If the client has observers, its flow gives
--- them this and the response (src/lua/flow.c).
---@param call credenco.Call
---@param flow userdata
function M.request(call, flow)
  local client = call.client
  local listener = client.listener
  if not listener then return end
  if client.observers then
    call.began_ms = flow:begun(call.correlation_id, call.traceparent)
    return
  end
  local at_ms = now_ms()
  call.began_ms = at_ms
  listener(at_ms, "request", call.step, call.correlation_id, call.traceparent or nil)
end

---@param call credenco.Call
---@param at_ms number  the current time
---@param http_status integer
---@param ok boolean
function M.response(call, at_ms, http_status, ok)
  local client = call.client
  local listener = client.listener
  if not listener or client.observers then return end
  listener(at_ms, "response", call.step, call.correlation_id, call.traceparent or nil,
    http_status, ok, at_ms - call.began_ms)
end

-- A request has ended in another way.
local function ended(call, kind, http_status, code, sent)
  local listener = call.client.listener
  if not listener then return end
  local at_ms = now_ms()
  listener(at_ms, kind, call.step, call.correlation_id, call.traceparent or nil,
    http_status, nil, at_ms - call.began_ms, code, sent)
end

---@param call credenco.Call
---@param code string
---@param sent string
function M.lost(call, code, sent)
  ended(call, "lost", nil, code, sent)
end

---@param call credenco.Call
---@param http_status integer?  nil: there is no response; see `code` and `sent`
---@param code string?
---@param sent string?
function M.abandoned(call, http_status, code, sent)
  ended(call, "abandoned", http_status, code, sent)
end

-- An event that is not about one request.
local function tell(call, kind, code, sent, wait_ms)
  local listener = call.client.listener
  if not listener then return end
  listener(now_ms(), kind, call.step, call.correlation_id, call.traceparent or nil, nil, nil, nil, code, sent, wait_ms)
end

---@param call credenco.Call
---@param wait_ms integer
function M.wait(call, wait_ms)
  tell(call, "wait", nil, nil, wait_ms)
end

---@param call credenco.Call
---@param err credenco.Error
function M.failed(call, err)
  tell(call, "failed", err.code, err.sent)
end

return M
