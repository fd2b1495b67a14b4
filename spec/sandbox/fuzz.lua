--- Every reader of the wallet under changed inputs, inside nginx: it may take them or refuse them in words, and must
--- never throw. `spec/sandbox/fuzz_spec.lua` runs it.
local base64 = require "credenco.base.base64"
local config = require "credenco.sandbox.ground.config"
local dates = require "credenco.sandbox.wallet.dates"
local did = require "credenco.sandbox.wallet.did"
local es256 = require "credenco.sandbox.crypto.es256"
local json = require "credenco.sandbox.ground.json"
local jwk = require "credenco.sandbox.crypto.jwk"
local jws = require "credenco.sandbox.crypto.jws"
local loop = require "credenco.loop"
local mutations = require "spec.sandbox.mutations"
local orders = require "credenco.sandbox.wallet.orders"
local reach = require "credenco.sandbox.wallet.reach"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.wallet.issuer_schemas"
local sd_jwt = require "credenco.sandbox.crypto.sd_jwt"
local settings = require "credenco.sandbox.ground.options"
local status_list = require "credenco.sandbox.crypto.status_list"
local verify = require "credenco.sandbox.wallet.verify"

local M = {}

config.allow = config.allow or {}

local array = json.array
local KEY, HOLDER = es256.generate(), es256.generate()
local ISSUER = "did:jwk:" .. base64.encode_url(json.encode(es256.public(KEY)))
local NOW = os.time()

local function digest(disclosure) return base64.encode_url(es256.sha256(disclosure)) end

local OFFER = {
  credential_issuer = "http://127.0.0.1:1/x", credential_configuration_ids = array { "a", "b" },
  grants = { [settings.GRANT_TYPE] = { ["pre-authorized_code"] = "c", authorization_server = "http://127.0.0.1:1/x" } },
}
local SD_CONFIGURATION = {
  format = "dc+sd-jwt", vct = "v", cryptographic_binding_methods_supported = array { "jwk", "did:jwk" },
  proof_types_supported = { jwt = { proof_signing_alg_values_supported = array { "ES256" } } },
  credential_metadata = { display = array { { name = "n", background_color = "#fff" } } },
}
local VC_CONFIGURATION = {
  format = "jwt_vc_json", credential_definition = { type = array { "VerifiableCredential", "T" } },
  cryptographic_binding_methods_supported = array { "did:jwk" },
}
local METADATA = {
  credential_issuer = "http://127.0.0.1:1/x", credential_endpoint = "http://127.0.0.1:1/c",
  authorization_servers = array { "http://127.0.0.1:1/x" }, nonce_endpoint = "http://127.0.0.1:1/n",
  credential_configurations_supported = { a = SD_CONFIGURATION, b = VC_CONFIGURATION },
  credential_response_encryption = { encryption_required = false }, display = array { { name = "n" } },
}
local STATUS = { idx = 7, uri = "http://127.0.0.1:1/s" }
local ENVELOPE = {
  iss = ISSUER, iat = NOW, nbf = NOW, exp = NOW + 1000, cnf = { jwk = es256.public(HOLDER) }, status = { status_list = STATUS },
}
local METHOD = { id = "#k", publicKeyJwk = es256.public(KEY) }

--- The envelope with more members.
local function envelope(more)
  local payload = {}
  for name, value in pairs(ENVELOPE) do payload[name] = value end
  for name, value in pairs(more) do payload[name] = value end
  return payload
end

local DISCLOSURES = {
  { "s1", "company", { name = "x", list = array { 1, json.null, "y" } } }, { "s2", "inner" }, { "s3", "deep", { a = 1 } },
}

--- An SD-JWT with the disclosures referenced where they fit, signed as it stands.
local function sd_jwt_of(header, payload, disclosures)
  local parts = { jws.sign(header, payload, KEY) }
  for _, disclosure in ipairs(disclosures) do parts[#parts + 1] = disclosure end
  return table.concat(parts, "~") .. "~"
end

local function context()
  return { holder_key = HOLDER, loopback_scheme = "http", deadline_ms = loop.now_ms() + 100 }
end

local function header_of(typ) return { typ = typ, kid = ISSUER .. "#0" } end

--- One of a list is changed, the others are as they are.
local function change_one(list)
  local changed, which = {}, math.random(#list)
  for index, value in ipairs(list) do
    changed[index] = index == which and mutations.value(value) or value
  end
  return changed
end

local function sd_jwt_input()
  local disclosures, texts = change_one(DISCLOSURES), {}
  for index, parts in ipairs(math.random(2) == 1 and disclosures or DISCLOSURES) do
    texts[index] = base64.encode_url(mutations.encode(parts))
  end
  local payload = envelope {
    vct = "v", _sd_alg = "sha-256", country = "NL", _sd = array { digest(texts[1]), "decoy" },
    list = array { { ["..."] = digest(texts[2]) }, 1 }, object = { _sd = array { digest(texts[3]) } },
  }
  local changed = change_one { header_of "dc+sd-jwt", payload }
  return { changed[1], changed[2], texts }
end

local function vc_jwt_input()
  return change_one { header_of "JWT", envelope {
    sub = "did:jwk:" .. base64.encode_url(json.encode(es256.public(HOLDER))), jti = "j",
    vc = {
      ["@context"] = array { "https://www.w3.org/2018/credentials/v1" }, type = array { "VerifiableCredential", "T" },
      id = "j", issuer = { id = ISSUER }, issuanceDate = "2020-01-01T00:00:00Z", expirationDate = "2099-01-01T00:00:00Z",
      credentialSubject = { company = "x" },
    },
  } }
end

local function is_object(value) return json.is_object(value) end

--- Reads a document through its schema, as bytes that were changed, or as values.
local function document(of_schema, valid)
  return function()
    local text = math.random(2) == 1 and mutations.text(json.encode(valid)) or mutations.encode(mutations.value(valid))
    return schema.decode(of_schema, text, "the document")
  end
end

--- What each reader makes of one changed input: a value, or nil and why.
M.READERS = {
  offer = document(schemas.OFFER, OFFER),
  ["issuer metadata"] = document(schemas.ISSUER, METADATA),
  configuration = document(schemas.CONFIGURATION, SD_CONFIGURATION),
  ["server metadata"] = document(schemas.SERVER, { issuer = "i", token_endpoint = "t", grant_types_supported = array { "g" } }),
  ["token response"] = document(schemas.TOKEN, { access_token = "t", token_type = "Bearer", authorization_details = array {
    { type = "openid_credential", credential_configuration_id = "a", credential_identifiers = array { "i" } } } }),
  ["nonce response"] = document(schemas.NONCE, { c_nonce = "n" }),
  ["credential response"] = document(schemas.CREDENTIAL, { credentials = array { { credential = "c" } }, notification_id = "n" }),
  ["error response"] = document(schemas.ERROR, { error = "invalid_grant" }),
  ["DID document"] = document(schemas.DID_DOCUMENT, {
    id = ISSUER, verificationMethod = array { METHOD }, assertionMethod = array { "#k", METHOD },
  }),
  ["status list"] = function()
    local read, err = document(schemas.STATUS_TOKEN, { sub = "s", iat = NOW, exp = NOW + 1000, ttl = 5,
      status_list = status_list.encode(64, { 7 }) })()
    local status_at = read and status_list.open(read.status_list)
    return status_at and { status_at(0) or "none", status_at(2 ^ 53) or "none" }, err or "no list"
  end,
  ["orders of an offer"] = function()
    local offer, offer_err = document(schemas.OFFER, OFFER)()
    local metadata, metadata_err = document(schemas.ISSUER, METADATA)()
    return offer and metadata and orders.of(offer, metadata), offer_err or metadata_err
  end,
  JWS = function()
    local token, err = jws.parse(mutations.text(jws.sign({ typ = "JWT" }, { a = 1 }, KEY)))
    return token and { token.header, token.payload }, err
  end,
  ["text of an SD-JWT"] = function()
    local parsed, err = sd_jwt.parse(mutations.text(sd_jwt.issue({ typ = "dc+sd-jwt" }, { vct = "v" }, { a = 1 }, KEY)))
    return parsed and parsed.payload, err
  end,
  ["SD-JWT VC"] = function()
    local input = sd_jwt_input()
    if not is_object(input[1]) then return nil, "no header" end
    return verify.credential(sd_jwt_of(input[1], input[2], input[3]), SD_CONFIGURATION, context())
  end,
  ["VC-JWT"] = function()
    local input = vc_jwt_input()
    if not is_object(input[1]) then return nil, "no header" end
    return verify.credential(jws.sign(input[1], input[2], KEY), VC_CONFIGURATION, context())
  end,
  ["key of a did:jwk"] = function()
    local text = math.random(2) == 1 and mutations.encode(mutations.value(es256.public(KEY)))
    local subject = text and "did:jwk:" .. base64.encode_url(text) or mutations.text(ISSUER)
    return did.key(subject, "#0", "http", loop.now_ms() + 100)
  end,
  JWK = function()
    local key, err = jwk.read(mutations.value { kty = "EC", crv = "P-256", x = KEY.x, y = KEY.y, use = "sig", alg = "ES256",
      key_ops = array { "verify" } })
    if key then es256.verify(key, "data", mutations.text(("s"):rep(64))) end
    return key, err
  end,
  date = function() return dates.seconds(mutations.text "2026-11-28T10:00:00.5+01:00"), "no date" end,
  URL = function() return reach.parse(mutations.text "http://127.0.0.1:8080/path?x=1"), "no URL" end,
}

--- Where a reader does not say why it refuses, or says it in words that cannot be shown.
local function flaw_of(value, err)
  if value == nil or value == false then
    local words = type(err) == "table" and err.reason and err.detail or err
    return type(words) ~= "string" and "refused without a reason" or not pcall(json.encode, words) and "odd words" or nil
  end
  return not pcall(json.encode, value) and "cannot be encoded" or nil
end

--- Runs a reader over `count` changed inputs.
---@return { taken: integer, refused: integer, failed: string[] }
function M.run(name, count, seed)
  math.randomseed(seed)
  local outcome = { taken = 0, refused = 0, failed = array {} }
  for number = 1, count do
    local ok, value, err = xpcall(M.READERS[name], debug.traceback)
    local flaw = ok and flaw_of(value, err) or not ok and value
    if flaw then outcome.failed[#outcome.failed + 1] = ("%d of seed %d: %s"):format(number, seed, tostring(flaw)) end
    local kind = ok and value and "taken" or "refused"
    outcome[kind] = outcome[kind] + 1
  end
  return outcome
end

return M
