--- Turns a credential offer into a credential.
local config = require "credenco.sandbox.app.config"
local offers = require "credenco.sandbox.issuer.offers"
local random = require "credenco.sandbox.app.random"
local status = require "credenco.sandbox.issuer.status"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

---@class credenco.SandboxCredential
---@field issuer string DID
---@field template string
---@field vct string
---@field format string
---@field claims table

--- Redeems an offer for its holder.
---@param offer_uri string
---@return credenco.SandboxCredential?
---@return { reason: string, detail: string }? failure
function M.run(offer_uri)
  local id = offer_uri:match "/api/oidc/credential%-offer/([^/?]+)$"
  local offer = id and offers.redeem(id)
  if not offer or offers.uri(offer) ~= offer_uri then
    return nil, { reason = "offer_unavailable", detail = "the offer cannot be fetched: expired, used, or never made" }
  end
  local template = templates.find(offer.template_id)
  status.completed(offer.correlation_id, random.uuid())
  return {
    issuer = config.issuer_did, template = template.key, name = template.name, vct = template.vct,
    format = template.format, claims = offer.claims,
  }
end

return M
