--- What `on_event` is given: an event for each thing that happens in a call. No field holds a secret.
---
--- A table is made for each listener's call and is the listener's to keep. An error of the listener changes nothing.

local loop = require "credenco.loop"

local now_ms = loop.now_ms

local M = {}

-- Most calls belong to no trace, and a table of one field less is smaller.
local function report(call, on_event, event)
  if call.traceparent then event.traceparent = call.traceparent end
  pcall(on_event, event)
end

---@class credenco.Event
---@field type "request"|"answer"|"lost"|"abandoned"|"wait"|"failed"  a request begins; it has its response, or gets
---  none; nginx: whoever made the call is gone; the wait before the next attempt; the call ends with an error
---@field at_ms number          when, on `core.now_ms`'s clock, which is monotonic
---@field step string
---@field correlation_id string?
---@field traceparent string?   of the call, where it has one
---@field http_status integer?  answer, abandoned: of the response
---@field ok boolean?           answer: whether the call has its result
---@field code string?          lost, abandoned: why there is no response; failed: the error's
---@field sent string?          the same: whether the server can have acted
---@field elapsed_ms integer?   answer, lost, abandoned: since the request began
---@field wait_ms integer?      wait

--- A request begins. Each ends in one of `answer`, `lost` and `abandoned`.
---@param call credenco.Call
function M.request(call)
  local on_event = call.client.options.on_event
  if not on_event then return end
  local at_ms = now_ms()
  call.began_ms = at_ms
  report(call, on_event, { type = "request", at_ms = at_ms, step = call.step, correlation_id = call.correlation_id })
end

---@param call credenco.Call
---@param http_status integer
---@param ok boolean
function M.answer(call, http_status, ok)
  local on_event = call.client.options.on_event
  if not on_event then return end
  local at_ms = now_ms()
  report(call, on_event, {
    type = "answer", at_ms = at_ms, step = call.step, correlation_id = call.correlation_id,
    http_status = http_status, ok = ok, elapsed_ms = at_ms - call.began_ms,
  })
end

-- The others happen seldom: what they have in common is set here.
local function tell(call, event)
  local on_event = call.client.options.on_event
  if not on_event then return end
  event.at_ms, event.step, event.correlation_id = now_ms(), call.step, call.correlation_id
  if event.type ~= "wait" and event.type ~= "failed" then event.elapsed_ms = event.at_ms - call.began_ms end
  report(call, on_event, event)
end

---@param call credenco.Call
---@param code string
---@param sent string
function M.lost(call, code, sent)
  tell(call, { type = "lost", code = code, sent = sent })
end

---@param call credenco.Call
---@param http_status integer?  nil: there is no response, and `code` and `sent` say why
---@param code string?
---@param sent string?
function M.abandoned(call, http_status, code, sent)
  tell(call, { type = "abandoned", http_status = http_status, code = code, sent = sent })
end

---@param call credenco.Call
---@param wait_ms integer
function M.wait(call, wait_ms)
  tell(call, { type = "wait", wait_ms = wait_ms })
end

---@param call credenco.Call
---@param err credenco.Error
function M.failed(call, err)
  tell(call, { type = "failed", code = err.code, sent = err.sent })
end

return M
