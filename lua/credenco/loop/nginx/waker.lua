--- Wakes a worker's pump when libcurl has something to do. nginx cannot wait for our descriptor, but it can wait for a
--- cosocket. So a bell (src/curl/bell.h) rings on a cosocket while libcurl's descriptor is readable. Between two pumps
--- nginx keeps the connection.

local core = require "credenco.core"

local M = {}

local CONNECT_MS = 1000
local FOREVER_MS = 2147483647
local KEPT = 1 -- connections in the pool of this bell

---@class credenco.Waker
---@field source credenco.CurlEngine
---@field bell any
---@field socket any
---@field armed boolean the bell will ring when libcurl has something to do
---@field rung boolean it was rung by hand, and the pump has not heard it yet
---@field rung_ms? number when
---@field asleep boolean the pump waits for it
local Waker = {}
Waker.__index = Waker

local function connect(path)
  local socket = ngx.socket.tcp()
  socket:settimeouts(CONNECT_MS, CONNECT_MS, FOREVER_MS)
  local ok, why = socket:connect("unix:" .. path)
  if not ok then return nil, why end
  return socket
end

local function connect_first(bell)
  local socket, why = connect(bell:path())
  if not socket then return nil, why end
  local accepted
  accepted, why = bell:accept()
  if accepted then return socket end
  socket:close()
  return nil, why
end

local function new(source)
  local bell, why = source:bell()
  if not bell then return nil, why end
  local socket
  socket, why = connect_first(bell)
  if socket then
    return setmetatable({ source = source, bell = bell, socket = socket,
      armed = false, rung = false, asleep = false }, Waker)
  end
  bell:close()
  return nil, why
end

-- The path no longer exists: if there is no kept connection, connecting would fail and be logged as [crit].
local function take_kept(waker)
  if waker.socket then return false end -- another pump's, which was held up
  if not waker.bell:is_connected() then return false end
  local socket = connect(waker.bell:path())
  if not socket or socket:getreusedtimes() == 0 then return false end
  waker.socket = socket
  return true
end

--- The source's waker, connected.
---@param source credenco.CurlEngine
---@return credenco.Waker? waker
---@return string? why the reason if there is none
function M.open(source)
  local kept = source.waker
  if kept and take_kept(kept) then return kept end
  if kept then kept:close() end
  local waker, why = new(source)
  source.waker = waker
  return waker, why
end

local function hear(self)
  self.asleep = true
  local byte = self.socket:receive(1)
  self.asleep = false
  if byte == "?" then self.rung = false elseif byte then self.armed = false end
  return byte ~= nil
end

--- Waits until libcurl has something to do, or a task rings.
---@return boolean waited false if the connection is lost
function Waker:wait()
  self.armed = self.armed or self.source:arm(self.bell)
  return self.armed and hear(self)
end

--- Waits until nginx has done everything that is due now.
---@return boolean waited
function Waker:breathe()
  if not self.rung then self.rung, self.rung_ms = self.bell:ring() == true, core.now_ms() end
  return self.rung and hear(self)
end

--- Ends a wait.
function Waker:ring()
  if not self.asleep or self.rung then return end
  self.rung, self.rung_ms = true, core.now_ms()
  self.bell:ring()
end

--- Whether it was rung so long ago that its pump must be gone: nginx has ended the pump's request.
---@param ms integer
---@return boolean
function Waker:is_deaf(ms)
  return self.rung and core.now_ms() - self.rung_ms > ms
end

-- The socket may belong to a request that has ended, or to another pump: then nginx throws.
function Waker:close()
  if self.socket then pcall(self.socket.close, self.socket) end
  self.socket = nil
  self.bell:close()
end

--- Keeps the connection for the next pump. Closes one on which a byte may still arrive, or that a later pump has given
--- up already.
function Waker:put_back()
  local socket = self.socket
  self.socket = nil
  if socket and not self.armed and not self.rung and socket:setkeepalive(0, KEPT) then return end
  self:close()
  if self.source.waker == self then self.source.waker = nil end
end

return M
