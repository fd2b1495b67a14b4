--- What the issuer publishes about itself (OpenID4VCI 1.0, 12.2) and about its
--- authorization server (RFC 8414), which it is itself.
local config = require "credenco.sandbox.app.config"
local json = require "credenco.sandbox.app.json"
local offers = require "credenco.sandbox.issuer.offers"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

local LOCALE = "en"
local ALGORITHMS = { "ES256" }

local function sorted_names(claims)
  local names = {}
  for name in pairs(claims) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function display_of(template)
  local display = template.display
  return {
    name = template.name, locale = LOCALE, description = template.description,
    background_color = display.background_color, text_color = display.text_color,
  }
end

--- Claims Description Objects; in a VC-JWT the claims are those of the subject.
local function describe_claims(template)
  local list = json.array({})
  for index, name in ipairs(sorted_names(template.claims)) do
    local claim = template.claims[name]
    local path = template.format == "jwt_vc_json" and { "credentialSubject", name } or { name }
    list[index] = {
      path = path, mandatory = claim.required == true,
      display = { { name = claim.label or name, locale = LOCALE } },
    }
  end
  return list
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

--- Authorization server metadata.
function M.authorization_server()
  local base = config.credential_issuer
  return {
    issuer = base,
    token_endpoint = base .. "/token",
    grant_types_supported = { offers.GRANT_TYPE },
    response_types_supported = json.array({}),
    token_endpoint_auth_methods_supported = { "none" },
    ["pre-authorized_grant_anonymous_access_supported"] = true,
  }
end

--- SD-JWT VC type metadata, at the URL that is the template's `vct`.
function M.credential_type(template)
  local claims = json.array({})
  for index, name in ipairs(sorted_names(template.claims)) do
    claims[index] = {
      path = { name }, sd = "always",
      display = { { lang = LOCALE, label = template.claims[name].label or name } },
    }
  end
  local display = template.display
  return {
    vct = template.vct,
    name = template.name,
    description = template.description,
    display = { {
      lang = LOCALE, name = template.name,
      rendering = { simple = { background_color = display.background_color, text_color = display.text_color } },
    } },
    claims = claims,
  }
end

return M
