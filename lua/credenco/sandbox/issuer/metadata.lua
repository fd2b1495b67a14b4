--- The metadata of the issuer (OpenID4VCI 1.0, 12.2) and of its authorization server (RFC 8414), which is the issuer
--- itself.
local config = require "credenco.sandbox.ground.config"
local settings = require "credenco.sandbox.ground.options"
local sorted_keys = require "credenco.base.sorted_keys"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

local LOCALE = "en"
local ALGORITHMS = { "ES256" }

local function display_of(template)
  local display = template.display
  return {
    name = template.name, locale = LOCALE, description = template.description,
    background_color = display.background_color, text_color = display.text_color,
  }
end

--- A list of `describe(name, claim)` for each claim; nil in place of an empty list, which neither OpenID4VCI nor SD-JWT
--- VC uses.
local function list_of_claims(template, describe)
  local list = {}
  for index, name in ipairs(sorted_keys(template.claims)) do
    list[index] = describe(name, template.claims[name])
  end
  return #list > 0 and list or nil
end

--- Claims Description Objects; in a VC-JWT the claims are those of the subject.
local function describe_claims(template)
  return list_of_claims(template, function(name, claim)
    return {
      path = template.format == "jwt_vc_json" and { "credentialSubject", name } or { name },
      mandatory = claim.required == true,
      display = { { name = claim.label or name, locale = LOCALE } },
    }
  end)
end

local function configuration(template)
  local result = {
    format = template.format,
    scope = template.key,
    cryptographic_binding_methods_supported = { "jwk", "did:jwk" },
    credential_signing_alg_values_supported = ALGORITHMS,
    proof_types_supported = { jwt = { proof_signing_alg_values_supported = ALGORITHMS } },
    credential_metadata = { display = { display_of(template) }, claims = describe_claims(template) },
  }
  if template.format == "jwt_vc_json" then
    result.credential_definition = { type = { "VerifiableCredential", template.key } }
  else
    result.vct = template.vct
  end
  return result
end

--- Credential issuer metadata.
function M.issuer()
  local base, configurations = config.credential_issuer, {}
  for _, template in ipairs(templates.all()) do
    configurations[template.key] = configuration(template)
  end
  return {
    credential_issuer = base,
    credential_endpoint = base .. "/credential",
    nonce_endpoint = base .. "/nonce",
    notification_endpoint = base .. "/notification",
    credential_configurations_supported = configurations,
    display = { { name = "Credenco sandbox", locale = LOCALE } },
  }
end

--- Authorization server metadata. An issuer that takes only pre-authorized codes has no response types (12.3), and
--- empty members are left out (RFC 8414, 3.2).
function M.authorization_server()
  local base = config.credential_issuer
  return {
    issuer = base,
    token_endpoint = base .. "/token",
    grant_types_supported = { settings.GRANT_TYPE },
    token_endpoint_auth_methods_supported = { "none" },
    ["pre-authorized_grant_anonymous_access_supported"] = true,
  }
end

local function describe_type_claims(template)
  return list_of_claims(template, function(name, claim)
    return { path = { name }, sd = "always", display = { { locale = LOCALE, label = claim.label or name } } }
  end)
end

--- SD-JWT VC type metadata, at the URL that is the template's `vct`.
function M.credential_type(template)
  local display = template.display
  return {
    vct = template.vct,
    name = template.name,
    description = template.description,
    display = { {
      locale = LOCALE, name = template.name,
      rendering = { simple = { background_color = display.background_color, text_color = display.text_color } },
    } },
    claims = describe_type_claims(template),
  }
end

return M
