--- Faults on demand, so that you can test a pipeline against a server that misbehaves.
--
-- PUT /sandbox/faults takes { "seed": n, "rules": [rule, ...] }. A rule names an endpoint (see ENDPOINTS), when it
-- applies, and what then happens. The same seed and the same calls give the same faults.
local fields = require "credenco.sandbox.ground.fields"
local json = require "credenco.sandbox.ground.json"
local log = require "credenco.sandbox.ground.log"
local store = require "credenco.sandbox.ground.store"

local M = {}

---@class credenco.SandboxFault
---@field endpoint string one of ENDPOINTS, or "*"
---@field nth integer? applies to the n-th call only
---@field every integer? applies to every n-th call
---@field first integer? applies to the first n calls
---@field probability number? applies by chance, 0 to 1, drawn from the seed
---@field effect "status"|"delay"|"hang"|"reset"|"json"|"html"|"cut"|"large"|"lost"|"credential"
---@field status integer? for "status", and for "json" and "html" (200)
---@field retry_after string|integer? a Retry-After header for "status"
---@field delay_ms integer? for "delay"
---@field body any? for "json": the body of the response
---@field bytes integer? for "large"
---@field change string? for "credential": its mistake, see issuer/spoil.lua

M.ENDPOINTS = {
  "issue", "offer", "push", "status", "trusted_contacts", "oauth_token", "issuer_metadata",
  "server_metadata", "token", "nonce", "credential", "notification", "did", "status_list",
}

M.EFFECTS = { "status", "delay", "hang", "reset", "lost", "cut", "json", "html", "large", "credential" }

M.CHANGES = { "signature", "other_key", "vct", "expired", "holder", "disclosure" }

local KEY = "faults"
local MAX_RULES = 100

--- A check that a value is one of a list, and its description.
local function one_of(list)
  local known = {}
  for _, name in ipairs(list) do
    known[name] = true
  end
  return function(value) return known[value] end, "one of " .. table.concat(list, ", ")
end

local is_endpoint, endpoint_names = one_of(M.ENDPOINTS)

local function is_whole(value, low, high)
  return type(value) == "number" and value % 1 == 0 and value >= low and value <= high
end

--- The fields of a rule, each with its check.
local FIELDS = {
  endpoint = { function(v) return v == "*" or is_endpoint(v) end, endpoint_names .. ", *" },
  effect = { one_of(M.EFFECTS) },
  nth = { function(v) return is_whole(v, 1, 1e9) end, "a whole number from 1" },
  every = { function(v) return is_whole(v, 1, 1e9) end, "a whole number from 1" },
  first = { function(v) return is_whole(v, 1, 1e9) end, "a whole number from 1" },
  probability = { function(v) return type(v) == "number" and v >= 0 and v <= 1 end, "a number from 0 to 1" },
  status = { function(v) return is_whole(v, 200, 599) end, "an HTTP status from 200 to 599" },
  retry_after = { function(v) return type(v) == "string" or is_whole(v, 0, 1e9) end, "seconds, or an HTTP date" },
  delay_ms = { function(v) return is_whole(v, 0, 600000) end, "milliseconds up to 600000" },
  bytes = { function(v) return is_whole(v, 1, 64 * 1024 * 1024) end, "a number of bytes up to 64 MiB" },
  change = { one_of(M.CHANGES) },
  body = { function() return true end, "any JSON value" },
}

local NEEDS = { status = "status", delay = "delay_ms", json = "body", large = "bytes", credential = "change" }

local function check_rule(rule)
  local needs = type(rule) == "table" and NEEDS[rule.effect]
  return fields.mistake(rule, FIELDS, { "endpoint", "effect", needs or nil })
end

--- Replaces all rules.
---@param document { seed: integer?, rules: credenco.SandboxFault[] }
---@return boolean? ok
---@return string? err names the rule and its field
function M.set(document)
  local rules = document.rules
  if type(rules) ~= "table" or not json.is_array(rules) or #rules > MAX_RULES then
    return nil, ("rules must be a list of at most %d rules"):format(MAX_RULES)
  end
  if document.seed ~= nil and not is_whole(document.seed, 0, 2 ^ 32) then
    return nil, "seed must be a whole number"
  end
  for index, rule in ipairs(rules) do
    local mistake = check_rule(rule)
    if mistake then
      return nil, ("rule %d %s"):format(index, mistake)
    end
  end
  store.set(KEY, { seed = document.seed or 1, rules = rules, generation = store.count "faults-generation" })
  return true
end

---@return { seed: integer, rules: credenco.SandboxFault[] }
function M.get()
  local faults = store.get(KEY) or { seed = 1, rules = json.array({}) }
  return { seed = faults.seed, rules = faults.rules }
end

function M.clear()
  store.delete(KEY)
end

--- A number from 0 to 1 that depends only on the seed, the rule and the call.
local function draw(seed, rule_index, call)
  local digest = ngx.md5(("%d:%d:%d"):format(seed, rule_index, call))
  return tonumber(digest:sub(1, 8), 16) / 0xffffffff
end

local function strikes(rule, rule_index, seed, call)
  if rule.nth and call ~= rule.nth then
    return false
  end
  if rule.every and call % rule.every ~= 0 then
    return false
  end
  if rule.first and call > rule.first then
    return false
  end
  return not rule.probability or draw(seed, rule_index, call) < rule.probability
end

--- The fault for this call of an endpoint, if there is one. Every rule for the endpoint counts the call; the first that
--- applies wins.
---@param endpoint string?
---@return credenco.SandboxFault?
function M.next(endpoint)
  local faults = endpoint and store.get(KEY)
  if not faults then
    return nil
  end
  local chosen
  for index, rule in ipairs(faults.rules) do
    if rule.endpoint == endpoint or rule.endpoint == "*" then
      local call = store.count(("faults-calls:%d:%d"):format(faults.generation, index))
      if not chosen and strikes(rule, index, faults.seed, call) then
        chosen = rule
      end
    end
  end
  if chosen then
    log.add { source = "fault", step = chosen.effect .. " on " .. endpoint, ok = false }
  end
  return chosen
end

return M
