-- The transport's contract, case by case, inside nginx.
local contract = require "spec.transport.contract"
local names = require "spec.nginx.name_server"
local worker = require "spec.nginx.worker"
local World = require "spec.transport.world"

local world, inside, name_server

local function nginx_options()
  return {
    http = ("resolver 127.0.0.1:%d ipv6=off; lua_ssl_trusted_certificate %s; lua_ssl_verify_depth 3;")
      :format(name_server.port, world.addresses.tls.ca_file),
  }
end

local function start_everything()
  world = World.start()
  name_server = names.start()
  inside = worker.start(nginx_options())
end

local function stop_everything()
  inside:stop()
  name_server:stop()
  world:stop()
end

local function cases()
  return contract(function() end, { tls = {} })
end

-- nginx compares a certificate with a name, never with an address.
local function by_name(addresses)
  local renamed, tls = {}, {}
  for name, value in pairs(addresses) do renamed[name] = value end
  for name, value in pairs(addresses.tls) do tls[name] = value:gsub("^https://127%.0%.0%.1:", "https://localhost:") end
  renamed.tls = tls
  return renamed
end

local function run(case, transport, addresses)
  inside:run("require 'spec.nginx.contract' (...)", {
    name = case.name, transport = transport, env = addresses, control_port = world.server.control,
  })
end

describe("inside nginx, the transport over libcurl", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(cases()) do
    it(case.name, function() run(case, "curl", world.addresses) end)
  end
end)

describe("inside nginx, the transport over cosockets", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(cases()) do
    it(case.name, function() run(case, "cosocket", by_name(world.addresses)) end)
  end
end)
