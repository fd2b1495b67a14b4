--- Credential offers: made by the issue call, fetched by reference, redeemed once.
local config = require "credenco.sandbox.app.config"
local random = require "credenco.sandbox.app.random"
local store = require "credenco.sandbox.app.store"

local M = {}

local PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

---@class credenco.SandboxOffer
---@field id string
---@field code string the pre-authorized code
---@field correlation_id string
---@field template_id string
---@field claims table

local function key_of(id)
  return "offer:" .. id
end

--- Where an offer is fetched: the `credential_offer_uri`.
---@return string
function M.uri(offer)
  return config.base_url .. "/api/oidc/credential-offer/" .. offer.id
end

---@return credenco.SandboxOffer
function M.create(correlation_id, template_id, claims)
  local offer = {
    id = random.token(), code = random.token(),
    correlation_id = correlation_id, template_id = template_id, claims = claims,
  }
  store.set(key_of(offer.id), offer, config.offer_ttl_s)
  return offer
end

---@return credenco.SandboxOffer? nil when it never existed, has expired or was redeemed
function M.find(id)
  return store.get(key_of(id))
end

--- Uses the offer up: one caller gets it, once.
---@return credenco.SandboxOffer?
function M.redeem(id)
  local offer = M.find(id)
  if offer and store.claim("redeem:" .. id, config.offer_ttl_s) then
    store.delete(key_of(id))
    return offer
  end
end

--- The offer as a wallet sees it (OpenID4VCI 1.0, 4.1.1).
function M.document(offer)
  return {
    credential_issuer = config.credential_issuer,
    credential_configuration_ids = { offer.template_id },
    grants = { [PRE_AUTHORIZED] = { ["pre-authorized_code"] = offer.code } },
  }
end

return M
