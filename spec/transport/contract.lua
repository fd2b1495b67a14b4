-- What every transport does, whatever it is made of: one list of cases, run wherever the transport runs (in
-- a plain Lua, in nginx). See "The transport's contract" in docs/architecture.md.
local expect = require "spec.support.expect"
local PATIENT_MS = require("spec.transport.contract.shared").PATIENT_MS

---@class spec.TransportEnv
---@field scenario fun(script: table): { url: string, requests: fun(step: string?): table[] }
---@field refused_url string
---@field stalled_url string
---@field unresolvable_url string
---@field tls { url: string, wrong_host_url: string, unknown_ca_url: string, not_tls_url: string, ca_file: string,
---       hasty_url: string, hasty_count_url: string }
---       at `url`, /small answers 413 to a big body without reading it, and /drop closes without an answer; at
---       `hasty_url` connections are closed soon after an answer, and `hasty_count_url` says how many are open
---@field now_ms fun(): number
---@field together fun(tasks: function[])  runs them at once and returns when all have ended

---@class spec.TransportCase
---@field name string
---@field run fun()

local cases = {}

local function case(name, run)
  cases[#cases + 1] = { name = name, run = run }
end

-- The arguments of a case: a transport, the environment, and functions that send requests.
---@class spec.TransportTest
---@field transport table
---@field env spec.TransportEnv
local Test = {}
Test.__index = Test

function Test:request(url, fields)
  local request = {
    method = "GET",
    url = url,
    headers = {},
    deadline_ms = self.env.now_ms() + PATIENT_MS,
    connect_timeout_ms = PATIENT_MS,
    max_body_bytes = 1048576,
  }
  for name, value in pairs(fields or {}) do request[name] = value end
  if request.within_ms then request.deadline_ms = self.env.now_ms() + request.within_ms end
  return request
end

function Test:send(url, fields)
  local began_ms = self.env.now_ms()
  local ok, response, err = pcall(self.transport.send, self.transport, self:request(url, fields))
  expect.equal(true, ok, "send threw: " .. tostring(response))
  expect.at_most(PATIENT_MS - 1, self.env.now_ms() - began_ms, "milliseconds")
  return response, err
end

function Test:answer(url, fields)
  local response, err = self:send(url, fields)
  if not response then error(("no response: %s: %s"):format(tostring(err.code), tostring(err.message)), 2) end
  return response
end

function Test:failure(code, sent, url, fields)
  local response, err = self:send(url, fields)
  expect.equal(nil, response and response.status, "status")
  expect.equal(code, err.code, "code")
  expect.equal(sent, err.sent, "sent")
  expect.equal("string", type(err.message), "type of the message")
  return err
end

--- The URL of a scenario whose every call behaves like that.
function Test:url(...)
  return self.env.scenario({ other = { ... } }).url
end

for _, matter in ipairs { "responses", "requests", "connections", "failures", "tls" } do
  require("spec.transport.contract." .. matter)(case)
end
require "spec.transport.vectors" (case)

--- The cases, each with a transport of its own.
---@param new_transport fun(options: { ca_file: string }): table
---@param env spec.TransportEnv
---@return spec.TransportCase[]
return function(new_transport, env)
  local list = {}
  for i, row in ipairs(cases) do
    list[i] = {
      name = row.name,
      run = function()
        local transport = new_transport { ca_file = env.tls.ca_file }
        local ok, problem = pcall(row.run, setmetatable({ transport = transport, env = env }, Test))
        transport:close()
        if not ok then error(problem, 0) end
      end,
    }
  end
  return list
end
