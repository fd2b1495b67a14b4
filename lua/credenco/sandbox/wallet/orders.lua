--- The credential configurations of an offer, and how this wallet proves its key for each.
local lists = require "credenco.base.lists"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local verify = require "credenco.sandbox.wallet.verify"

local M = {}

local ALGORITHM = "ES256"

---@class credenco.SandboxOrder
---@field configuration_id string
---@field configuration table? as the issuer's metadata describes it
---@field proof "jwk"|"kid"|nil how the key proof names the key; nil: no proof is needed
---@field identifiers string[]? credential_identifiers, which must then be used (OpenID4VCI 1.0, 6.2)
---@field failure { reason: string, detail: string }? why this wallet cannot get it

local function unsupported(detail)
  return nil, { reason = "not_supported", detail = detail }
end

--- How to name the key (OpenID4VCI 1.0, 12.2.4, cryptographic_binding_methods_supported): by its DID if the issuer
--- accepts that, as DIIP V5 identifies holders, else by the key itself.
local function binding_of(configuration)
  local methods = configuration.cryptographic_binding_methods_supported
  if not methods then
    return configuration.proof_types_supported and "jwk" or "none"
  end
  if lists.contains(methods, "did:jwk") then return "kid" end
  if lists.contains(methods, "jwk") then return "jwk" end
  return unsupported "the issuer binds the credential to no key that this wallet has: neither jwk nor did:jwk"
end

--- Whether this wallet can make a proof that the issuer accepts (12.2.4, proof_types_supported).
local function check_proof_types(types)
  if not types then return true end
  if not types.jwt then
    return unsupported "the issuer takes no proof of the type jwt, and this wallet makes no other"
  end
  if types.jwt.key_attestations_required then
    return unsupported "the issuer requires a key attestation, which this wallet does not have"
  end
  local algorithms = types.jwt.proof_signing_alg_values_supported
  if algorithms and not lists.contains(algorithms, ALGORITHM) then
    return unsupported "the issuer takes no proof that is signed with ES256"
  end
  return true
end

local function read_configuration(issuer, configuration_id)
  local described = issuer.credential_configurations_supported[configuration_id]
  if described == nil then
    return nil, { reason = "metadata_invalid", detail = "the issuer metadata does not describe the offered credential" }
  end
  local configuration, err = schema.read(schemas.CONFIGURATION, described, "the credential's configuration")
  if not configuration then
    return nil, { reason = "metadata_invalid", detail = err }
  end
  if not verify.reads(configuration.format) then
    return nil, { reason = "format_not_supported", detail = "this wallet does not read the format of this credential" }
  end
  return configuration
end

local function make(issuer, configuration_id)
  local order = { configuration_id = configuration_id }
  local binding, usable
  order.configuration, order.failure = read_configuration(issuer, configuration_id)
  if order.failure then return order end
  binding, order.failure = binding_of(order.configuration)
  if order.failure then return order end
  usable, order.failure = check_proof_types(order.configuration.proof_types_supported)
  order.proof = usable and binding ~= "none" and binding or nil
  return order
end

---@param offer table
---@param issuer table issuer metadata
---@return credenco.SandboxOrder[] one for each configuration of the offer
function M.of(offer, issuer)
  local orders = {}
  for index, configuration_id in ipairs(offer.credential_configuration_ids) do
    orders[index] = make(issuer, configuration_id)
  end
  return orders
end

--- Stores the credential_identifiers of a token response.
---@param orders credenco.SandboxOrder[]
---@param details table[] authorization_details
function M.identify(orders, details)
  for _, order in ipairs(orders) do
    for _, detail in ipairs(details) do
      if detail.credential_configuration_id == order.configuration_id then
        order.identifiers = order.identifiers or detail.credential_identifiers
      end
    end
  end
end

return M
