--- The OpenID4VCI 1.0 exchange, from the wallet's side: from a credential offer to verified credentials. It uses the
--- issuer that the offer names, within one deadline.
local config = require "credenco.sandbox.ground.config"
local http = require "credenco.sandbox.wallet.http"
local issuance = require "credenco.sandbox.wallet.issuance"
local steps = require "credenco.sandbox.wallet.token_steps"

local M = {}

local PREVIEW_TIMEOUT_MS = 2000
local NOTIFY_TIMEOUT_MS = 2000

local function colour(value)
  return value and (value:match "^#%x%x%x%x%x%x$" or value:match "^#%x%x%x$")
end

--- The part of the issuer's display metadata that a page can use.
local function appearance(issuer, order)
  local described = order.configuration.credential_metadata or order.configuration
  local display, shown_issuer = (described.display or {})[1] or {}, (issuer.display or {})[1] or {}
  return {
    name = display.name or order.configuration_id,
    issuer_name = shown_issuer.name,
    background_color = colour(display.background_color),
    text_color = colour(display.text_color),
  }
end

--- Notifies the issuer of the credential's outcome (11). Ignores the response, and failures.
local function notify(exchange, notification_id, event)
  local endpoint = exchange.issuer.notification_endpoint
  if endpoint and notification_id then
    http.post_json(endpoint, { notification_id = notification_id, event = event },
      math.min(exchange.deadline_ms, http.deadline(NOTIFY_TIMEOUT_MS)), exchange.token)
  end
end

local function start(wallet, offer_uri, timeout_ms)
  return { wallet = wallet, offer_uri = offer_uri, deadline_ms = http.deadline(timeout_ms) }
end

---@class credenco.SandboxOutcome the outcome of one credential of an offer
---@field template string the credential configuration's id
---@field credential table? nil if it was not received
---@field failure { reason: string, detail: string }? why it was not
---@field notify fun(event: string)? notifies the issuer of the outcome

---@return credenco.SandboxOutcome
local function outcome_of(exchange, order, identifier, trace)
  local template = order.configuration_id
  if order.failure then
    return { template = template, failure = order.failure }
  end
  local credential, failure, notification_id = issuance.get(exchange, order, identifier, trace)
  if not credential then
    notify(exchange, notification_id, "credential_failure")
    return { template = template, failure = failure }
  end
  credential.template, credential.display = template, appearance(exchange.issuer, order)
  credential.name = credential.display.name
  return {
    template = template, credential = credential,
    notify = function(event) notify(exchange, notification_id, event) end,
  }
end

--- Redeems an offer and verifies its credentials.
---@param wallet table with its private `jwk`
---@param offer_uri string
---@param trace fun(step: string, ok: boolean, detail: string?)
---@return credenco.SandboxOutcome[]? outcomes one for each credential that was offered
---@return { reason: string, detail: string }? failure why nothing was requested
function M.run(wallet, offer_uri, trace)
  local exchange = start(wallet, offer_uri, config.exchange_timeout_ms)
  for _, step in ipairs(steps.ALL) do
    local ok, failure = step[2](exchange)
    trace(step[1], ok ~= nil, failure and failure.detail)
    if not ok then
      return nil, failure
    end
  end
  local outcomes = {}
  for _, order in ipairs(exchange.orders) do
    for _, identifier in ipairs(order.identifiers or { false }) do
      outcomes[#outcomes + 1] = outcome_of(exchange, order, identifier or nil, trace)
    end
  end
  return outcomes
end

--- The subject of an offer, to show it in an inbox. Does not use the code.
---@return { name: string, issuer_name: string?, template: string }? preview
---@return { reason: string, detail: string }? failure
function M.preview(wallet, offer_uri)
  local exchange = start(wallet, offer_uri, PREVIEW_TIMEOUT_MS)
  for _, step in ipairs(steps.PREVIEW) do
    local ok, failure = step(exchange)
    if not ok then
      return nil, failure
    end
  end
  local order = exchange.orders[1]
  local preview = order.configuration and appearance(exchange.issuer, order) or { name = order.configuration_id }
  preview.template = order.configuration_id
  return preview
end

return M
