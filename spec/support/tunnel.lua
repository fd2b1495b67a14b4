-- An HTTP proxy for CONNECT: leads every tunnel to one loopback port, and keeps what it was asked. It works while
-- luv's loop turns.
local uv = require "luv"
local wait = require "spec.support.wait"

local Tunnel = {}
Tunnel.__index = Tunnel

local ESTABLISHED = "HTTP/1.1 200 Connection established\r\nContent-Length: 3\r\n\r\n" -- which means nothing here
local DRIP_MS = 20

local function pipe(from, to)
  from:read_start(function(_, bytes)
    if to:is_closing() then return end
    if bytes then to:write(bytes) else to:close() end
  end)
end

local function connect(self, client, early)
  local server = uv.new_tcp()
  self.open[#self.open + 1] = server
  server:connect("127.0.0.1", self.to, function(err)
    assert(not err, err)
    client:write(self.established)
    if early ~= "" then server:write(early) end
    pipe(client, server)
    pipe(server, client)
  end)
end

-- Byte by byte, for as long as the client stays.
local function drip(self, client, bytes)
  local timer, sent = uv.new_timer(), 0
  self.open[#self.open + 1] = timer
  client:read_start(function(_, more)
    if not more then timer:stop() end
  end)
  timer:start(0, DRIP_MS, function()
    sent = sent + 1
    self.dripped = sent
    client:write(bytes:sub(sent, sent))
    if sent == #bytes then timer:stop() end
  end)
end

local function refuse(self, client, answer)
  if answer.drip then return drip(self, client, answer.drip) end
  client:write(answer.bytes, function()
    if answer.closes then client:shutdown() end
  end)
end

local function accept(self)
  local client, received = uv.new_tcp(), ""
  self.socket:accept(client)
  self.open[#self.open + 1] = client
  client:read_start(function(_, bytes)
    received = received .. (bytes or "")
    local head, rest = received:match "^(.-\r\n\r\n)(.*)$"
    if not head then return end
    client:read_stop()
    self.asked[#self.asked + 1] = head
    if self.answer then refuse(self, client, self.answer) else connect(self, client, rest) end
  end)
end

--- Starts one. With `answer`, that is what it answers, and there is no tunnel.
---@param to integer  the port that tunnels lead to
---@param answer string|{ bytes: string, closes: boolean }|{ drip: string }|nil  also one that ends with the connection, and byte by byte
---@param established string?  what it says when there is a tunnel
---@return { port: integer, asked: string[], dripped: integer?, stop: fun(self: table) }
function Tunnel.start(to, answer, established)
  local self = setmetatable({ to = to, asked = {}, open = {}, socket = uv.new_tcp() }, Tunnel)
  self.answer = type(answer) == "string" and { bytes = answer } or answer
  self.established = established or ESTABLISHED
  assert(self.socket:bind("127.0.0.1", 0))
  self.port = self.socket:getsockname().port
  self.socket:listen(16, function() accept(self) end)
  return self
end

function Tunnel:stop()
  for _, socket in ipairs(self.open) do
    if not socket:is_closing() then wait.close(socket) end
  end
  wait.close(self.socket)
end

return Tunnel
