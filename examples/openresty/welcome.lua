-- A wallet was created: makes us one of its trusted contacts, then issues it a welcome credential. The order
-- matters: what an issuer that is not trusted issues is discarded without a word.
local credenco = require "credenco"
local webhook = require "credenco.webhook"

local WALLET_CREATED = "com.credenco.businesswallet.wallet.created.v1"
local CONFLICT = 409

local issuer = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL",
  api_key = os.getenv "CREDENCO_API_KEY",
}

-- A trusted contact is made with credentials of the wallet, which may be other ones.
local wallets = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL",
  api_key = os.getenv "CREDENCO_WALLETS_API_KEY",
}

-- It may run twice for one event: a contact that is there already is fine, and the correlation id is the same.
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
