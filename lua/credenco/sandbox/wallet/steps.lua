--- The steps of an OpenID4VCI 1.0 exchange, from the wallet's side. Each takes what the ones
--- before it have found out, and adds to it.
local clock = require "credenco.sandbox.app.clock"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local discovery = require "credenco.sandbox.wallet.discovery"
local es256 = require "credenco.sandbox.crypto.es256"
local http = require "credenco.sandbox.wallet.http"
local jws = require "credenco.sandbox.crypto.jws"
local reach = require "credenco.sandbox.wallet.reach"
local schema = require "credenco.sandbox.app.schema"
local schemas = require "credenco.sandbox.wallet.schemas"
local verify = require "credenco.sandbox.wallet.verify"

local M = {}

--- What an exchange knows; each step adds to it.
---@class credenco.SandboxExchange
---@field offer_uri string
---@field wallet table
---@field deadline_ms number
---@field offer table
---@field code string pre-authorized code
---@field issuer table issuer metadata
---@field configuration_id string
---@field configuration table
---@field server table authorization server metadata
---@field token string
---@field identifier string? credential_identifier
---@field nonce string?
---@field text string the credential as received
---@field notification_id string?

local function fail(reason, detail)
  return nil, { reason = reason, detail = detail }
end

--- The error code of an OAuth-style answer, if it looks like one.
local function error_code(body)
  local answer = schema.decode(schemas.ERROR, body, "the error")
  return answer and answer.error and answer.error:match "^[%w_]+$" or "no error code"
end

--- Reads a successful response through its schema.
---@param document { schema: credenco.SandboxSchema, name: string, reason: string }
local function read(response, document)
  if response.status < 200 or response.status > 299 then
    return fail(document.reason,
      ("%s answered %d (%s)"):format(document.name, response.status, error_code(response.body)))
  end
  local answer, err = schema.decode(document.schema, response.body, document.name)
  if not answer then
    return fail(document.invalid or document.reason, err)
  end
  return answer
end

local OFFER = { schema = schemas.OFFER, name = "the offer", reason = "offer_unavailable", invalid = "offer_invalid" }

local function fetch_offer(exchange)
  local response, failure = http.get(exchange.offer_uri, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local offer, bad_offer = read(response, OFFER)
  if not offer then
    return nil, bad_offer
  end
  exchange.offer, exchange.configuration_id = offer, offer.credential_configuration_ids[1]
  return true
end

local function read_grant(exchange)
  local grant = exchange.offer.grants and exchange.offer.grants[schemas.GRANT_TYPE]
  if not grant then
    return fail("offer_invalid", "the offer has no pre-authorized code")
  end
  if grant.tx_code then
    return fail("tx_code_required", "the offer wants a transaction code, and nobody is there to type one")
  end
  exchange.code, exchange.authorization_server = grant["pre-authorized_code"], grant.authorization_server
  return true
end

local function discover_issuer(exchange)
  local metadata, failure = discovery.issuer(exchange.offer.credential_issuer, exchange.deadline_ms)
  if not metadata then
    return nil, failure
  end
  local described = metadata.credential_configurations_supported[exchange.configuration_id]
  if not described then
    return fail("metadata_invalid", "the issuer metadata does not describe the offered credential")
  end
  local configuration, err = schema.read(schemas.CONFIGURATION, described, "the credential's configuration")
  if not configuration then
    return fail("metadata_invalid", err)
  end
  exchange.issuer, exchange.configuration = metadata, configuration
  return true
end

local function discover_server(exchange)
  local server, failure = discovery.authorization_server(
    exchange.issuer, exchange.authorization_server, exchange.deadline_ms)
  exchange.server = server
  return server, failure
end

--- The credential_identifier the token is good for, if the server gives one out; it then has
--- to be used (6.2).
local function identifier_of(exchange, answer)
  for _, detail in ipairs(answer.authorization_details or {}) do
    if detail.credential_configuration_id == exchange.configuration_id and detail.credential_identifiers then
      return detail.credential_identifiers[1]
    end
  end
end

local TOKEN = { schema = schemas.TOKEN, name = "the token response", reason = "grant_refused" }

local function get_token(exchange)
  local response, failure = http.post_form(exchange.server.token_endpoint, {
    grant_type = schemas.GRANT_TYPE, ["pre-authorized_code"] = exchange.code,
  }, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local answer, refusal = read(response, TOKEN)
  if not answer then
    return nil, refusal
  end
  exchange.token, exchange.identifier = answer.access_token, identifier_of(exchange, answer)
  return true
end

local NONCE = { schema = schemas.NONCE, name = "the nonce response", reason = "nonce_refused" }

local function get_nonce(exchange)
  if not exchange.issuer.nonce_endpoint then
    return true
  end
  local response, failure = http.post_json(exchange.issuer.nonce_endpoint, nil, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local answer, refusal = read(response, NONCE)
  if not answer then
    return nil, refusal
  end
  exchange.nonce = answer.c_nonce
  return true
end

local function prefers_jwk(configuration)
  local methods = configuration.cryptographic_binding_methods_supported
  for _, method in ipairs(methods or {}) do
    if method == "jwk" then
      return true
    end
  end
  return methods == nil
end

--- The key proof (appendix F.1), naming the key as the issuer wants it named.
local function key_proof(exchange)
  local key, header = exchange.wallet.jwk, { typ = "openid4vci-proof+jwt" }
  if prefers_jwk(exchange.configuration) then
    header.jwk = es256.public(key)
  else
    header.kid = did_jwk.encode(key) .. "#0"
  end
  local payload = { aud = exchange.issuer.credential_issuer, iat = clock.now(), nonce = exchange.nonce }
  return jws.sign(header, payload, key)
end

local CREDENTIAL = { schema = schemas.CREDENTIAL, name = "the credential response", reason = "credential_refused" }

local function request_credential(exchange)
  local response, failure = http.post_json(exchange.issuer.credential_endpoint, {
    credential_identifier = exchange.identifier,
    credential_configuration_id = not exchange.identifier and exchange.configuration_id or nil,
    proofs = { jwt = { key_proof(exchange) } },
  }, exchange.deadline_ms, exchange.token)
  if not response then
    return nil, failure
  end
  local answer, refusal = read(response, CREDENTIAL)
  if not answer then
    return nil, refusal
  end
  if not answer.credentials then
    return fail("credential_refused", answer.transaction_id and "the issuer wants to issue the credential later"
      or "the credential response has no credential")
  end
  exchange.text, exchange.notification_id = answer.credentials[1].credential, answer.notification_id
  return true
end

local function verify_credential(exchange)
  local credential, failure = verify.credential(exchange.text, exchange.configuration, {
    holder_key = exchange.wallet.jwk,
    loopback_scheme = reach.parse(exchange.issuer.credential_issuer).scheme,
    deadline_ms = exchange.deadline_ms,
  })
  exchange.credential = credential
  return credential, failure
end

--- All of them, in order. A step gives a true value, or nil and a failure.
---@type { [1]: string, [2]: fun(exchange: credenco.SandboxExchange): any, table? }[]
M.ALL = {
  { "offer fetched", fetch_offer },
  { "offer understood", read_grant },
  { "issuer metadata read", discover_issuer },
  { "authorization server found", discover_server },
  { "code redeemed for a token", get_token },
  { "nonce received", get_nonce },
  { "credential received", request_credential },
  { "credential verified", verify_credential },
}

--- As far as an inbox needs it; the code stays untouched.
M.PREVIEW = { fetch_offer, discover_issuer }

return M
