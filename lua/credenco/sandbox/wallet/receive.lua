--- What a wallet does with an offer somebody pushed to it.
local exchange = require "credenco.sandbox.wallet.exchange"
local store = require "credenco.sandbox.app.store"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local REASONS = {
  untrusted_issuer = "the issuer is not among this wallet's trusted contacts",
  direct_issue_not_allowed = "the issuer is a trusted contact, but without directIssueAllowed",
}

local function now()
  return ngx.time()
end

local function claim_name(wallet_key, offer_uri)
  return "push:" .. wallet_key .. ":" .. offer_uri
end

--- Completes the exchange and keeps the credential or discards it. The caller learns nothing:
--- to the one who pushed, both look the same.
local function complete(wallet_key, offer_uri)
  local credential, failure = exchange.run(offer_uri)
  if not credential then
    wallets.discard(wallet_key, { reason = failure.reason, detail = failure.detail, at = now() })
    return
  end
  local trusted, reason = wallets.trusts(wallet_key, credential.issuer)
  if trusted then
    credential.received_at = now()
    wallets.keep(wallet_key, credential)
  else
    wallets.discard(wallet_key, {
      reason = reason, detail = REASONS[reason], issuer = credential.issuer,
      template = credential.template, vct = credential.vct, at = now(),
    })
  end
end

--- A direct push. The same offer pushed again, as after a lost answer, changes nothing.
function M.direct(wallet_key, offer_uri)
  if store.claim(claim_name(wallet_key, offer_uri)) then
    complete(wallet_key, offer_uri)
  end
end

--- A push without directIssue: the holder decides.
function M.inbox(wallet_key, offer_uri)
  if store.claim(claim_name(wallet_key, offer_uri)) then
    wallets.drop_in_inbox(wallet_key, { offer_uri = offer_uri, state = "NEW", received_at = now() })
  end
end

return M
