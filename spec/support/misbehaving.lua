-- The specs' handle on the misbehaving server (misbehave.lua): starts it, scripts it, reads what it was asked.
local uv = require "luv"
local cjson = require "cjson"
local files = require "spec.support.files"
local http = require "spec.support.http"
local Server = require "spec.support.server"
local wait = require "spec.support.wait"

---@class spec.Misbehaving
---@field refused_url string nobody listens here
---@field reset_url string every connection is reset when it is made, before or while a request is sent
---@field stalled_url string connecting hangs
---@field unresolvable_url string a name that does not exist (RFC 6761, 6.4)
local Misbehaving = {}
Misbehaving.__index = Misbehaving

local function loopback(port)
  return ("http://127.0.0.1:%d"):format(port)
end

-- Bound, so that no other server gets the port, and never listening.
local function refusing_socket()
  local socket = uv.new_tcp()
  assert(socket:bind("127.0.0.1", 0))
  return socket
end

---@return spec.Misbehaving
function Misbehaving.start()
  local server, why = Server.start {
    command = function(folder) return { uv.exepath(), "spec/support/misbehave.lua", folder } end,
    ready = function(folder)
      local content = files.read(folder .. "/ports.json")
      return content and cjson.decode(content)
    end,
  }
  assert(server, why)
  local ports = server.about
  local refusing = refusing_socket()
  return setmetatable({
    server = server,
    control = ports.control,
    scripted = 0,
    refusing = refusing,
    refused_url = loopback(refusing:getsockname().port),
    reset_url = loopback(ports.reset),
    stalled_url = loopback(ports.stalled),
    unresolvable_url = "https://wallet.credenco.invalid",
  }, Misbehaving)
end

function Misbehaving:stop()
  if self.refusing then wait.close(self.refusing) end
  self.refusing = nil
  return self.server:stop()
end

local function ask(self, method, target, content)
  local status, body = http.request(self.control, method, target, content and cjson.encode(content))
  if status ~= 200 then error(("the misbehaving server: %s %s"):format(body or "no answer", self.server:said()), 3) end
  return cjson.decode(body)
end

---@class spec.Script step to one behaviour per call, the last repeating; see misbehave/behaviours.lua
---@field create any[]?
---@field push any[]?
---@field status any[]?
---@field trust any[]?
---@field token any[]?
---@field other any[]?

--- A scenario of its own for one test.
---@param script spec.Script?
---@return { url: string, requests: fun(step: string?): table[] }
function Misbehaving:scenario(script)
  self.scripted = self.scripted + 1
  local target = "/s" .. self.scripted
  local url = ask(self, "PUT", target, script or {}).url
  local function requests(step)
    local all, wanted = ask(self, "GET", target), {}
    for _, request in ipairs(all) do
      if not step or request.step == step then wanted[#wanted + 1] = request end
    end
    return wanted
  end
  return { url = url, requests = requests }
end

return Misbehaving
