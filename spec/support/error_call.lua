-- Makes the call of one row of error_cases.lua and tells what came of it, in plain values. Runs wherever the
-- client does.
local error_call = {}

-- What must never show up in an error.
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

local function options_of(case, urls)
  local name, value = credentials(case, urls)
  local options = {
    base_url = urls[case.at] or urls.scenario,
    wallet_base_url = urls[case.wallet_at] or urls[case.at] or urls.scenario,
    timeout_ms = 5000,
    retry = { base_ms = 1, cap_ms = 5 },
    [name] = value,
  }
  for option, given in pairs(case.options or {}) do options[option] = given end
  return options
end

local function fields_of(err)
  local fields = {}
  for name, value in pairs(err) do fields[name] = value end
  return fields
end

---@class spec.Outcome
---@field result table?
---@field err table?   the error's fields
---@field text string? what the error is as text
---@field events table[] what on_event was told
---@field elapsed_ms number

--- Makes the call with a client of its own.
---@param case table     a row of error_cases.lua
---@param urls table     `scenario`, and where `at` and its like lead
---@param transport any? the client's option of that name
---@return spec.Outcome
function error_call.make(case, urls, transport)
  local now_ms = require("credenco.loop").now_ms
  local options = options_of(case, urls)
  local events = {}
  options.transport = transport
  options.on_event = function(event) events[#events + 1] = event end
  local client = require("credenco").new(options)
  local began_ms = now_ms()
  local result, err = client[case.call](client, ARGUMENTS[case.call], case.call == "wait_issued" and { interval_ms = 1 } or nil)
  local elapsed_ms = now_ms() - began_ms
  client:close()
  return {
    result = result,
    err = err and fields_of(err),
    text = err and tostring(err),
    events = events,
    elapsed_ms = elapsed_ms,
  }
end

return error_call
