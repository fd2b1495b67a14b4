-- Checks an outcome against one row of error_cases.lua: its error word for word, no secret in it, in
-- time, and the requests that the server saw.
local cjson = require "cjson"
local error_call = require "spec.support.error_call"
local expect = require "spec.support.expect"

local LATE_MS = 500 -- what may pass beyond a deadline; error_suite.lua runs a case that was late again

local function check_error(wanted, outcome)
  expect.equal(nil, outcome.result, "result")
  local err = outcome.err
  for name, value in pairs(wanted) do
    local what = ("%s (of %s)"):format(name, outcome.text)
    if value == false then expect.equal(nil, err[name], what) else expect.equal(value, err[name], what) end
  end
  expect.equal("string", type(err.message), "type of the message")
  expect.equal(nil, outcome.text:find("[%c\127]"), "control bytes in the text")
end

local function check_secrets(outcome)
  local shown = cjson.encode { outcome.err or {}, outcome.text or "", outcome.events }
  for _, secret in ipairs(error_call.SECRETS) do
    expect.equal(nil, shown:find(secret, 1, true), "the place where the error or an event shows " .. secret)
  end
end

local function check_counts(wanted, requests)
  local counts = {}
  for _, request in ipairs(requests) do counts[request.step] = (counts[request.step] or 0) + 1 end
  for step in pairs(counts) do expect.equal(wanted[step], counts[step], "requests of " .. step) end
  for step in pairs(wanted) do expect.equal(wanted[step], counts[step], "requests of " .. step) end
end

-- A repeated call is the same call: one correlation id, one offer.
local function check_repeats(requests)
  local first = {}
  for _, request in ipairs(requests) do
    local same = first[request.step] or request
    first[request.step] = same
    expect.equal(same.target, request.target, "target")
    if same.complete and request.complete then expect.equal(same.body, request.body, "body") end
  end
end

-- Credentials go to the issuer's calls, and never along with a push.
local function check_credentials(requests)
  for _, request in ipairs(requests) do
    local bare = request.step == "push" or request.step == "token"
    local shown = request.headers["x-api-key"] or request.headers.authorization
    expect.equal(bare, not shown, "without credentials: " .. request.step)
  end
end

---@param case table a row of error_cases.lua
---@param outcome spec.Outcome
---@param requests table[]
return function(case, outcome, requests)
  expect.equal(nil, outcome.thrown, "thrown")
  if case.result then expect.equal(nil, outcome.text, "error") else check_error(case.err, outcome) end
  check_secrets(outcome)
  expect.at_most(outcome.timeout_ms + LATE_MS, outcome.elapsed_ms, "milliseconds")
  check_counts(case.requests, requests)
  if not case.calls then check_repeats(requests) end
  check_credentials(requests)
end
