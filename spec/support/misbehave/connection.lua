-- One connection to the misbehaving server: reads requests, asks `serve` for each what to do, writes bytes.
local uv = require "luv"
local wire = require "spec.support.misbehave.wire"

---@class spec.Connection
---@field number integer
---@field private socket table
---@field private bytes string received and not used yet
---@field private request spec.Request? whose body is still coming, or that is being answered
local Connection = {}
Connection.__index = Connection

--- Takes over an accepted socket.
---@param socket table
---@param number integer
---@param serve table `head(connection, request)` and `complete(connection, request)`
---@return spec.Connection
function Connection.new(socket, number, serve)
  local self = setmetatable({ socket = socket, number = number, serve = serve, bytes = "", held = {} }, Connection)
  socket:nodelay(true)
  socket:read_start(function(err, chunk)
    if err or not chunk then self:close() else self:received(chunk) end
  end)
  return self
end

---@private
function Connection:received(chunk)
  self.bytes = self.bytes .. chunk
  if not self.request then self:read_head() end
  if self.request and not self.request.complete then self:read_body() end
end

---@private
function Connection:read_head()
  local request, rest = wire.read_head(self.bytes)
  if not request then return end
  self.request, self.bytes = request, rest
  if request.headers.expect then self:write("HTTP/1.1 100 Continue\r\n\r\n") end
  self.serve.head(self, request)
end

---@private
function Connection:read_body()
  local request = self.request
  local missing = request.body_length - #request.body
  request.body = request.body .. self.bytes:sub(1, missing)
  self.bytes = self.bytes:sub(missing + 1)
  if #request.body < request.body_length then return end
  request.complete = true
  self.serve.complete(self, request)
end

--- Writes bytes; `done` is called once they are handed over, and not when the connection is gone.
---@param bytes string
---@param done fun()?
function Connection:write(bytes, done)
  if self.socket:is_closing() then return end
  self.socket:write(bytes, function(err)
    if not err and done and not self.socket:is_closing() then done() end
  end)
end

--- The request is answered; the next one on this connection may come, unless it was announced as the last.
function Connection:next_request()
  if self.request.headers.connection == "close" then return self:close() end
  self.request = nil
  self:received("")
end

--- Whether no request has come since the last response.
---@return boolean
function Connection:is_idle()
  return not self.request and self.bytes == ""
end

--- Keeps a timer that ends with the connection.
---@generic T
---@param handle T
---@return T
function Connection:hold(handle)
  self.held[#self.held + 1] = handle
  return handle
end

--- Does something some time later, unless the connection is gone by then.
---@param ms integer
---@param act fun()
function Connection:later(ms, act)
  self:hold(uv.new_timer()):start(ms, 0, act)
end

---@private
function Connection:let_go()
  for _, handle in ipairs(self.held) do handle:close() end
  self.held = {}
end

--- Closes in good order (FIN).
function Connection:close()
  self:let_go()
  if not self.socket:is_closing() then self.socket:close() end
end

--- Closes with a reset (RST).
function Connection:reset()
  self:let_go()
  if not self.socket:is_closing() then self.socket:close_reset() end
end

return Connection
