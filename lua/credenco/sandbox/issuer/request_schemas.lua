--- Schemas of requests to the issuer (`credenco.sandbox.ground.schema`). Each names its clause. Members that it does
--- not declare are ignored.
local schema = require "credenco.sandbox.ground.schema"

local required = schema.required

local M = {}

local TEXT = { type = "string" }
local NAME = { type = "string", min = 1, max = 1024 }

--- A colour of a QR code or a template.
M.COLOUR = schema.matching("^#%x%x%x%x%x%x$", "must be a colour such as #12355b")

local function is_web_url(text)
  return not text:find "^https?://[^/%s%c]+[^%s%c]*$" and "must be a URL" or nil
end

local function is_for_signatures(use)
  return use ~= "sig" and "must be sig" or nil
end

--- The issue call of the product, without `claims`, which issuer_api.lua reads.
M.ISSUE = { type = "object", nulls = "refused", members = {
  template_id = { type = "string", required = true, max = 255 },
  correlation_id = { type = "string", min = 1, max = 255 },
  request_uri_base = { type = "string", max = 2048, check = is_web_url },
  qr_code = { type = "object", nulls = "refused", members = {
    size = { type = "integer", min = 50, max = 2000 }, -- this and the next in pixels
    padding = { type = "integer", min = 0, max = 500 },
    color_dark = M.COLOUR, color_light = M.COLOUR,
  } },
} }

--- Credential request: OpenID4VCI 1.0, 8.2. The issuer reads proofs of the type F.1, and only the names of other types.
M.CREDENTIAL = { type = "object", members = {
  credential_identifier = NAME,
  credential_configuration_id = NAME,
  credential_response_encryption = { type = "object" },
  proofs = { type = "object", values = { type = "any" }, members = {
    jwt = { type = "array", min = 1, items = TEXT },
  } },
} }

--- Notification request: OpenID4VCI 1.0, 11.1.
M.NOTIFICATION = { type = "object", members = {
  notification_id = required(NAME),
  event = required(NAME),
  event_description = TEXT,
} }

--- The key of a proof: RFC 7517, 4.
M.KEY = { type = "object", nulls = "refused", members = {
  kty = required(NAME), crv = NAME, x = NAME, y = NAME, d = { type = "any" },
  use = { type = "string", check = is_for_signatures },
} }

--- The header of a proof: OpenID4VCI 1.0, F.1.
M.PROOF_HEADER = { type = "object", nulls = "refused", members = {
  alg = required(NAME), typ = required(NAME), kid = TEXT, jwk = { type = "object" }, x5c = { type = "any" },
} }

--- The payload of a proof: OpenID4VCI 1.0, F.1, and RFC 7519, 4.1. Its nonce has an error code of its own.
M.PROOF_PAYLOAD = { type = "object", nulls = "refused", members = {
  iss = TEXT,
  aud = { type = { "string", "array" }, required = true, items = TEXT },
  iat = { type = "number", required = true },
  exp = { type = "number" },
  nbf = { type = "number" },
  nonce = required(NAME),
} }

return M
