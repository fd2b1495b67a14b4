-- Makes the call of one row of error_cases.lua and tells what came of it, in plain values. Runs wherever the
-- client does.
local error_call = {}

-- The deadline of the rows that are not about one, and the time for their connections: their calls end long before it, on
-- a machine under load too, although all rows connect at once.
local PATIENT_MS = 60000

-- Secrets that no error may show.
error_call.SECRETS = {
  "api-key-of-the-specs", "client-secret-of-the-specs", "name-in-the-claims", "bearer-secret", "token-1", "token-2",
}

local CLAIMS = { id = "90004760", name = "name-in-the-claims", nested = { list = { "name-in-the-claims" } } }

local ARGUMENTS = {
  create_offer = { template_id = "ebw_oid", claims = CLAIMS, correlation_id = "id-1" },
  issue_direct = { wallet_key = "wallet-1", template_id = "ebw_oid", claims = CLAIMS, correlation_id = "id-1" },
  trust_issuer = { wallet_key = "wallet-1", did = "did:web:issuer.example", name = "Issuer" },
  issue_status = "id-1",
  wait_issued = "id-1",
}

local function credentials(case, urls)
  if not case.oauth2 and not case.token_at then return "api_key", "api-key-of-the-specs" end
  return "oauth2", {
    token_url = (urls[case.token_at] or urls.scenario) .. "/token",
    client_id = "client",
    client_secret = "client-secret-of-the-specs",
  }
end

local function options_of(case, urls, common)
  local name, value = credentials(case, urls)
  local options = {
    base_url = urls[case.at] or urls.scenario,
    wallet_base_url = urls[case.wallet_at] or urls[case.at] or urls.scenario,
    timeout_ms = PATIENT_MS, connect_timeout_ms = PATIENT_MS,
    retry = { base_ms = 1, cap_ms = 5 },
    [name] = value,
  }
  for _, given in ipairs { case.options or {}, common or {} } do
    for option, chosen in pairs(given) do options[option] = chosen end
  end
  return options
end

local function fields_of(err)
  local fields = {}
  for name, value in pairs(err) do fields[name] = value end
  return fields
end

-- The time for which this process has waited for a processor, if Linux tells: the client is not late by that.
local function starved_ms()
  local file = io.open "/proc/self/schedstat"
  if not file then return 0 end
  local waited_ns = file:read("*a"):match "^%d+ (%d+)"
  file:close()
  return (tonumber(waited_ns) or 0) / 1e6
end

-- The calls of one case, one after the other; all but the last succeed.
local function make_calls(client, case, loop)
  local slowest_ms, result, err = 0, nil, nil
  local settings = case.call == "wait_issued" and { interval_ms = 1 } or nil
  for i = 1, case.calls or 1 do
    if i > 1 then
      if not result then break end
      loop.sleep(case.pause_ms or 0)
    end
    local began_ms = loop.now_ms() - starved_ms()
    result, err = client[case.call](client, ARGUMENTS[case.call], settings)
    slowest_ms = math.max(slowest_ms, loop.now_ms() - starved_ms() - began_ms)
  end
  return slowest_ms, result, err
end

---@class spec.Outcome
---@field result table?
---@field err table?   the error's fields
---@field text string? what the error is as text
---@field events table[] what on_event was told
---@field elapsed_ms number of the slowest call, without the time in which its process waited for a processor
---@field timeout_ms number its deadline

--- Makes the calls of a case with a client of its own.
---@param case table     a row of error_cases.lua
---@param urls table     `scenario`, and where `at` and its like lead
---@param common table?  options of the client, over the case's own
---@return spec.Outcome
function error_call.make(case, urls, common)
  local options = options_of(case, urls, common)
  local events = {}
  options.on_event = function(event) events[#events + 1] = event end
  local client = require("credenco").new(options)
  local elapsed_ms, result, err = make_calls(client, case, require "credenco.loop")
  client:close()
  return {
    result = result,
    err = err and fields_of(err),
    text = err and tostring(err),
    events = events,
    elapsed_ms = elapsed_ms,
    timeout_ms = options.timeout_ms,
  }
end

return error_call
