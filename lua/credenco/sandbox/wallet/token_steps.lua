--- The first steps of an OpenID4VCI 1.0 exchange, from the wallet's side: from an offer to an access token. Each uses
--- the results of the steps before, and adds its own.
local responses = require "credenco.sandbox.wallet.responses"
local discovery = require "credenco.sandbox.wallet.discovery"
local http = require "credenco.sandbox.wallet.http"
local orders = require "credenco.sandbox.wallet.orders"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local settings = require "credenco.sandbox.ground.options"

local M = {}

--- The state of an exchange.
---@class credenco.SandboxExchange
---@field offer_uri string
---@field wallet table
---@field deadline_ms number
---@field offer table
---@field code string pre-authorized code
---@field issuer table issuer metadata
---@field orders credenco.SandboxOrder[] for the credentials of the offer
---@field server table authorization server metadata
---@field token string

local function fail(reason, detail)
  return nil, { reason = reason, detail = detail }
end

local OFFER = { schema = schemas.OFFER, name = "the offer", reason = "offer_unavailable", invalid = "offer_invalid" }

local function fetch_offer(exchange)
  local response, failure = http.get(exchange.offer_uri, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local offer, bad_offer = responses.read(response, OFFER)
  if not offer then
    return nil, bad_offer
  end
  exchange.offer = offer
  return true
end

local function read_grant(exchange)
  local grant = exchange.offer.grants and exchange.offer.grants[settings.GRANT_TYPE]
  if not grant then
    return fail("offer_invalid", "the offer has no pre-authorized code")
  end
  if grant.tx_code then
    return fail("tx_code_required", "the offer requires a transaction code, which this wallet cannot type")
  end
  exchange.code, exchange.authorization_server = grant["pre-authorized_code"], grant.authorization_server
  return true
end

--- This wallet cannot encrypt credential requests, or decrypt responses.
local function needs_encryption(metadata)
  local request, response = metadata.credential_request_encryption, metadata.credential_response_encryption
  return request and request.encryption_required or response and response.encryption_required
end

local function discover_issuer(exchange)
  local metadata, failure = discovery.issuer(exchange.offer.credential_issuer, exchange.deadline_ms)
  if not metadata then
    return nil, failure
  end
  exchange.issuer = metadata
  return true
end

--- Checks everything that the offer names before it redeems the code, which is possible only once.
local function read_orders(exchange)
  if needs_encryption(exchange.issuer) then
    return fail("not_supported", "the issuer requires encrypted requests or responses, which this wallet lacks")
  end
  exchange.orders = orders.of(exchange.offer, exchange.issuer)
  for _, order in ipairs(exchange.orders) do
    if not order.failure then
      return true
    end
  end
  return nil, exchange.orders[1].failure
end

local function discover_server(exchange)
  local server, failure = discovery.authorization_server(
    exchange.issuer, exchange.authorization_server, exchange.deadline_ms)
  exchange.server = server
  return server, failure
end

local TOKEN = { schema = schemas.TOKEN, name = "the token response", reason = "grant_refused" }

local function get_token(exchange)
  local response, failure = http.post_form(exchange.server.token_endpoint, {
    grant_type = settings.GRANT_TYPE, ["pre-authorized_code"] = exchange.code,
  }, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local content, refusal = responses.read(response, TOKEN)
  if not content then
    return nil, refusal
  end
  exchange.token = content.access_token
  orders.identify(exchange.orders, content.authorization_details or {})
  return true
end

--- All of them, in order. A step gives a true value, or nil and a failure.
---@type { [1]: string, [2]: fun(exchange: credenco.SandboxExchange): any, table? }[]
M.ALL = {
  { "offer fetched", fetch_offer },
  { "offer understood", read_grant },
  { "issuer metadata read", discover_issuer },
  { "offered credentials understood", read_orders },
  { "authorization server found", discover_server },
  { "code redeemed for a token", get_token },
}

--- The steps that an inbox needs. They do not use the code.
M.PREVIEW = { fetch_offer, discover_issuer, read_orders }

return M
