-- Many requests at once, each on a connection of its own.
local uv = require "luv"
local wait = require "spec.support.wait"

---@class spec.Crowd
---@field answers string[]  bodies, by the number of their request
---@field ended integer     connections that the server has closed
local Crowd = {}
Crowd.__index = Crowd

local function join(self, port, i, target)
  local socket, received = uv.new_tcp(), {}
  self.sockets[i] = socket
  local function read(_, bytes)
    received[#received + 1] = bytes
    if bytes then return end
    self.ended = self.ended + 1
    self.answers[i] = table.concat(received):match "\r\n\r\n(.*)$"
  end
  socket:connect("127.0.0.1", port, function(err)
    assert(not err, err)
    socket:write(("GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"):format(target))
    socket:read_start(read)
  end)
end

--- Sends `count` requests; `target` makes the target of each from its number.
---@param port integer
---@param count integer
---@param target fun(i: integer): string
---@return spec.Crowd
function Crowd.new(port, count, target)
  local self = setmetatable({ count = count, sockets = {}, answers = {}, ended = 0 }, Crowd)
  for i = 1, count do join(self, port, i, target(i)) end
  return self
end

--- Waits until the server has closed all of its connections.
---@return boolean
function Crowd:wait()
  return wait.until_true(function() return self.ended == self.count end) or false
end

--- Closes the connections, answered or not.
function Crowd:leave()
  for i, socket in pairs(self.sockets) do
    wait.close(socket)
    self.sockets[i] = nil
  end
end

return Crowd
