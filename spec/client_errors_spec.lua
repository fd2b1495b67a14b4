-- The client against servers that misbehave: every row of spec/support/error_cases.lua.
local cjson = require "cjson"
local cases = require "spec.support.error_cases"
local error_call = require "spec.support.error_call"
local Misbehaving = require "spec.support.misbehaving"
local worker = require "spec.nginx.worker"

local NO_HANG_MS = 10000 -- twice the longest deadline in the table

local server, nginx

local function check_error(wanted, outcome)
  assert.is_nil(outcome.result)
  local got = {}
  for name in pairs(wanted) do
    got[name] = outcome.err[name]
    if got[name] == nil then got[name] = false end
  end
  assert.same(wanted, got)
  assert.equal("string", type(outcome.err.message))
  assert.is_nil(outcome.text:find("[%c\127]"))
end

local function check_secrets(outcome)
  local shown = cjson.encode { outcome.err or {}, outcome.text or "", outcome.events }
  for _, secret in ipairs(error_call.SECRETS) do
    assert.is_nil(shown:find(secret, 1, true), "the error or an event shows: " .. secret)
  end
end

local function counted(requests)
  local counts = {}
  for _, request in ipairs(requests) do counts[request.step] = (counts[request.step] or 0) + 1 end
  return counts
end

-- A repeated call is the same call: one correlation id, one offer.
local function check_repeats(requests)
  local first = {}
  for _, request in ipairs(requests) do
    local same = first[request.step] or request
    first[request.step] = same
    assert.same({ same.target, same.body }, { request.target, request.body })
  end
end

-- Credentials go to the issuer's calls, and never along with a push.
local function check_credentials(requests)
  for _, request in ipairs(requests) do
    local bare = request.step == "push" or request.step == "token"
    assert.equal(bare, not (request.headers["x-api-key"] or request.headers.authorization))
  end
end

local function check(case, make)
  local scenario = server:scenario(case.script)
  local outcome = make(case, {
    scenario = scenario.url,
    refused = server.refused_url,
    stalled = server.stalled_url,
    unresolvable = server.unresolvable_url,
  })
  if case.result then assert.is_nil(outcome.text) else check_error(case.err, outcome) end
  check_secrets(outcome)
  assert.is_true(outcome.elapsed_ms < NO_HANG_MS)
  local requests = scenario.requests()
  assert.same(case.requests, counted(requests))
  check_repeats(requests)
  check_credentials(requests)
end

-- Where the client runs: in the engine of the specs, and in nginx.
local PLACES = { "this Lua", "nginx" }

local make = { ["this Lua"] = error_call.make }

function make.nginx(case, urls)
  return nginx:run([[
    local given = ...
    return require("spec.support.error_call").make(given.case, given.urls)
  ]], { case = case, urls = urls })
end

for _, place in ipairs(PLACES) do
  describe(("the client in %s against a server that misbehaves"):format(place), function()
    setup(function()
      server = Misbehaving.start()
      if place == "nginx" then nginx = worker.start() end
    end)
    teardown(function()
      if place == "nginx" then nginx:stop() end
      server:stop()
    end)

    for _, case in ipairs(cases) do
      it((case.result and "succeeds, " or "fails, ") .. case.name, function() check(case, make[place]) end)
    end
  end)
end
