--- Connections over nginx's cosockets: opens them, or takes them out of nginx's pool, and returns them to it.
---
--- nginx closes a connection in its pool as soon as any byte becomes readable on it.

local core = require "credenco.core"
local identity = require "credenco.transport.cosocket.client_certificate"
local loop = require "credenco.loop"

local M = {}

local IDLE_MS = 60000
local CONNECT_MAX_BYTES = 65536 -- of a proxy's response that is not used

local POOL_OPTIONS = { pool = "", pool_size = 0 }

-- Deadlines -----------------------------------------------------------------------------

local function whole(ms)
  return math.max(1, math.ceil(ms) + 1)
end

--- Sets how long each of the next steps may take.
---@param socket table
---@param deadline_ms number
function M.set_timeouts(socket, deadline_ms)
  local left_ms = whole(deadline_ms - loop.now_ms())
  socket:settimeouts(left_ms, left_ms, left_ms)
end

-- New connections -----------------------------------------------------------------------

-- The state of the exchange after the next bytes, from x:feed; or nil, nil and the reason why there are none.
local function read_some(socket, x)
  local bytes, err = socket:receiveany(CONNECT_MAX_BYTES)
  if bytes then return x:feed(bytes) end
  if err == "closed" then return x:ended() end
  return nil, nil, err
end

-- The status of the proxy's response to CONNECT, or nil and the reason why there is none.
local function read_tunnel(socket, x, deadline_ms)
  repeat
    M.set_timeouts(socket, deadline_ms)
    local state, _, problem = read_some(socket, x)
    if state == "done" then return x:response().status end
    if not state then return nil, problem end
  until loop.now_ms() >= deadline_ms
  return nil, "timeout"
end

local function open_tunnel(socket, place, deadline_ms)
  local x = core.exchange()
  local bytes, code = x:begin({
    method = "CONNECT", authority = place.target, target = place.target, max_body_bytes = CONNECT_MAX_BYTES,
  }, place.proxy.fields)
  if not bytes then return nil, code end
  local sent, err = socket:send(bytes)
  if not sent then return nil, err end
  local status
  status, err = read_tunnel(socket, x, deadline_ms)
  if not status then return nil, err end
  if status >= 300 then return nil, ("the proxy responded with HTTP %d"):format(status) end
  if not x:is_tunnel() then return nil, "the proxy sent more than its response" end
  return true
end

local function shake_hands(socket, tls)
  if tls.verify and not tls.name then
    return nil, "nginx compares a certificate with names only, and this host is an address"
  end
  if tls.identity then
    local shown, problem = identity.show(tls.identity, socket)
    if not shown then return nil, problem end
  end
  local ok, err = socket:sslhandshake(false, tls.name, tls.verify)
  -- lua-nginx-module 0.10.23 returns true for a refused certificate if the handshake did not have to wait. The socket
  -- is closed then.
  if ok and not socket:getreusedtimes() then return nil, "the certificate was refused" end
  return ok, err
end

-- Gives the code and the reason.
local function prepare(socket, place, deadline_ms)
  local ok, err
  if place.proxy then
    M.set_timeouts(socket, deadline_ms)
    ok, err = open_tunnel(socket, place, deadline_ms)
    if not ok then return "connect_failed", err end
  end
  if place.tls then
    M.set_timeouts(socket, deadline_ms)
    ok, err = shake_hands(socket, place.tls)
    if not ok then return "tls_failed", err end
  end
end

-- The pool ------------------------------------------------------------------------------

-- Whether bytes have arrived since nginx last checked, if this version of the module can tell.
local function is_quiet(socket)
  return not socket.getfd or not core.readable(socket:getfd())
end

-- A worker that was busy for so long may have idle connections with bytes on them.
local BUSY_S = 0.005
local TURN_S = 0.001

local needs_turn = false

-- Updates nginx's clock, since its timers count from the time it last read it: a timer that ends before the deadline
-- would leave time for another attempt. If the module cannot tell about a single connection and nginx has not checked
-- for long, it checks all of them now.
local function catch_up(socket)
  local looked_s = ngx.now()
  ngx.update_time()
  if socket.getfd then return end
  needs_turn = needs_turn or ngx.now() - looked_s > BUSY_S
  if not needs_turn then return end
  ngx.sleep(TURN_S)
  needs_turn = false
end

local function connect(socket, place, pool_size)
  POOL_OPTIONS.pool, POOL_OPTIONS.pool_size = place.pool, pool_size
  local through = place.proxy or place
  return socket:connect(through.host, through.port, POOL_OPTIONS)
end

-- Opening a new connection may have taken time.
local function made_ready(socket, place, ready_by_ms, deadline_ms)
  local code, err = prepare(socket, place, ready_by_ms)
  if code then
    socket:close()
    return nil, err == "timeout" and err or code, err, ready_by_ms
  end
  M.set_timeouts(socket, deadline_ms)
  return socket
end

--- A connection on which nothing was sent yet.
---@param place credenco.Place
---@param pool_size integer
---@param connect_ms number   limit until the connection is ready for a request
---@param deadline_ms number  of everything that is done with it
---@return table? socket  its timeouts are set for the deadline
---@return string? code  connect_failed, tls_failed or timeout
---@return string? detail
---@return number? connect_deadline_ms  of a failure: when connect_ms is over
function M.open(place, pool_size, connect_ms, deadline_ms)
  local socket = ngx.socket.tcp()
  catch_up(socket)
  local now = loop.now_ms()
  local ready_by_ms, left_ms = math.min(deadline_ms, now + connect_ms), whole(deadline_ms - now)
  while true do
    socket:settimeouts(math.min(left_ms, whole(connect_ms)), left_ms, left_ms)
    local ok, err = connect(socket, place, pool_size)
    if not ok then return nil, err == "timeout" and err or "connect_failed", err, ready_by_ms end
    if socket:getreusedtimes() == 0 then return made_ready(socket, place, ready_by_ms, deadline_ms) end
    if is_quiet(socket) then return socket end
    socket:close()
    socket = ngx.socket.tcp()
  end
end

--- Returns a connection that may carry another request to the pool.
---@param socket table
function M.keep(socket)
  if not socket:setkeepalive(IDLE_MS) then socket:close() end
end

return M
