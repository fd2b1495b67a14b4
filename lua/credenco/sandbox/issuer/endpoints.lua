--- The issuer's OpenID4VCI endpoints: token, nonce, credential, notification.
local clock = require "credenco.sandbox.ground.clock"
local credentials = require "credenco.sandbox.issuer.credential_maker"
local log = require "credenco.sandbox.ground.log"
local nonces = require "credenco.sandbox.issuer.nonces"
local offers = require "credenco.sandbox.issuer.offers"
local proof = require "credenco.sandbox.issuer.proof"
local random = require "credenco.sandbox.ground.random"
local respond = require "credenco.sandbox.ground.respond"
local requests = require "credenco.sandbox.issuer.requests"
local revocations = require "credenco.sandbox.issuer.revocations"
local status = require "credenco.sandbox.issuer.issuance_status"
local store = require "credenco.sandbox.ground.store"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

local TOKEN_TTL_S = 300
local NOTIFICATION_TTL_S = 3600

local function grant_key(token)
  return "grant:" .. token
end

--- Grants an access token for an offer.
---@return string token
local function make_grant(offer)
  local token = random.token()
  store.set(grant_key(token), {
    correlation_id = offer.correlation_id, template_id = offer.template_id, claims = offer.claims,
    expires_at = clock.now() + TOKEN_TTL_S,
  }, TOKEN_TTL_S)
  status.authorized(offer.correlation_id)
  return token
end

--- Token endpoint (OpenID4VCI 1.0, 6), pre-authorized code without a transaction code.
function M.token(request)
  local code, refusal = requests.token(request)
  if not code then
    return refusal
  end
  local token = offers.redeem(code, make_grant)
  if not token then
    return respond.oauth(400, "invalid_grant", "the pre-authorized code is unknown, expired or used")
  end
  return respond.json(200, { access_token = token, token_type = "Bearer", expires_in = TOKEN_TTL_S })
end

--- Nonce endpoint (7).
function M.nonce()
  return respond.json(200, { c_nonce = nonces.create() })
end

--- The grant behind a request's access token.
local function grant_of(request)
  local token = request:credentials "bearer"
  local grant = token and store.get(grant_key(token))
  if grant and grant.expires_at > clock.now() then
    return grant, token
  end
  local response = respond.oauth(401, "invalid_token", "the access token is missing, unknown or expired")
  response.headers["WWW-Authenticate"] = token and 'Bearer error="invalid_token"' or "Bearer"
  return nil, nil, response
end

--- The refusal of a credential that the access token is not for (8.3.1.1), or that this issuer does not have (8.3.1.2).
local function refuse_order(order, grant)
  if order.configuration_id == grant.template_id then
    return nil
  end
  if not templates.find(order.configuration_id) then
    return respond.oauth(400, "unknown_credential_configuration", "there is no such credential")
  end
  local response = respond.oauth(403, "insufficient_scope", "the offer was for another credential")
  response.headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
  return response
end

local function issue(grant, holder, change)
  local template = templates.find(grant.template_id)
  local entry = revocations.allocate(grant.correlation_id)
  local credential = credentials.make(template, {
    claims = grant.claims, holder = holder, status_index = entry.index, change = change,
  })
  local notification_id = random.token()
  store.set("notification:" .. notification_id, { correlation_id = grant.correlation_id }, NOTIFICATION_TTL_S)
  status.completed(grant.correlation_id, entry.uuid)
  log.add { source = "issuer", step = "credential issued", ok = true, detail = grant.template_id }
  return respond.json(200, { credentials = { { credential = credential } }, notification_id = notification_id })
end

local function hand_out(grant, token, holder, change)
  local is_first, response = store.once("issued:" .. token, TOKEN_TTL_S, function()
    return issue(grant, holder, change)
  end)
  return is_first and response
    or respond.oauth(400, "credential_request_denied", "this access token was already used for its credential")
end

--- Credential endpoint (8).
function M.credential(request)
  local grant, token, refusal = grant_of(request)
  if not grant then
    return refusal
  end
  local order, bad_request = requests.credential(request)
  if not order then
    return bad_request
  end
  local bad_order = refuse_order(order, grant)
  if bad_order then
    return bad_order
  end
  local holder, proof_refusal = proof.verify(order.proof)
  if not holder then
    return respond.oauth(400, proof_refusal.code, proof_refusal.description)
  end
  return hand_out(grant, token, holder, request.change)
end

--- Notification endpoint (11).
function M.notification(request)
  local grant, _, refusal = grant_of(request)
  if not grant then
    return refusal
  end
  local body, bad_request = requests.notification(request)
  if not body then
    return bad_request
  end
  local found = store.get("notification:" .. body.notification_id)
  if not found or found.correlation_id ~= grant.correlation_id then
    return respond.oauth(400, "invalid_notification_id", "no credential was issued with this notification_id")
  end
  if body.event == "credential_failure" then
    status.failed(found.correlation_id)
  end
  return respond.empty(204)
end

return M
