--- What an issuer may answer, as far as this wallet reads it (`credenco.sandbox.app.schema`). Each schema names
--- its clause; what it does not declare is ignored, as the specifications ask (OpenID4VCI 1.0, "MUST ignore").
local M = {}

M.GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

local MAX_CONFIGURATIONS = 20
local MAX_URL = 2048
local MAX_CREDENTIAL = 512 * 1024

--- A field of a table below, made a required one.
local function required(schema)
  local copy = { required = true }
  for name, value in pairs(schema) do
    copy[name] = value
  end
  return copy
end

local TEXT = { type = "string" }
local NAME = { type = "string", min = 1, max = 1024 }
local URL = { type = "string", min = 1, max = MAX_URL }
local NAMES = { type = "array", min = 1, items = NAME }

local function are_unique(list)
  local seen = {}
  for _, value in ipairs(list) do
    if seen[value] then return "must not name anything twice" end
    seen[value] = true
  end
end

--- The header section of a request carries it, so it has visible characters only (RFC 6749, A.12).
local function is_token(text)
  return text:find "^[\33-\126]+$" == nil and "must have visible characters only" or nil
end

local function is_bearer(token_type)
  return token_type:lower() ~= "bearer" and "must be Bearer" or nil
end

--- Credential offer: OpenID4VCI 1.0, 4.1.1.
M.OFFER = { type = "object", members = {
  credential_issuer = required(URL),
  credential_configuration_ids = {
    type = "array", required = true, min = 1, max = MAX_CONFIGURATIONS, items = NAME, check = are_unique,
  },
  grants = { type = "object", members = {
    [M.GRANT_TYPE] = { type = "object", members = {
      ["pre-authorized_code"] = { type = "string", required = true, min = 1 },
      tx_code = { type = "object" },
      authorization_server = URL,
    } },
  } },
} }

local DISPLAY = { type = "array", lenient = true, items = { type = "object", lenient = true, members = {
  name = { type = "string", lenient = true, max = 1024 },
  background_color = { type = "string", lenient = true, max = 64 },
  text_color = { type = "string", lenient = true, max = 64 },
} } }

local ENCRYPTION = { type = "object", members = { encryption_required = { type = "boolean" } } }

--- Credential issuer metadata: OpenID4VCI 1.0, 12.2.4. The configurations are read when they are offered.
M.ISSUER = { type = "object", members = {
  credential_issuer = required(URL),
  authorization_servers = { type = "array", min = 1, max = 20, items = URL },
  credential_endpoint = required(URL),
  nonce_endpoint = URL,
  notification_endpoint = URL,
  credential_request_encryption = ENCRYPTION,
  credential_response_encryption = ENCRYPTION,
  display = DISPLAY,
  credential_configurations_supported = { type = "object", required = true, values = { type = "any" } },
} }

--- One of `credential_configurations_supported`: OpenID4VCI 1.0, 12.2.4, A.1.1.2 and A.3.2.
M.CONFIGURATION = { type = "object", members = {
  format = required(NAME),
  vct = NAME,
  credential_definition = { type = "object", members = { type = required(NAMES) } },
  cryptographic_binding_methods_supported = NAMES,
  proof_types_supported = { type = "object", members = {
    jwt = { type = "object", members = {
      proof_signing_alg_values_supported = NAMES,
      key_attestations_required = { type = "object" },
    } },
  } },
  credential_metadata = { type = "object", lenient = true, members = { display = DISPLAY } },
  display = DISPLAY,
} }

--- Authorization server metadata: RFC 8414, 2.
M.SERVER = { type = "object", members = {
  issuer = required(URL),
  token_endpoint = required(URL),
  grant_types_supported = { type = "array", items = TEXT },
} }

--- Token response: RFC 6749, 5.1, and OpenID4VCI 1.0, 6.2.
M.TOKEN = { type = "object", members = {
  access_token = { type = "string", required = true, check = is_token },
  token_type = { type = "string", required = true, max = 64, check = is_bearer },
  authorization_details = { type = "array", items = { type = "object", members = {
    credential_configuration_id = NAME,
    credential_identifiers = NAMES,
  } } },
} }

--- Nonce response: OpenID4VCI 1.0, 7.2.
M.NONCE = { type = "object", members = {
  c_nonce = { type = "string", required = true, min = 1 },
} }

--- Credential response: OpenID4VCI 1.0, 8.3.
M.CREDENTIAL = { type = "object", members = {
  credentials = { type = "array", min = 1, items = { type = "object", members = {
    credential = { type = { "string", "object" }, required = true, max = MAX_CREDENTIAL },
  } } },
  transaction_id = TEXT,
  notification_id = TEXT,
} }

--- An error response: RFC 6749, 5.2, and OpenID4VCI 1.0, 8.3.1.
M.ERROR = { type = "object", members = {
  error = { type = "string", lenient = true, max = 256 },
} }

--- A public key: RFC 7517, 4. What else it has, such as a private part, is left out.
local JWK = { type = "object", members = {
  kty = required(NAME), crv = NAME, x = NAME, y = NAME, use = NAME, alg = NAME, kid = NAME,
  key_ops = { type = "array", items = TEXT },
} }

local METHOD_MEMBERS = { id = required(URL), publicKeyJwk = JWK }

--- DID document: DID Core, 5. A verification method that this wallet cannot read is as good as none.
M.DID_DOCUMENT = { type = "object", members = {
  id = required(URL),
  verificationMethod = { type = "array", items = { type = "object", lenient = true, members = METHOD_MEMBERS } },
  assertionMethod = {
    type = "array", items = { type = { "string", "object" }, lenient = true, members = METHOD_MEMBERS },
  },
} }

return M
