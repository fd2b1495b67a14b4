--- Listeners to a client's events. A user's function gets a table for each event. Our own listeners take the fields as
--- arguments, since the table costs more than their work.

local M = {}

---@class credenco.Event
---@field type "request"|"response"|"lost"|"abandoned"|"wait"|"failed"  request: it begins; response, lost: its
---  response has arrived, or none will; abandoned: nginx stopped the caller; wait: before the next attempt; failed: the
---  call
---@field at_ms number          time on the monotonic clock of `core.now_ms`
---@field step string
---@field correlation_id string?
---@field traceparent string?   of the call, if it has one
---@field http_status integer?  response, abandoned: its status
---@field ok boolean?           response: whether the call succeeded
---@field code string?          lost, abandoned: why there is no response; failed: the error's code
---@field sent string?          the same: whether the server may have acted
---@field elapsed_ms integer?   response, lost, abandoned: since the request began
---@field wait_ms integer?      wait

--- Takes the fields of an event. Must not throw.
---@alias credenco.Listener fun(at_ms: number, type: string, step: string, correlation_id: string?, traceparent: string?, http_status: integer?, ok: boolean?, elapsed_ms: integer?, code: string?, sent: string?, wait_ms: integer?)

-- The listener behind each function that this module made.
local known = setmetatable({}, { __mode = "kv" })

-- The observers in C behind such a function.
local observers = setmetatable({}, { __mode = "k" })

--- A function for `on_event`, which takes an event as a table.
---@param listener credenco.Listener
---@param observing userdata[]?  observers (src/lua/observer.h), if they do the same with a request and its response
---@return fun(event: credenco.Event)
function M.on_event(listener, observing)
  local function on_event(event)
    listener(event.at_ms, event.type, event.step, event.correlation_id, event.traceparent,
      event.http_status, event.ok, event.elapsed_ms, event.code, event.sent, event.wait_ms)
  end
  known[on_event], observers[on_event] = listener, observing
  return on_event
end

-- Makes a new table for each event, which the user may keep. Ignores an error of the user's function.
local function of_user(on_event)
  return function(at_ms, kind, step, correlation_id, traceparent, http_status, ok, elapsed_ms, code, sent, wait_ms)
    pcall(on_event, {
      at_ms = at_ms, type = kind, step = step, correlation_id = correlation_id, traceparent = traceparent,
      http_status = http_status, ok = ok, elapsed_ms = elapsed_ms, code = code, sent = sent, wait_ms = wait_ms,
    })
  end
end

--- The listener behind an `on_event` function.
---@param on_event fun(event: credenco.Event)
---@return credenco.Listener
function M.of(on_event)
  return known[on_event] or of_user(on_event)
end

--- The observers that take requests and their responses in place of the listener; nil if a listener has none, as a
--- user's function.
---@param on_event fun(event: credenco.Event)
---@return userdata[]?
function M.observers_of(on_event)
  return observers[on_event]
end

-- The observers of two functions, if both have any.
local function joined(first, second)
  if not (first and second) then return nil end
  local list = {}
  for _, observing in ipairs { first, second } do
    for _, observer in ipairs(observing) do list[#list + 1] = observer end
  end
  return list
end

--- Combines two functions into one `on_event`.
---@param first fun(event: credenco.Event)?
---@param second fun(event: credenco.Event)?
---@return fun(event: credenco.Event)?
function M.both(first, second)
  if not (first and second) then return first or second end
  local one, other = M.of(first), M.of(second)
  return M.on_event(function(...)
    one(...)
    other(...)
  end, joined(observers[first], observers[second]))
end

return M
