--- What a wallet does with an offer somebody pushed to it.
local afterwards = require "credenco.sandbox.wallet.afterwards"
local behaviour = require "credenco.sandbox.app.behaviour"
local clock = require "credenco.sandbox.app.clock"
local exchange = require "credenco.sandbox.wallet.exchange"
local log = require "credenco.sandbox.app.log"
local random = require "credenco.sandbox.app.random"
local store = require "credenco.sandbox.app.store"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local PUSH_MEMORY_S = 86400

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

--- An exchange never throws, whatever an issuer answers: what went wrong is a failure.
local function run_exchange(wallet, offer_uri, trace)
  local ok, credential, failure, notify = pcall(exchange.run, wallet, offer_uri, trace)
  if ok then
    return credential, failure, notify
  end
  ngx.log(ngx.ERR, "exchange: ", tostring(credential))
  trace("exchange broken off", false, "the sandbox failed; its error log says more")
  return nil, { reason = "internal_error", detail = "the sandbox failed; its error log says more" }
end

local function keep(wallet, credential, notify, trace)
  credential.received_at = clock.now()
  local id = wallets.keep(wallet.key, credential)
  trace("kept", true)
  notify "credential_accepted"
  return id
end

local function discard(wallet, credential, reason, trace)
  wallets.discard(wallet.key, {
    reason = reason, detail = REASONS[reason], issuer = credential.issuer,
    template = credential.template, name = credential.name, at = clock.now(),
  })
  trace("discarded", false, REASONS[reason])
end

--- Completes the exchange and keeps the credential or discards it. The caller learns nothing:
--- to the one who pushed, and to the issuer, both look the same.
---@return string? reason why the offer could not be turned into a credential; nil when it was
local function complete(wallet, offer_uri)
  local trace = tracer(wallet)
  local credential, failure, notify = run_exchange(wallet, offer_uri, trace)
  if not credential then
    wallets.discard(wallet.key, { reason = failure.reason, detail = failure.detail, at = clock.now() })
    return failure.reason
  end
  local trusted, reason = wallets.trusts(wallet.key, credential.issuer)
  if trusted then
    keep(wallet, credential, notify, trace)
  else
    discard(wallet, credential, reason, trace)
  end
end

local function claim_name(wallet, offer_uri)
  return "push:" .. wallet.key .. ":" .. ngx.md5(offer_uri)
end

--- A direct push. The same offer pushed again, as after a lost answer, changes nothing.
---@return "taken"|"repeated"|"unavailable" outcome "unavailable": the issuer does not give the offer out, which
---  nobody knows here yet when the exchange runs after the response
function M.direct(wallet, offer_uri)
  local name = claim_name(wallet, offer_uri)
  if not store.claim(name, PUSH_MEMORY_S) then
    return "repeated"
  end
  local function work()
    local reason = complete(wallet, offer_uri)
    if reason then
      store.release(name)
    end
    return reason == "offer_unavailable" and "unavailable" or "taken"
  end
  if behaviour.get().exchange == "before" then
    return work()
  end
  afterwards.run(work)
  return "taken"
end

--- A push without directIssue: the holder decides.
---@return "taken"|"repeated" outcome
function M.inbox(wallet, offer_uri)
  if not store.claim(claim_name(wallet, offer_uri), PUSH_MEMORY_S) then
    return "repeated"
  end
  local preview = exchange.preview(wallet, offer_uri) or {}
  wallets.drop_in_inbox(wallet.key, {
    offer_uri = offer_uri, state = "NEW", received_at = clock.now(),
    name = preview.name, issuer_name = preview.issuer_name, template = preview.template,
  })
  tracer(wallet)("offer put into the inbox", true)
  return "taken"
end

--- The holder accepts an offer of the inbox. The holder's word stands in for trust.
---@param entry table of the inbox
---@return { outcome: "accepted"|"failed", credential_id: integer?, reason: string?, detail: string? }
function M.accept(wallet, entry)
  local trace = tracer(wallet)
  trace("offer accepted by the holder", true)
  local credential, failure, notify = run_exchange(wallet, entry.offer_uri, trace)
  if not credential then
    return { outcome = "failed", reason = failure.reason, detail = failure.detail }
  end
  return { outcome = "accepted", credential_id = keep(wallet, credential, notify, trace) }
end

return M
