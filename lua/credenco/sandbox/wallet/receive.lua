--- Receives an offer that was delivered to a wallet.
local afterwards = require "credenco.sandbox.wallet.afterwards"
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local clock = require "credenco.sandbox.ground.clock"
local exchange = require "credenco.sandbox.wallet.openid4vci"
local log = require "credenco.sandbox.ground.log"
local random = require "credenco.sandbox.ground.random"
local store = require "credenco.sandbox.ground.store"
local pushes = require "credenco.sandbox.wallet.pushes"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local REASONS = {
  untrusted_issuer = "the issuer is not among this wallet's trusted contacts",
  direct_issue_not_allowed = "the issuer is a trusted contact, but without directIssueAllowed",
}

--- Writes the steps of one exchange into the log.
local function tracer(wallet)
  local id = random.token():sub(1, 8)
  return function(step, ok, detail)
    log.add { source = "wallet", wallet = wallet.key, exchange = id, step = step, ok = ok, detail = detail }
  end
end

--- An exchange throws only if memory is full. Any response of an issuer gives at most a failure.
---@return credenco.SandboxOutcome[] outcomes at least one
local function run_exchange(wallet, offer_uri, trace)
  local ok, outcomes, failure = pcall(exchange.run, wallet, offer_uri, trace)
  if ok then
    return outcomes or { { failure = failure } }
  end
  if outcomes == store.FULL then
    error(store.FULL, 0)
  end
  ngx.log(ngx.ERR, "exchange: ", tostring(outcomes))
  trace("exchange broken off", false, "the sandbox failed; its error log says more")
  return { { failure = { reason = "internal_error", detail = "the sandbox failed; its error log says more" } } }
end

---@param outcome credenco.SandboxOutcome with a credential
---@return credenco.SandboxPush
local function keep(wallet, outcome, trace)
  outcome.credential.received_at = clock.now()
  local id = wallets.keep(wallet.key, outcome.credential)
  trace("kept", true)
  outcome.notify "credential_accepted"
  return { state = "kept", id = id }
end

---@return credenco.SandboxPush
local function discard(wallet, entry)
  entry.at = clock.now()
  local id = wallets.discard(wallet.key, entry)
  return { state = "discarded", id = id, reason = entry.reason, detail = entry.detail }
end

---@return credenco.SandboxPush that can be tried again
local function discard_failed(wallet, outcome)
  local failure = outcome.failure
  local push = discard(wallet, { reason = failure.reason, detail = failure.detail, template = outcome.template })
  push.again = true
  return push
end

---@return credenco.SandboxPush
local function judge(wallet, outcome, trace)
  local credential = outcome.credential
  if not credential then
    return discard_failed(wallet, outcome)
  end
  local trusted, reason = wallets.trusts(wallet.key, credential.issuer)
  if trusted then
    return keep(wallet, outcome, trace)
  end
  trace("discarded", false, REASONS[reason])
  return discard(wallet, {
    reason = reason, detail = REASONS[reason], issuer = credential.issuer,
    template = credential.template, name = credential.name, claims = credential.claims,
  })
end

--- Whether `push` says more about the outcome of an offer for several credentials than `other`.
local function says_more(push, other)
  if push.state == "kept" or other.state == "kept" then
    return other.state ~= "kept"
  end
  return other.again and not push.again
end

--- Completes the exchange, and keeps or discards each credential. The caller and the issuer do not learn which.
---@return credenco.SandboxPush
local function complete(wallet, offer_uri)
  local trace, result = tracer(wallet), nil
  for _, outcome in ipairs(run_exchange(wallet, offer_uri, trace)) do
    local push = judge(wallet, outcome, trace)
    result = (not result or says_more(push, result)) and push or result
  end
  return result
end

--- Puts an offer into the inbox.
---@return credenco.SandboxPush
local function drop_in_inbox(wallet, offer_uri)
  local preview = exchange.preview(wallet, offer_uri) or {}
  local id = wallets.drop_in_inbox(wallet.key, {
    offer_uri = offer_uri, state = "NEW", received_at = clock.now(),
    name = preview.name, issuer_name = preview.issuer_name, template = preview.template,
  })
  tracer(wallet)("offer put into the inbox", true)
  return { state = "inbox", id = id }
end

---@param push credenco.SandboxOpenPush
---@return credenco.SandboxPush
local function settle(push)
  return pushes.settle(push, function()
    local wallet = wallets.find(push.wallet_key)
    return (push.direct and complete or drop_in_inbox)(wallet, push.offer_uri)
  end)
end

--- A direct delivery. Delivering the same offer again, as after a lost response, changes nothing.
---@return "taken"|"repeated"|"unavailable" outcome "unavailable": the issuer does not give the offer out; unknown as yet
---  if the exchange runs after the response
function M.direct(wallet, offer_uri)
  local push = { wallet_key = wallet.key, offer_uri = offer_uri, direct = true }
  local is_before = behaviour.get().exchange == "before"
  if not pushes.begin(push, is_before) then
    return "repeated"
  end
  if is_before then
    return settle(push).reason == "offer_unavailable" and "unavailable" or "taken"
  end
  afterwards.run(function() settle(push) end)
  return "taken"
end

--- A delivery without directIssue: the holder decides.
---@return "taken"|"repeated" outcome
function M.inbox(wallet, offer_uri)
  local push = { wallet_key = wallet.key, offer_uri = offer_uri, direct = false }
  if not pushes.begin(push, true) then
    return "repeated"
  end
  settle(push)
  return "taken"
end

--- Continues the deliveries of a dead worker; for a worker that begins.
function M.resume()
  afterwards.run(function()
    for _, push in ipairs(pushes.orphans()) do
      afterwards.run(function() settle(push) end)
    end
  end)
end

--- The holder accepts an offer in the inbox. This replaces the trust in the issuer.
---@param wallet table
---@param entry table of its inbox
---@return { outcome: "accepted"|"failed", credential_id: integer?, reason: string?, detail: string? } outcome of the
---  first credential that was received; those of several that were not are among the discarded ones
function M.accept(wallet, entry)
  local trace = tracer(wallet)
  trace("offer accepted by the holder", true)
  local outcomes, kept = run_exchange(wallet, entry.offer_uri, trace), nil
  for _, outcome in ipairs(outcomes) do
    if outcome.credential then
      local push = keep(wallet, outcome, trace)
      kept = kept or push
    elseif #outcomes > 1 then
      discard_failed(wallet, outcome)
    end
  end
  if kept then
    return { outcome = "accepted", credential_id = kept.id }
  end
  return { outcome = "failed", reason = outcomes[1].failure.reason, detail = outcomes[1].failure.detail }
end

return M
