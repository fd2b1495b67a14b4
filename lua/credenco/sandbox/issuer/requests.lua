--- Reads a wallet's requests to the issuer's endpoints. Each reader gives the typed content, or a refusal with the
--- error code of the specification.
local json = require "credenco.sandbox.ground.json"
local respond = require "credenco.sandbox.ground.respond"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.issuer.request_schemas"
local settings = require "credenco.sandbox.ground.options"

local M = {}

local EVENTS = { credential_accepted = true, credential_failure = true, credential_deleted = true }

local function refuse(code, description)
  return nil, respond.oauth(400, code, description)
end

--- Token request: OpenID4VCI 1.0, 6.1. Other parameters are ignored.
---@return string? code the pre-authorized code
---@return credenco.SandboxResponse? refusal
function M.token(request)
  local form, err = request:form()
  if not form then
    return refuse("invalid_request", err)
  end
  if form.grant_type == nil then
    return refuse("invalid_request", "grant_type is missing")
  end
  if form.grant_type ~= settings.GRANT_TYPE then
    return refuse("unsupported_grant_type", "this issuer takes pre-authorized codes only")
  end
  if form.tx_code ~= nil then
    return refuse("invalid_request", "no tx_code is expected")
  end
  if form["pre-authorized_code"] == nil then
    return refuse("invalid_request", "pre-authorized_code is missing")
  end
  return form["pre-authorized_code"]
end

--- A JSON body that fits a schema.
---@return table? value
---@return string? err
---@return string? where
local function read_json(request, wanted)
  if not request:can_be "application/json" then
    return nil, "the request body must be application/json"
  end
  local text = request:body()
  if json.repeats_a_name(text) then
    return nil, "the request body has a name twice in one object"
  end
  return schema.decode(wanted, text, "the request body")
end

--- The error codes of those members of a credential request that have their own (8.3.1.2).
local CODES = { proofs = "invalid_proof", credential_response_encryption = "invalid_encryption_parameters" }

local function check_identifiers(body)
  local identifier, configuration = body.credential_identifier, body.credential_configuration_id
  if identifier and configuration then
    return refuse("invalid_credential_request",
      "credential_identifier and credential_configuration_id exclude each other")
  end
  if identifier then
    return refuse("unknown_credential_identifier", "no credential_identifier was given out")
  end
  if not configuration then
    return refuse("invalid_credential_request", "credential_configuration_id is missing")
  end
  return true
end

--- The one JWT in `proofs`: without batch_credential_issuance in the metadata a request has one proof.
local function proof_of(proofs)
  for name, value in pairs(proofs or {}) do
    if name ~= "jwt" and value ~= json.null then
      return refuse("invalid_proof", "proofs must hold a list named jwt, and nothing else")
    end
  end
  if not proofs or not proofs.jwt then
    return refuse("invalid_proof", "proofs or its list named jwt is missing")
  end
  if #proofs.jwt > 1 then
    return refuse("invalid_proof", "this issuer takes exactly one proof a request")
  end
  return proofs.jwt[1]
end

---@class credenco.SandboxCredentialRequest
---@field configuration_id string
---@field proof string a JWT, not checked yet

--- Credential request: OpenID4VCI 1.0, 8.2. Other parameters are ignored.
---@return credenco.SandboxCredentialRequest?
---@return credenco.SandboxResponse? refusal
function M.credential(request)
  local body, err, where = read_json(request, schemas.CREDENTIAL)
  if not body then
    return refuse(CODES[where and where:match "^[%w_]+"] or "invalid_credential_request", err)
  end
  local identified, refusal = check_identifiers(body)
  if not identified then
    return nil, refusal
  end
  if body.credential_response_encryption then
    return refuse("invalid_encryption_parameters", "this issuer does not encrypt its responses")
  end
  local proof, proof_refusal = proof_of(body.proofs)
  if not proof then
    return nil, proof_refusal
  end
  return { configuration_id = body.credential_configuration_id, proof = proof }
end

--- Notification request: OpenID4VCI 1.0, 11.1.
---@return { notification_id: string, event: string }?
---@return credenco.SandboxResponse? refusal
function M.notification(request)
  local body, err = read_json(request, schemas.NOTIFICATION)
  if not body then
    return refuse("invalid_notification_request", err)
  end
  if not EVENTS[body.event] then
    return refuse("invalid_notification_request", "the event is unknown")
  end
  return body
end

return M
