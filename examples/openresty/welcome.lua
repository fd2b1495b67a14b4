-- Welcomes a new wallet: makes the issuer one of its trusted contacts, then issues a welcome credential. The order
-- matters, because a wallet silently discards credentials from an issuer that it does not trust.
local credenco = require "credenco"
local webhook = require "credenco.webhook"

local WALLET_CREATED = "com.credenco.businesswallet.wallet.created.v1"
local CONFLICT = 409

local issuer = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL",
  api_key = os.getenv "CREDENCO_API_KEY",
}

-- Creates trusted contacts, with the wallets' API key, which may differ from the issuer's.
local wallets = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL",
  api_key = os.getenv "CREDENCO_WALLETS_API_KEY",
}

-- The handler may run twice for one event. So it accepts a contact that exists already, and uses the same correlation id.
local function welcome(event)
  if event.type ~= WALLET_CREATED then return true end
  local key = event.data.walletExternalKey

  local contact, err = wallets:trust_issuer {
    wallet_key = key, did = os.getenv "CREDENCO_ISSUER_DID", name = "Credenco",
  }
  if not contact and err.http_status ~= CONFLICT then return nil, err end

  return issuer:issue_direct {
    wallet_key = key,
    template_id = "ebw_oid",
    correlation_id = "welcome-" .. event.id,
    claims = {
      id = key,
      name = event.data.displayName,
      issuing_authority = "Credenco",
      issuing_country = "NL",
    },
  }
end

return webhook.new {
  secret = os.getenv "CREDENCO_WEBHOOK_SECRET",
  dict = "wallet_events",
  handler = welcome,
}
