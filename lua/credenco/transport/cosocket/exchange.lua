--- One HTTP exchange over a cosocket: moves bytes between a connection and credenco.core's exchange. It is a task of
--- nginx's loop (`loop.carry`).

local connection = require "credenco.transport.cosocket.connection"
local failure = require "credenco.transport.failure"
local loop = require "credenco.loop"

local PIECE_BYTES = 65536

-- The kernel takes such a request at once, so that it needs no light thread of its own.
local LARGE_BYTES = 32768

---@class credenco.Exchange : credenco.Task
---@field request table|false
---@field options table
---@field place credenco.Place|false
---@field bytes string|false    the request
---@field x any                 credenco.core's exchange, which has begun
---@field waiter any           the waiting task, set by the transport; false at first
---@field on_end fun(self: credenco.Exchange, response: table?, err: table?)
---@field sent "no"|"unknown"   whether the connection may have got a byte
---@field stopped boolean       nobody needs the result any more
---@field connecting boolean    it asks for a connection, and has none yet
---@field socket table|false
---@field piece_bytes integer   length of the last bytes that were received
---@field exiting_since number|false when it noticed that the worker exits
local Exchange = {}
Exchange.__index = Exchange

local M = {}

--- An exchange that can be used again and again: set request, place and bytes, begin x, run it, and reset it when it
--- has ended.
---@param fields { options: table, x: any, on_end: fun, transport: table }
---@return credenco.Exchange
function M.new(fields)
  Exchange.reset(fields)
  return setmetatable(fields, Exchange)
end

-- nginx counts from the time it last read its clock, so its timeouts come early: a call that ended before its deadline
-- would be repeated.
local function wait_out(deadline_ms)
  local left_ms = deadline_ms - loop.now_ms()
  while left_ms > 0 do
    loop.sleep(left_ms)
    left_ms = deadline_ms - loop.now_ms()
  end
end

-- Reading -----------------------------------------------------------------------------

local function is_overdue(self)
  return loop.now_ms() >= self.request.deadline_ms
end

-- The state of the exchange after the next bytes, from x:feed.
local function read_some(self)
  local bytes, err = self.socket:receiveany(PIECE_BYTES)
  if bytes then
    self.piece_bytes = #bytes
    return self.x:feed(bytes)
  end
  if err == "closed" then return self.x:ended() end
  if err ~= "timeout" then return nil, "connect_failed", err end
  if not is_overdue(self) then return "reading" end
  return nil, "timeout"
end

-- The worker may have stood still, so what has arrived counts after the deadline, too: everything that can be read
-- before the next turn of nginx's loop, which updates ngx.now().
local function read(self)
  local noticed_s
  while true do
    local state, code, detail = read_some(self)
    if state ~= "reading" then return state, code, detail end
    noticed_s = noticed_s or is_overdue(self) and ngx.now() or nil
    if noticed_s and ngx.now() ~= noticed_s then return nil, "timeout" end
    connection.set_timeouts(self.socket, self.request.deadline_ms)
  end
end

-- Sending -----------------------------------------------------------------------------

-- A failure to send shows when there is no response.
local function send(self)
  return self.socket:send(self.bytes) ~= nil
end

-- A server may respond before it has read a long request, and wait until we read the response.
local function send_and_read(self)
  local all_sent = false
  local sender = ngx.thread.spawn(function() all_sent = send(self) end)
  local state, code, detail = read(self)
  ngx.thread.kill(sender)
  return all_sent, state, code, detail
end

local function talk(self)
  self.sent = "unknown"
  if #self.bytes > LARGE_BYTES then return send_and_read(self) end
  return send(self), read(self)
end

-- The whole exchange ----------------------------------------------------------------------

-- nginx reads into a buffer of lua_socket_buffer_size, a page by default. If the buffer is full, OpenSSL may hold more
-- decrypted bytes, which no check of the idle connection finds.
local BUFFER_UNIT = 1024

local function may_hide_bytes(self)
  return self.place.tls ~= nil and self.piece_bytes % BUFFER_UNIT == 0
end

local function connect(self)
  local connect_ms = self.request.connect_timeout_ms or self.options.connect_timeout_ms
  self.connecting = true
  local socket, code, detail, deadline_ms =
    connection.open(self.place, self.options.connection_cache, connect_ms, self.request.deadline_ms)
  self.connecting = false
  if code == "timeout" then wait_out(deadline_ms) end
  return socket, code, detail
end

local function carry_out(self)
  local socket, code, detail = connect(self)
  if not socket then return nil, failure(code, "no", detail) end
  self.socket = socket
  if self.stopped or is_overdue(self) then
    self.socket:close()
    return nil, failure(self.stopped and "closed" or "timeout", "no")
  end
  local all_sent, state
  all_sent, state, code, detail = talk(self)
  local serves_again = state and all_sent and self.x:reusable() and not may_hide_bytes(self)
  if serves_again then connection.keep(self.socket) else self.socket:close() end
  if not state then return nil, failure(code, "unknown", detail) end
  return self.x:response()
end

--- Carries the exchange out, and hands over its outcome.
function Exchange:run()
  self:on_end(carry_out(self))
end

--- Keeps nothing of the request, which holds secrets.
---@return credenco.Exchange
function Exchange:reset()
  self.request, self.place, self.bytes, self.waiter = false, false, false, false
  self.connecting, self.socket, self.sent, self.stopped, self.exiting_since = false, false, "no", false, false
  self.piece_bytes = 0
  return self
end

--- True if nobody needs the result, or if the worker has been exiting for exit_grace_ms.
function Exchange:is_to_end()
  if self.stopped or not loop.exiting() then return self.stopped end
  local now = loop.now_ms()
  self.exiting_since = self.exiting_since or now
  return now - self.exiting_since >= self.options.exit_grace_ms
end

--- Ends an exchange in flight with `closed`.
function Exchange:ended()
  if self.socket then self.socket:close() end
  self:on_end(nil, failure("closed", self.sent))
end

return M
