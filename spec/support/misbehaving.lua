-- The specs' handle on the misbehaving server (misbehave.lua): starts it, scripts it, reads what it was asked.
local uv = require "luv"
local cjson = require "cjson"
local files = require "spec.support.files"
local http = require "spec.support.http"
local Server = require "spec.support.server"
local wait = require "spec.support.wait"
local worker = require "spec.nginx.worker"

---@class spec.Misbehaving
---@field url string the server itself
---@field tls_url string the same behind TLS, once serve_tls has been called
---@field refused_url string nobody listens here
---@field reset_url string every connection is reset when it is made, before or while a request is sent
---@field stalled_url string connecting hangs
---@field folder string with `use`
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

local function start(self)
  local server, why = Server.start {
    command = function(folder) return { uv.exepath(), "spec/support/misbehave.lua", folder } end,
    ready = function(folder)
      local content = files.read(folder .. "/ports.json")
      return content and cjson.decode(content)
    end,
  }
  assert(server, why)
  local ports = server.about
  self.server, self.control, self.main, self.scripted = server, ports.control, ports.main, 0
  self.refusing = refusing_socket()
  self.url, self.reset_url, self.stalled_url = loopback(ports.main), loopback(ports.reset), loopback(ports.stalled)
  self.refused_url = loopback(self.refusing:getsockname().port)
  self.unresolvable_url = "https://wallet.credenco.invalid"
  return self
end

---@return spec.Misbehaving
function Misbehaving.start()
  return start(setmetatable({}, Misbehaving))
end

--- One for the specs of the surrounding `describe`, with a private folder for them.
---@return spec.Misbehaving
function Misbehaving.use()
  local busted, self = require "busted", setmetatable({}, Misbehaving)
  busted.setup(function()
    start(self)
    self.folder = files.temporary_folder()
  end)
  busted.teardown(function()
    self:stop()
    files.remove_folder(self.folder)
  end)
  return self
end

function Misbehaving:stop()
  if self.tls then self.tls:stop() end
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

local function next_name(self)
  self.scripted = self.scripted + 1
  return "s" .. self.scripted
end

--- Begins many scenarios at once, in the order of their scripts.
---@param scripts spec.Script[]
---@return string[] names the first segments of their paths, at `url` and at `tls_url`
function Misbehaving:scenarios(scripts)
  local names, by_name = {}, {}
  for i, script in ipairs(scripts) do
    names[i] = next_name(self)
    by_name[names[i]] = script
  end
  ask(self, "PUT", "/", by_name)
  return names
end

--- The requests to many scenarios.
---@param names string[]
---@return table<string, table[]>
function Misbehaving:requests(names)
  return ask(self, "POST", "/", names)
end

--- Opens the same server behind TLS, at `tls_url`.
---@param certificate { certificate: string, key: string }
function Misbehaving:serve_tls(certificate)
  self.tls = worker.start {
    tls = certificate,
    connections = 2048,
    http = "large_client_header_buffers 4 64k;",
    server = ("location / { content_by_lua_block { require 'spec.nginx.tls_front' (%d) } }"):format(self.main),
  }
  self.tls_url = self.tls.url
end

--- A scenario of its own for one test.
---@param script spec.Script?
---@return { url: string, requests: fun(step: string?): table[] }
function Misbehaving:scenario(script)
  local target = "/" .. next_name(self)
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
