--- Credential offers: created by the issue call, fetched by reference, redeemed once.
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local clock = require "credenco.sandbox.ground.clock"
local config = require "credenco.sandbox.ground.config"
local random = require "credenco.sandbox.ground.random"
local settings = require "credenco.sandbox.ground.options"
local store = require "credenco.sandbox.ground.store"

local M = {}

local REDEEMED_S = 300 -- longer than a request that saw the offer can take

---@class credenco.SandboxOffer
---@field id string
---@field code string the pre-authorized code
---@field correlation_id string
---@field template_id string
---@field claims table
---@field expires_at integer

local function key_of(id)
  return "offer:" .. id
end

local function code_key(code)
  return "code:" .. code
end

--- The `credential_offer_uri`, where an offer is fetched.
---@param id string the offer's
---@return string
function M.uri(id)
  return config.base_url .. "/api/oidc/credential-offer/" .. id
end

---@return credenco.SandboxOffer
function M.create(correlation_id, template_id, claims)
  local ttl_s = behaviour.get().offer_ttl_s
  local offer = {
    id = random.token(), code = random.token(),
    correlation_id = correlation_id, template_id = template_id, claims = claims,
    expires_at = clock.now() + ttl_s,
  }
  store.set(key_of(offer.id), offer, ttl_s)
  store.set(code_key(offer.code), { offer_id = offer.id }, ttl_s)
  return offer
end

---@return credenco.SandboxOffer? nil if it never existed, has expired or was redeemed
function M.find(id)
  local offer = store.get(key_of(id))
  return offer and offer.expires_at > clock.now() and offer or nil
end

--- Uses the offer with this pre-authorized code: only one caller gets it. If `use` throws, the offer stays valid.
---@param code string
---@param use fun(offer: credenco.SandboxOffer): any
---@return any result of `use`; nil if the code is unknown, expired or used
function M.redeem(code, use)
  local reference = store.get(code_key(code))
  local offer = reference and M.find(reference.offer_id)
  if not offer then
    return nil
  end
  local is_first, result = store.once("redeem:" .. code, REDEEMED_S, function() return use(offer) end)
  if is_first then
    store.delete(key_of(offer.id))
    store.delete(code_key(code))
  end
  return result
end

--- The offer as a wallet sees it (OpenID4VCI 1.0, 4.1.1).
function M.document(offer)
  return {
    credential_issuer = config.credential_issuer,
    credential_configuration_ids = { offer.template_id },
    grants = { [settings.GRANT_TYPE] = { ["pre-authorized_code"] = offer.code } },
  }
end

return M
