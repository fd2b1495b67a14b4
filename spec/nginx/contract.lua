-- Runs one case of the transport's contract inside nginx: the file that has the cases is the one that plain
-- Lua runs, and only what surrounds a case is nginx's.
local cjson = require "cjson"
local contract = require "spec.transport.contract"
local http = require "spec.nginx.cosocket_http"
local loop = require "credenco.loop"
local together = require "spec.nginx.together"

local scenarios = 0

local function ask(port, method, target, content)
  local status, body = http.request(port, method, target, content and cjson.encode(content))
  assert(status == 200, body)
  return cjson.decode(body)
end

local function new_scenario(control_port, script)
  scenarios = scenarios + 1
  local target = "/nginx" .. scenarios
  local url = ask(control_port, "PUT", target, script).url
  local function requests(step)
    local wanted = {}
    for _, request in ipairs(ask(control_port, "GET", target)) do
      if not step or request.step == step then wanted[#wanted + 1] = request end
    end
    return wanted
  end
  return { url = url, requests = requests }
end

---@param given { name: string, transport: string, env: spec.TransportEnv, control_port: integer }
return function(given)
  local env = given.env
  env.now_ms, env.together = loop.now_ms, together
  function env.scenario(script)
    local scenario = new_scenario(given.control_port, script)
    -- nginx compares a certificate with a name, never with an address
    scenario.url = scenario.url:gsub("^http://127%.0%.0%.1:", "http://localhost:")
    return scenario
  end
  local new = require("credenco.transport." .. given.transport).new
  local function new_transport(options)
    -- cosockets trust the authorities of nginx's configuration
    return new { ca_file = given.transport ~= "cosocket" and options.ca_file or nil }
  end
  for _, case in ipairs(contract(new_transport, env)) do
    if case.name == given.name then return case.run() end
  end
  error("no such case: " .. given.name)
end
