--- The OpenID4VCI 1.0 exchange, from the wallet's side: a credential offer in, a verified
--- credential out. It deals with whatever issuer the offer names, within one deadline.
local config = require "credenco.sandbox.app.config"
local http = require "credenco.sandbox.wallet.http"
local steps = require "credenco.sandbox.wallet.steps"

local M = {}

local PREVIEW_TIMEOUT_MS = 2000
local NOTIFY_TIMEOUT_MS = 2000

local function colour(value)
  return value and (value:match "^#%x%x%x%x%x%x$" or value:match "^#%x%x%x$")
end

--- How the issuer wants its credential shown: what a page can use, and nothing else.
local function appearance(exchange)
  local described = exchange.configuration.credential_metadata or exchange.configuration
  local display, issuer = (described.display or {})[1] or {}, (exchange.issuer.display or {})[1] or {}
  return {
    name = display.name or exchange.configuration_id,
    issuer_name = issuer.name,
    background_color = colour(display.background_color),
    text_color = colour(display.text_color),
  }
end

--- Tells the issuer what became of its credential (11). What the issuer answers, or that it
--- cannot be reached, changes nothing here.
local function notify(exchange, event)
  local endpoint = exchange.issuer and exchange.issuer.notification_endpoint
  if endpoint and exchange.notification_id then
    http.post_json(endpoint, { notification_id = exchange.notification_id, event = event },
      math.min(exchange.deadline_ms, http.deadline(NOTIFY_TIMEOUT_MS)), exchange.token)
  end
end

local function start(wallet, offer_uri, timeout_ms)
  return { wallet = wallet, offer_uri = offer_uri, deadline_ms = http.deadline(timeout_ms) }
end

--- Redeems an offer and verifies what comes back.
---@param wallet table with its private `jwk`
---@param offer_uri string
---@param trace fun(step: string, ok: boolean, detail: string?)
---@return table? credential
---@return { reason: string, detail: string }? failure
---@return fun(event: string)? notify tells the issuer what became of the credential
function M.run(wallet, offer_uri, trace)
  local exchange = start(wallet, offer_uri, config.exchange_timeout_ms)
  for _, step in ipairs(steps.ALL) do
    local ok, failure = step[2](exchange)
    trace(step[1], ok ~= nil, failure and failure.detail)
    if not ok then
      notify(exchange, "credential_failure")
      return nil, failure
    end
  end
  local credential = exchange.credential
  credential.template = exchange.configuration_id
  credential.display = appearance(exchange)
  credential.name = credential.display.name
  return credential, nil, function(event) notify(exchange, event) end
end

--- What an offer is for, to show it in an inbox; the code stays untouched.
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
  local preview = appearance(exchange)
  preview.template = exchange.configuration_id
  return preview
end

return M
