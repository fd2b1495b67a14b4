--- One HTTP exchange over a cosocket: bytes between a connection and credenco.core's exchange.

local connection = require "credenco.transport.cosocket.connection"
local failure = require "credenco.transport.failure"
local loop = require "credenco.loop"

local PIECE_BYTES = 65536

-- nginx has no way to end a wait from outside, so whoever waits for bytes looks whether the exchange is to end.
local LOOK_EVERY_MS = 1000

-- A request that the kernel takes at once needs no light thread of its own.
local LARGE_BYTES = 32768

---@class credenco.Exchange
---@field request table
---@field options table
---@field place credenco.Place
---@field bytes string          the request
---@field x any                 credenco.core's exchange, begun
---@field sent "no"|"unknown"   whether a byte was handed over
---@field stopped boolean       the transport is closed
---@field exiting_since number? when it was seen that the worker exits

-- A worker that exits waits for exit_grace_ms.
local function is_to_end(call)
  if call.stopped then return true end
  if not loop.exiting() then return false end
  local now = loop.now_ms()
  call.exiting_since = call.exiting_since or now
  return now - call.exiting_since >= call.options.exit_grace_ms
end

-- Another wait, or the code of the failure.
local function after_a_wait(call, socket)
  if is_to_end(call) then return "closed" end
  if loop.now_ms() >= call.request.deadline_ms then return "timeout" end
  connection.set_timeouts(socket, call.request.deadline_ms, LOOK_EVERY_MS)
end

-- What state the exchange is in after the next bytes: as x:feed gives it.
local function read_some(call, socket)
  local bytes, err = socket:receiveany(PIECE_BYTES)
  if bytes then return call.x:feed(bytes) end
  if err == "timeout" then
    local code = after_a_wait(call, socket)
    if code then return nil, code end
    return "reading"
  end
  if err == "closed" then return call.x:ended() end
  return nil, "connect_failed", err
end

local function read(call, socket)
  local state, code, detail
  repeat
    state, code, detail = read_some(call, socket)
    if state == "reading" and loop.now_ms() >= call.request.deadline_ms then return nil, "timeout" end
  until state ~= "reading"
  return state, code, detail
end

-- A server may answer before it has read a long request, and wait for us to read that. What came of the sending is
-- seen when there is no answer.
local function send(call, socket)
  call.sent = "unknown"
  if #call.bytes <= LARGE_BYTES then return nil, (socket:send(call.bytes)) end
  local all_sent = false
  local sender = ngx.thread.spawn(function() all_sent = socket:send(call.bytes) ~= nil end)
  return function()
    ngx.thread.kill(sender)
    return all_sent
  end
end

local function talk(call, socket)
  local finish, all_sent = send(call, socket)
  local state, code, detail = read(call, socket)
  if finish then all_sent = finish() end
  return state, code, detail, all_sent
end

--- Carries a call out. `call.sent` says all the time whether the server can have seen it.
---@param call credenco.Exchange
---@return table? response
---@return table? err
return function(call)
  local request, options = call.request, call.options
  local connect_ms = request.connect_timeout_ms or options.connect_timeout_ms
  local socket, code, detail = connection.open(call.place, options.connection_cache,
    math.min(request.deadline_ms, loop.now_ms() + connect_ms))
  if not socket then return nil, failure(code, "no", detail) end
  if is_to_end(call) then
    socket:close()
    return nil, failure("closed", "no")
  end
  connection.set_timeouts(socket, request.deadline_ms, LOOK_EVERY_MS)
  local state, all_sent
  state, code, detail, all_sent = talk(call, socket)
  if state and all_sent and call.x:reusable() then connection.keep(socket) else socket:close() end
  if not state then return nil, failure(code, "unknown", detail) end
  return call.x:response()
end
