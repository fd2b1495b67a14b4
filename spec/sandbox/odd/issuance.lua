--- Odd and illegal token, nonce and credential responses. Rows are as in `spec.sandbox.odd.discovery`.
local holder = require "spec.sandbox.holder"
local json = require "credenco.sandbox.ground.json"
local odd = require "spec.sandbox.odd.issuer"

local array, null = odd.array, odd.null

--- The credential request's members.
local function asked(request) return json.decode(request.body) end

--- The header of the proof in a credential request; nil without one.
local function proof_header(request)
  local proofs = asked(request).proofs
  return proofs and json.decode(holder.from_base64url(proofs.jwt[1]:match "^[^.]+"))
end

local function refuse(code)
  return { raw = true, status = 400, headers = { ["Content-Type"] = "application/json" }, body = ('{"error":"%s"}'):format(code) }
end

--- Answers a credential request with the usual response, changed.
local function respond(plan, change)
  local usual = plan.response
  plan.response = function(request)
    local response = usual(request, plan)
    return change(response, request) or response
  end
end

local function without_binding(plan)
  plan.configuration.cryptographic_binding_methods_supported, plan.configuration.proof_types_supported = nil, nil
end

--- Refuses the first `count` credential requests with invalid_nonce, and wants a new nonce for the next.
local function stale_nonces(plan, count)
  local nonces, usual = 0, plan.response
  plan.nonce = function()
    nonces = nonces + 1
    return { c_nonce = "nonce-" .. nonces }
  end
  plan.response = function(request)
    local payload = holder.payload(asked(request).proofs.jwt[1])
    if nonces <= count then return refuse "invalid_nonce" end
    return payload.nonce == "nonce-" .. nonces and usual(request, plan) or refuse "invalid_proof"
  end
end

local function details(plan, change)
  local detail = { type = "openid_credential", credential_configuration_id = "odd", credential_identifiers = { "one" } }
  plan.token.authorization_details = array { change and change(detail) or detail }
  respond(plan, function(_, request)
    return asked(request).credential_identifier ~= "one" and refuse "unknown_credential_identifier" or nil
  end)
end

return {
  { "token_type bearer lower", "kept", function(p) p.token.token_type = "bearer" end },
  { "token_type BEARER", "kept", function(p) p.token.token_type = "BEARER" end },
  { "token_type absent", "discarded", function(p) p.token.token_type = nil end },
  { "token_type DPoP", "discarded", function(p) p.token.token_type = "DPoP" end },
  { "token_type is a list", "discarded", function(p) p.token.token_type = { "Bearer" } end },
  { "access_token is a number", "discarded", function(p) p.token.access_token = 7 end },
  { "access_token is empty", "discarded", function(p) p.token.access_token = "" end },
  { "access_token is null", "discarded", function(p) p.token.access_token = null end },
  { "access_token of 60,000 bytes", "kept", function(p) p.token.access_token = ("a"):rep(60000) end },
  { "expires_in as string", "either", function(p) p.token.expires_in = "300" end },
  { "expires_in is null", "kept", function(p) p.token.expires_in = null end },
  { "token with CRLF (header injection)", "discarded", function(p) p.token.access_token = "a\r\nX-Odd: 1" end },
  { "token with a space", "discarded", function(p) p.token.access_token = "a b" end },
  { "token response is HTML", "discarded", function(p)
    p.token = "<!DOCTYPE html>"
  end },
  { "token response is null", "discarded", function(p) p.token = "null" end },
  { "token refused", "discarded", function(p) p.token = function() return refuse "invalid_grant" end end },
  { "token error is a number", "discarded", function(p)
    p.token = function() return { raw = true, status = 400, body = '{"error":7}' } end
  end },
  { "token response 201", "kept", function(p)
    local token = p.token
    p.token = function() return { raw = true, status = 201, body = json.encode(token) } end
  end },
  { "authorization_details with identifiers", "kept", function(p) details(p) end },
  { "authorization_details without the identifiers", "kept", function(p)
    p.token.authorization_details = { { type = "openid_credential", credential_configuration_id = "odd" } }
  end },
  { "authorization_details of another type beside ours", "kept", function(p)
    details(p)
    table.insert(p.token.authorization_details, 1, { type = "payment", amount = 7 })
  end },
  { "authorization_details for another configuration", "kept", function(p)
    p.token.authorization_details = { { type = "openid_credential", credential_configuration_id = "other",
      credential_identifiers = { "x" } } }
  end },
  { "authorization_details is an object", "discarded", function(p) p.token.authorization_details = { x = 1 } end },
  { "authorization_details with a number as identifier", "discarded", function(p)
    details(p, function(detail) detail.credential_identifiers = { 7 } end)
  end },
  { "authorization_details is null", "kept", function(p) p.token.authorization_details = null end },
  { "nulls: credential_identifiers", "kept", function(p)
    p.token.authorization_details = { { type = "openid_credential", credential_configuration_id = "odd",
      credential_identifiers = null } }
  end },
  { "no nonce_endpoint", "kept", function(p) p.metadata.nonce_endpoint = nil end },
  { "nonce number", "discarded", function(p) p.nonce.c_nonce = 7 end },
  { "nonce 1e400", "discarded", function(p) p.nonce = '{"c_nonce":1e400}' end },
  { "nonce empty", "discarded", function(p) p.nonce.c_nonce = "" end },
  { "nonce null", "discarded", function(p) p.nonce.c_nonce = null end },
  { "nonce of any characters", "kept", function(p) p.nonce.c_nonce = "\"\\ \226\130\172\n" end },
  { "nonce_endpoint is a number", "discarded", function(p) p.metadata.nonce_endpoint = 7 end },
  { "nonce_endpoint is no URL", "discarded", function(p) p.metadata.nonce_endpoint = "/nonce" end },
  { "nonce response 500", "discarded", function(p) p.nonce = function() return { raw = true, status = 500 } end end },
  { "invalid_nonce once, then fine", "kept", function(p) stale_nonces(p, 1) end },
  { "invalid_nonce for ever", "discarded", function(p) stale_nonces(p, 1000) end },
  { "invalid_nonce, and no nonce_endpoint", "discarded", function(p)
    p.metadata.nonce_endpoint = nil
    p.response = function() return refuse "invalid_nonce" end
  end },
  { "binding did:key only (wallet cannot)", "discarded", function(p)
    p.configuration.cryptographic_binding_methods_supported = { "did:key" }
  end },
  { "binding did:key and did:jwk", "kept", function(p)
    p.configuration.cryptographic_binding_methods_supported = { "did:key", "did:jwk" }
    respond(p, function(_, request) return not proof_header(request).kid and refuse "invalid_proof" or nil end)
  end },
  { "binding did:jwk and jwk", "kept", function(p)
    p.configuration.cryptographic_binding_methods_supported = { "jwk", "did:jwk" }
    p.payload.cnf = { kid = p.holder_did .. "#0" }
    respond(p, function(_, request) return proof_header(request).kid ~= p.payload.cnf.kid and refuse "invalid_proof" or nil end)
  end },
  { "binding is a string", "discarded", function(p) p.configuration.cryptographic_binding_methods_supported = "jwk" end },
  { "proof type attestation only", "discarded", function(p)
    p.configuration.proof_types_supported = { attestation = { proof_signing_alg_values_supported = { "ES256" } } }
  end },
  { "proof types jwt and attestation", "kept", function(p)
    p.configuration.proof_types_supported.attestation = { proof_signing_alg_values_supported = { "ES256" } }
  end },
  { "proof signing algorithm EdDSA only", "discarded", function(p)
    p.configuration.proof_types_supported.jwt.proof_signing_alg_values_supported = { "EdDSA" }
  end },
  { "proof signing algorithms are a string", "discarded", function(p)
    p.configuration.proof_types_supported.jwt.proof_signing_alg_values_supported = "ES256"
  end },
  { "proof needs a key attestation", "discarded", function(p)
    p.configuration.proof_types_supported.jwt.key_attestations_required = {}
  end },
  { "no binding advertised; issuer strict: refuses proofs", "either", function(p)
    without_binding(p)
    p.payload.cnf = nil
    respond(p, function(_, request) return asked(request).proofs and refuse "invalid_credential_request" or nil end)
  end },
  { "no binding advertised, credential unbound", "kept", function(p)
    without_binding(p)
    p.payload.cnf = nil
  end },
  { "binding advertised, credential unbound", "discarded", function(p) p.payload.cnf = nil end },
  { "no binding advertised, credential bound to another key", "discarded", function(p)
    without_binding(p)
    p.payload.cnf = { jwk = holder.jwk(p.other_key) }
  end },
  { "response draft-14 credentials:[string]", "discarded", function(p)
    respond(p, function() return { credentials = { p:credential() } } end)
  end },
  { "response draft-13 credential", "discarded", function(p)
    respond(p, function() return { credential = p:credential() } end)
  end },
  { "response credentials is empty", "discarded", function(p) respond(p, function() return { credentials = array {} } end) end },
  { "response credentials is null", "discarded", function(p) respond(p, function() return { credentials = null } end) end },
  { "response credential is an object", "discarded", function(p)
    respond(p, function() return { credentials = { { credential = { x = 1 } } } } end)
  end },
  { "response credential is null", "discarded", function(p)
    respond(p, function() return { credentials = { { credential = null } } } end)
  end },
  { "response deferred 202 transaction_id", "discarded", function(p)
    p.response = function()
      return { raw = true, status = 202, body = '{"transaction_id":"x","interval":5}' }
    end
  end },
  { "response content-type application/json;charset", "kept", function(p)
    p.response = function()
      return { raw = true, headers = { ["Content-Type"] = "application/json;charset=utf-8" },
        body = json.encode { credentials = { { credential = p:credential() } } } }
    end
  end },
  { "nulls: credential response transaction_id, interval, notification_id", "either", function(p)
    respond(p, function(response)
      response.transaction_id, response.interval, response.notification_id = null, null, null
    end)
  end },
  { "notification answers 400", "kept", function(p)
    p.metadata.notification_endpoint = p.base .. "/notification"
    p.answers["POST " .. p.path .. "/notification"] = { raw = true, status = 400, body = "{}" }
    respond(p, function(response) response.notification_id = "x" end)
  end },
  { "notification_endpoint is no URL", "kept", function(p)
    p.metadata.notification_endpoint = "odd"
    respond(p, function(response) response.notification_id = "x" end)
  end },
  { "notification_id is a number", "discarded", function(p)
    respond(p, function(response) response.notification_id = 7 end)
  end },
  { "format vc+sd-jwt in metadata", "either", function(p) p.configuration.format = "vc+sd-jwt" end },
  { "format mso_mdoc", "discarded", function(p) p.configuration.format = "mso_mdoc" end },
  { "format is a number", "discarded", function(p) p.configuration.format = 7 end },
}
