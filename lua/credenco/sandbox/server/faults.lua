--- Faults on demand, so that you can test a pipeline against a server that misbehaves.
--
-- PUT /sandbox/faults takes { "seed": n, "rules": [rule, ...] }. A rule names an endpoint (see ENDPOINTS), when it
-- applies, and what then happens. The same seed and the same calls give the same faults.
local json = require "credenco.sandbox.ground.json"
local log = require "credenco.sandbox.ground.log"
local schema = require "credenco.sandbox.ground.schema"
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

local PLACES = { "*" }
for _, endpoint in ipairs(M.ENDPOINTS) do
  PLACES[#PLACES + 1] = endpoint
end

local CALL = { type = "integer", min = 1, max = 1e9 }

local NEEDS = { status = "status", delay = "delay_ms", json = "body", large = "bytes", credential = "change" }

local function what_is_missing(rule)
  local needed = NEEDS[rule.effect]
  return needed and rule[needed] == nil and ("needs %s"):format(needed) or nil
end

--- One rule of that body, and of the response to GET.
M.RULE = { type = "object", nulls = "refused", others = "refused", check = what_is_missing, members = {
  endpoint = schema.required(schema.one_of(PLACES)),
  effect = schema.required(schema.one_of(M.EFFECTS)),
  nth = CALL, every = CALL, first = CALL,
  probability = { type = "number", min = 0, max = 1 },
  status = { type = "integer", min = 200, max = 599 },
  retry_after = { type = { "integer", "string" }, min = 0, max = 1e9 },
  delay_ms = { type = "integer", min = 0, max = 600000 },
  bytes = { type = "integer", min = 1, max = 64 * 1024 * 1024 },
  change = schema.one_of(M.CHANGES),
  body = schema.ANY,
} }

--- The body of PUT /sandbox/faults.
M.ORDER = { type = "object", nulls = "refused", members = {
  seed = { type = "integer", min = 0, max = 2 ^ 32 },
  rules = { type = "array", required = true, max = 100, items = M.RULE },
} }

--- Replaces all rules.
---@param order { seed: integer?, rules: credenco.SandboxFault[] }
function M.set(order)
  store.set(KEY, { seed = order.seed or 1, rules = order.rules, generation = store.count "faults-generation" })
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
