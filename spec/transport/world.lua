-- The servers that the transport's contract is run against.
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local wait = require "spec.support.wait"

local SITE = [[
  client_max_body_size 0;
  location / { return 200 hello; }
  location /drop { return 444; }
  location /small { client_max_body_size 1k; }
]]

-- Closes idle connections at once, and another port tells how many are left.
local HASTY = [[
  keepalive_timeout 1ms;
  server {
    listen 127.0.0.1:%d;
    location / { stub_status; keepalive_timeout 1h; }
  }
]]

---@class spec.TransportWorld
---@field server spec.Misbehaving
---@field addresses table  the fields of spec.TransportEnv that are data
local World = {}
World.__index = World

local function start_web(self, certificate)
  local started = nginx.start { tls = certificate, server = SITE }
  self.web[#self.web + 1] = started
  return started.url
end

local function start_hasty(self)
  local port = wait.free_port()
  local started = nginx.start { tls = self.made.leaf, http = HASTY:format(port), server = SITE }
  self.web[#self.web + 1] = started
  return started.url, "http://127.0.0.1:" .. port
end

---@return spec.TransportWorld
function World.start()
  local self = setmetatable({ server = Misbehaving.start(), made = pki.create(), web = {} }, World)
  self.addresses = {
    refused_url = self.server.refused_url,
    stalled_url = self.server.stalled_url,
    unresolvable_url = self.server.unresolvable_url,
    tls = {
      ca_file = self.made.authority,
      url = start_web(self, self.made.leaf),
      wrong_host_url = start_web(self, self.made.other_host),
      unknown_ca_url = start_web(self, self.made.unknown),
      not_tls_url = start_web(self, nil):gsub("^http:", "https:"),
    },
  }
  local tls = self.addresses.tls
  tls.hasty_url, tls.hasty_count_url = start_hasty(self)
  return self
end

function World:stop()
  for _, started in ipairs(self.web) do started:stop() end
  pki.remove(self.made)
  self.server:stop()
end

return World
