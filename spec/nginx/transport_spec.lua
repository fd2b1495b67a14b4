-- The transport's contract, case by case, inside nginx.
local contract = require "spec.transport.contract"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local worker = require "spec.nginx.worker"

local GREETING = "location / { return 200 hello; } location /drop { return 444; }"

local server, made, web, inside, given

local function start_web(certificate)
  local started = nginx.start { tls = certificate, server = GREETING }
  web[#web + 1] = started
  return started.url
end

local function start_everything()
  server, made, web = Misbehaving.start(), pki.create(), {}
  inside = worker.start()
  given = {
    control_port = server.control,
    env = {
      refused_url = server.refused_url,
      stalled_url = server.stalled_url,
      unresolvable_url = server.unresolvable_url,
      tls = {
        ca_file = made.authority,
        url = start_web(made.leaf),
        wrong_host_url = start_web(made.other_host),
        unknown_ca_url = start_web(made.unknown),
        not_tls_url = start_web(nil):gsub("^http:", "https:"),
      },
    },
  }
end

local function stop_everything()
  inside:stop()
  for _, started in ipairs(web) do started:stop() end
  pki.remove(made)
  server:stop()
end

local function names()
  return contract(function() end, { tls = {} })
end

describe("inside nginx, the transport over libcurl", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(names()) do
    it(case.name, function()
      given.name, given.transport = case.name, "curl"
      inside:run("require 'spec.nginx.contract' (...)", given)
    end)
  end
end)
