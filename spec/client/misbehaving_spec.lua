-- The client of this Lua against servers that misbehave: every row of spec/support/error_cases.lua. Inside
-- nginx: spec/nginx/client_errors_spec.lua.
local error_run = require "spec.support.error_run"
local matrix = require "spec.support.matrix"
local suite = require "spec.support.error_suite"

-- The sanitizer keeps what is freed, to find its use.
local SANITIZED = os.getenv "CREDENCO_BUILD" == "sanitized"

local ENDPOINTS = 5

local function each_client_its_own(cases, urls)
  return error_run.all(cases, urls, {}, error_run.together)
end

-- All clients on one transport: what one of them leaves on a connection would meet another.
local function one_transport(cases, urls, world)
  local transport = require("credenco.transport.curl").new { ca_file = world.certificates.authority }
  local shared = { send = function(_, request) return transport:send(request) end }
  local outcomes, growth_bytes = error_run.all(cases, urls, { transport = shared }, error_run.together)
  transport:close()
  return outcomes, growth_bytes
end

describe("the client against a server that misbehaves,", function()
  local world

  setup(function() world = suite.start() end)
  teardown(function() suite.stop(world) end)

  for scheme, run in pairs { http = each_client_its_own, https = one_transport } do
    suite.declare({ name = "this Lua", scheme = scheme, measured = not SANITIZED, run = run },
      function() return world end, { describe = describe, it = it, setup = setup })
  end
end)

describe("the matrix of misbehaviours", function()
  it("has at least 140 of them, at five endpoints", function()
    assert.is_true(#matrix >= 140 * ENDPOINTS, #matrix)
  end)
end)
