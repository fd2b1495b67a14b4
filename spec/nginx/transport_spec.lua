-- The transport's contract, case by case, inside nginx.
local contract = require "spec.transport.contract"
local worker = require "spec.nginx.worker"
local World = require "spec.transport.world"

local world, inside

local function start_everything()
  world = World.start()
  inside = worker.start()
end

local function stop_everything()
  inside:stop()
  world:stop()
end

local function names()
  return contract(function() end, { tls = {} })
end

describe("inside nginx, the transport over libcurl", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(names()) do
    it(case.name, function()
      inside:run("require 'spec.nginx.contract' (...)", {
        name = case.name, transport = "curl", env = world.addresses, control_port = world.server.control,
      })
    end)
  end
end)
