--- The steps of an OpenID4VCI 1.0 exchange, from the wallet's side. Each takes what the ones
--- before it have found out, and adds to it.
local clock = require "credenco.sandbox.app.clock"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local discovery = require "credenco.sandbox.wallet.discovery"
local es256 = require "credenco.sandbox.crypto.es256"
local http = require "credenco.sandbox.wallet.http"
local json = require "credenco.sandbox.app.json"
local jws = require "credenco.sandbox.crypto.jws"
local reach = require "credenco.sandbox.wallet.reach"
local verify = require "credenco.sandbox.wallet.verify"

local M = {}

local GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

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
  local object = json.decode_object(body)
  local code = object and object.error
  return type(code) == "string" and code:match "^[%w_]+$" or "no error code"
end

local function object_of(response, reason, what)
  if response.status < 200 or response.status > 299 then
    return fail(reason, ("%s answered %d (%s)"):format(what, response.status, error_code(response.body)))
  end
  local object, err = json.decode_object(response.body)
  if not object then
    return fail(reason, ("the answer of %s is %s"):format(what, err))
  end
  return object
end

local function fetch_offer(exchange)
  local response, failure = http.get(exchange.offer_uri, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local offer, bad_offer = object_of(response, "offer_unavailable", "the offer")
  if not offer then
    return nil, bad_offer
  end
  local ids = offer.credential_configuration_ids
  local configuration_id = type(ids) == "table" and json.is_array(ids) and ids[1]
  if type(offer.credential_issuer) ~= "string" or type(configuration_id) ~= "string" then
    return fail("offer_invalid", "the offer names no credential_issuer or no credential")
  end
  exchange.offer, exchange.configuration_id = offer, configuration_id
  return true
end

local function read_grant(exchange)
  local grants = exchange.offer.grants
  local grant = json.is_object(grants) and grants[GRANT_TYPE]
  local code = json.is_object(grant) and grant["pre-authorized_code"]
  if type(code) ~= "string" then
    return fail("offer_invalid", "the offer has no pre-authorized code")
  end
  if grant.tx_code ~= nil then
    return fail("tx_code_required", "the offer wants a transaction code, and nobody is there to type one")
  end
  exchange.code, exchange.authorization_server = code, grant.authorization_server
  return true
end

local function discover_issuer(exchange)
  local metadata, failure = discovery.issuer(exchange.offer.credential_issuer, exchange.deadline_ms)
  if not metadata then
    return nil, failure
  end
  local configuration = metadata.credential_configurations_supported[exchange.configuration_id]
  if not json.is_object(configuration) then
    return fail("metadata_invalid", "the issuer metadata does not describe the offered credential")
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
  local details = answer.authorization_details
  for _, detail in ipairs(type(details) == "table" and details or {}) do
    local is_ours = json.is_object(detail) and detail.credential_configuration_id == exchange.configuration_id
    local identifiers = is_ours and detail.credential_identifiers
    if type(identifiers) == "table" and type(identifiers[1]) == "string" then
      return identifiers[1]
    end
  end
end

local function get_token(exchange)
  local response, failure = http.post_form(exchange.server.token_endpoint, {
    grant_type = GRANT_TYPE, ["pre-authorized_code"] = exchange.code,
  }, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local answer, refusal = object_of(response, "grant_refused", "the token endpoint")
  if not answer then
    return nil, refusal
  end
  if type(answer.access_token) ~= "string" or tostring(answer.token_type):lower() ~= "bearer" then
    return fail("grant_refused", "the token endpoint gave no bearer token")
  end
  exchange.token, exchange.identifier = answer.access_token, identifier_of(exchange, answer)
  return true
end

local function get_nonce(exchange)
  if exchange.issuer.nonce_endpoint == nil then
    return true
  end
  local response, failure = http.post_json(exchange.issuer.nonce_endpoint, nil, exchange.deadline_ms)
  if not response then
    return nil, failure
  end
  local answer, refusal = object_of(response, "nonce_refused", "the nonce endpoint")
  if not answer then
    return nil, refusal
  end
  exchange.nonce = answer.c_nonce
  return true
end

local function prefers_jwk(configuration)
  local methods = configuration.cryptographic_binding_methods_supported
  for _, method in ipairs(type(methods) == "table" and methods or {}) do
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

local function request_credential(exchange)
  local response, failure = http.post_json(exchange.issuer.credential_endpoint, {
    credential_identifier = exchange.identifier,
    credential_configuration_id = not exchange.identifier and exchange.configuration_id or nil,
    proofs = { jwt = { key_proof(exchange) } },
  }, exchange.deadline_ms, exchange.token)
  if not response then
    return nil, failure
  end
  local answer, refusal = object_of(response, "credential_refused", "the credential endpoint")
  if not answer then
    return nil, refusal
  end
  local list = answer.credentials
  local first = type(list) == "table" and json.is_array(list) and list[1]
  if not json.is_object(first) then
    return fail("credential_refused", "the credential endpoint gave no credential")
  end
  exchange.text, exchange.notification_id = first.credential, answer.notification_id
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
