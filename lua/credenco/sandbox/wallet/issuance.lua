--- The last steps of an OpenID4VCI 1.0 exchange, from the wallet's side: from an access token to one credential.
local responses = require "credenco.sandbox.wallet.responses"
local clock = require "credenco.sandbox.ground.clock"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local es256 = require "credenco.sandbox.crypto.es256"
local http = require "credenco.sandbox.wallet.http"
local jws = require "credenco.sandbox.crypto.jws"
local reach = require "credenco.sandbox.wallet.reach"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local verify = require "credenco.sandbox.wallet.verify"

local M = {}

--- The number of requests for a credential while the issuer says that the nonce is no longer valid.
local MAX_ATTEMPTS = 3

local NONCE = { schema = schemas.NONCE, name = "the nonce response", reason = "nonce_refused" }
local CREDENTIAL = { schema = schemas.CREDENTIAL, name = "the credential response", reason = "credential_refused" }

local function fail(reason, detail)
  return nil, { reason = reason, detail = detail }
end

--- A new c_nonce (7); false if the issuer uses none.
---@param exchange credenco.SandboxExchange
---@return string|false|nil nonce
---@return { reason: string, detail: string }? failure
local function get_nonce(exchange)
  if not exchange.issuer.nonce_endpoint then
    return false
  end
  local response, failure = http.post_json(exchange.issuer.nonce_endpoint, nil, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local content, refusal = responses.read(response, NONCE)
  if not content then
    return nil, refusal
  end
  return content.c_nonce
end

--- The key proof (appendix F.1), which names the key in the issuer's way.
local function key_proof(exchange, order, nonce)
  local key, header = exchange.wallet.jwk, { typ = "openid4vci-proof+jwt" }
  if order.proof == "jwk" then
    header.jwk = es256.public(key)
  else
    header.kid = did_jwk.encode(key) .. "#0"
  end
  local payload = { aud = exchange.issuer.credential_issuer, iat = clock.now(), nonce = nonce or nil }
  return jws.sign(header, payload, key)
end

local function ask(exchange, order, identifier, nonce)
  return http.post_json(exchange.issuer.credential_endpoint, {
    credential_identifier = identifier,
    credential_configuration_id = not identifier and order.configuration_id or nil,
    proofs = order.proof and { jwt = { key_proof(exchange, order, nonce) } },
  }, exchange.deadline_ms, exchange.token)
end

--- Asks with a new nonce, and again if that was used or expired meanwhile (8.3.1.2, invalid_nonce).
---@return { status: integer, body: string }? response
---@return { reason: string, detail: string }? failure
local function request(exchange, order, identifier, trace)
  local response
  for _ = 1, MAX_ATTEMPTS do
    local nonce, refusal = get_nonce(exchange)
    trace("nonce received", nonce ~= nil, refusal and refusal.detail)
    if nonce == nil then
      return nil, refusal
    end
    local failure
    response, failure = ask(exchange, order, identifier, nonce)
    if not response then
      return nil, failure
    end
    if not nonce or response.status < 400 or responses.error_code(response.body) ~= "invalid_nonce" then
      return response
    end
  end
  return response
end

---@return { text: any, notification_id: string? }? received
---@return { reason: string, detail: string }? failure
local function receive(exchange, order, identifier, trace)
  local response, failure = request(exchange, order, identifier, trace)
  if not response then
    return nil, failure
  end
  local content, refusal = responses.read(response, CREDENTIAL)
  if not content then
    return nil, refusal
  end
  if not content.credentials then
    return fail("credential_refused", content.transaction_id and "the issuer defers the credential"
      or "the credential response has no credential")
  end
  return { text = content.credentials[1].credential, notification_id = content.notification_id }
end

--- Gets one credential, and verifies it.
---@param exchange credenco.SandboxExchange with a token
---@param order credenco.SandboxOrder without a failure
---@param identifier string? credential_identifier
---@param trace fun(step: string, ok: boolean, detail: string?)
---@return table? credential
---@return { reason: string, detail: string }? failure
---@return string? notification_id
function M.get(exchange, order, identifier, trace)
  local received, failure = receive(exchange, order, identifier, trace)
  trace("credential received", received ~= nil, failure and failure.detail)
  if not received then
    return nil, failure
  end
  local credential, flaw = verify.credential(received.text, order.configuration, {
    holder_key = exchange.wallet.jwk,
    loopback_scheme = reach.parse(exchange.issuer.credential_issuer).scheme,
    deadline_ms = exchange.deadline_ms,
  })
  trace("credential verified", credential ~= nil, flaw and flaw.detail)
  return credential, flaw, received.notification_id
end

return M
