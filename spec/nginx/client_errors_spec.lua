-- The client inside nginx against servers that misbehave: every row of spec/support/error_cases.lua, over
-- both transports.
local names = require "spec.nginx.name_server"
local suite = require "spec.support.error_suite"
local worker = require "spec.nginx.worker"

local world, nginx, name_server

local function start_everything()
  world = suite.start()
  name_server = names.start()
  nginx = worker.start {
    http = ("resolver 127.0.0.1:%d ipv6=off; lua_ssl_trusted_certificate %s; lua_ssl_verify_depth 3;")
      :format(name_server.port, world.certificates.authority),
  }
end

local function stop_everything()
  nginx:stop()
  name_server:stop()
  suite.stop(world)
end

local function inside(common)
  return function(cases, urls, about)
    local options = {}
    for name, value in pairs(common) do options[name] = value end
    if common.transport == "curl" then options.ca_file = about.certificates.authority end
    return nginx:run([[
      local given = ...
      return require("spec.support.error_run").all(given.cases, given.urls, given.options, require "spec.nginx.together")
    ]], { cases = cases, urls = urls, options = options })
  end
end

describe("the client against a server that misbehaves,", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, transport in ipairs { "curl", "cosocket" } do
    for _, scheme in ipairs { "http", "https" } do
      suite.declare({
        name = "nginx with " .. transport,
        scheme = scheme,
        -- nginx compares a certificate with a name, never with an address
        host = scheme == "https" and transport == "cosocket" and "localhost" or nil,
        run = inside { transport = transport },
      }, function() return world end, { describe = describe, it = it, setup = setup })
    end
  end
end)
