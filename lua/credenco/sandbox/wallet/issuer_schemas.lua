--- Schemas of an issuer's responses (`credenco.sandbox.ground.schema`). Each names its clause. Members that it does not
--- declare are ignored, as the specifications require (OpenID4VCI 1.0, "MUST ignore").
local jwk = require "credenco.sandbox.crypto.jwk"
local schema = require "credenco.sandbox.ground.schema"
local settings = require "credenco.sandbox.ground.options"

local required = schema.required

local M = {}

local MAX_CONFIGURATIONS = 20
local MAX_URL = 2048
local MAX_CREDENTIAL = 512 * 1024

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

--- A request's header section carries it, so it has only visible characters (RFC 6749, A.12).
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
    [settings.GRANT_TYPE] = { type = "object", members = {
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

--- Credential issuer metadata: OpenID4VCI 1.0, 12.2.4. A configuration is read when it is offered.
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

local METHOD_MEMBERS = { id = required(URL), publicKeyJwk = jwk.SCHEMA }

--- DID document: DID Core, 5. Ignores verification methods that this wallet cannot read.
M.DID_DOCUMENT = { type = "object", members = {
  id = required(URL),
  verificationMethod = { type = "array", items = { type = "object", lenient = true, members = METHOD_MEMBERS } },
  assertionMethod = {
    type = "array", items = { type = { "string", "object" }, lenient = true, members = METHOD_MEMBERS },
  },
} }

--- NumericDate: RFC 7519, 2; up to the year 9999, so that every reader can show it.
local TIME = { type = "number", min = -62135596800, max = 253402300799 }

--- Token Status List, 6.2. `status` may have other mechanisms, which this wallet ignores.
local STATUS = { type = "object", members = {
  status_list = { type = "object", members = {
    idx = { type = "integer", required = true, min = 0 },
    uri = required(URL),
  } },
} }

--- Confirmation: RFC 7800, 3.
local CONFIRMATION = { type = "object", members = { jwk = jwk.SCHEMA, kid = TEXT } }

--- The payload of an SD-JWT VC, with its disclosed claims in their places: SD-JWT VC, 3.2.2.
M.SD_JWT_PAYLOAD = { type = "object", nulls = "refused", values = schema.ANY, members = {
  iss = URL, sub = TEXT, vct = NAME, iat = TIME, nbf = TIME, exp = TIME, cnf = CONFIRMATION, status = STATUS,
} }

--- `issuer` is a URI, or an object with a URI: VCDM 1.1, 4.5.
local ISSUER_OF = { type = { "string", "object" }, members = { id = required(URL) } }

local function has_a_subject(subjects)
  return next(subjects) == nil and "must not be empty" or nil
end

--- The payload of a VC-JWT: VCDM 1.1, 4 and 6.3.1.
M.VC_JWT_PAYLOAD = { type = "object", nulls = "refused", members = {
  iss = URL, sub = TEXT, jti = TEXT, iat = TIME, nbf = TIME, exp = TIME, cnf = CONFIRMATION, status = STATUS,
  vc = { type = "object", required = true, nulls = "refused", members = {
    ["@context"] = {
      type = { "array", "string" }, required = true, min = 1, items = { type = { "string", "object" } },
    },
    type = { type = { "array", "string" }, required = true, min = 1, items = NAME },
    credentialSubject = {
      type = { "object", "array" }, required = true, items = { type = "object" }, check = has_a_subject,
    },
    id = TEXT, issuer = ISSUER_OF, issuanceDate = TEXT, expirationDate = TEXT, validFrom = TEXT, validUntil = TEXT,
  } },
} }

--- Status list token: Token Status List, 5.1.
M.STATUS_TOKEN = { type = "object", nulls = "refused", members = {
  sub = required(URL), iat = required(TIME), nbf = TIME, exp = TIME,
  ttl = { type = "number", min = 0 },
  status_list = { type = "object", required = true, members = {
    bits = { type = "integer", required = true, min = 1, max = 8 },
    lst = { type = "string", required = true, max = MAX_CREDENTIAL },
  } },
} }

return M
