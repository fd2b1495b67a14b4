--- The JSON Schemas of the sandbox's requests and responses, by name, for its OpenAPI document.
local behaviours = require "credenco.sandbox.ground.behaviours"
local faults = require "credenco.sandbox.server.faults"
local json = require "credenco.sandbox.ground.json"
local roles = require "credenco.base.roles"

local TEXT, TRUTH, ANY = { type = "string" }, { type = "boolean" }, json.decode "{}"
local WHOLE = { type = "integer" }
local ID = { type = "integer", minimum = 1 }
local SECONDS = { type = "integer", description = "seconds since the epoch" }
local URL = { type = "string", pattern = "^https?://" }
local DID = { type = "string", pattern = "^did:[a-z0-9]+:." }

local function ref(name) return { ["$ref"] = "#/components/schemas/" .. name } end
local function list(items) return { type = "array", items = items } end
local function one_of(values) return { type = "string", enum = json.array(values) } end

--- An object. A name that ends in `?` may be missing. Other members are not allowed.
local function object(members)
  local schema = { type = "object", properties = {}, required = json.array({}), additionalProperties = false }
  for name, member in pairs(members) do
    local bare = name:gsub("%?$", "")
    schema.properties[bare] = member
    if bare == name then
      table.insert(schema.required, bare)
    end
  end
  table.sort(schema.required)
  return schema
end

--- An object that may have other members, such as one of a specification.
local function open(members)
  local schema = object(members)
  schema.additionalProperties = nil
  return schema
end

local function behaviour_schema(required)
  local members = {}
  for _, row in ipairs(behaviours.LIST) do
    members[row.name .. (required and "" or "?")] = row.values and one_of(row.values)
      or { type = "integer", minimum = row.range[1], maximum = row.range[2] }
  end
  return object(members)
end

local ROLES, LIFETIME = list(one_of(roles.LIST)), { type = "integer", minimum = 0 }

local FAULT = object {
  endpoint = TEXT, effect = one_of(faults.EFFECTS), ["nth?"] = ID, ["every?"] = ID, ["first?"] = ID,
  ["probability?"] = { type = "number", minimum = 0, maximum = 1 },
  ["status?"] = { type = "integer", minimum = 200, maximum = 599 }, ["retry_after?"] = ANY,
  ["delay_ms?"] = WHOLE, ["bytes?"] = ID, ["change?"] = one_of(faults.CHANGES), ["body?"] = ANY,
}

return {
  Problem = open { type = TEXT, status = WHOLE, title = TEXT, detail = TEXT, ["field?"] = TEXT },
  OAuthError = open { error = TEXT, ["error_description?"] = TEXT },
  IssueOrder = open {
    template_id = TEXT, claims = { type = "object" }, ["correlation_id?"] = TEXT, ["request_uri_base?"] = URL,
    ["qr_code?"] = { type = "object" },
  },
  Issue = object { correlation_id = TEXT, request_uri = TEXT, status_uri = URL, ["qr_uri?"] = TEXT },
  IssueStatus = object { correlation_id = TEXT, status = TEXT, ["revocation_uuid?"] = TEXT },
  Token = object { access_token = TEXT, token_type = TEXT, expires_in = WHOLE, ["scope?"] = TEXT },
  Offer = object {
    credential_issuer = URL, credential_configuration_ids = list(TEXT), grants = { type = "object" },
  },
  NewContact = open { did = DID, name = TEXT, ["directIssueAllowed?"] = TRUTH },
  Contact = object {
    id = ID, did = DID, name = TEXT, directIssueAllowed = TRUTH, createdAt = TEXT, lastModifiedAt = TEXT,
  },
  Contacts = list(ref "Contact"),
  Metadata = open { credential_issuer = URL, credential_configurations_supported = { type = "object" } },
  ServerMetadata = open { issuer = URL, token_endpoint = URL },
  Nonce = object { c_nonce = TEXT },
  CredentialRequest = open { credential_configuration_id = TEXT, proofs = { type = "object" } },
  Credentials = object { credentials = list(object { credential = TEXT }), ["notification_id?"] = TEXT },
  Notification = open { notification_id = TEXT, event = TEXT },
  DidDocument = open { id = DID, verificationMethod = list { type = "object" } },
  CredentialType = open { vct = URL },
  Ready = object { ready = TRUTH },
  Settings = open {
    base_url = URL, issuer_did = DID, credential_issuer = URL, api_key = TEXT, templates = list { type = "object" },
  },
  Wallets = list(open { key = TEXT, name = TEXT }),
  NewWallet = open { ["name?"] = TEXT, ["trusts_issuer?"] = TRUTH, ["direct_issue_allowed?"] = TRUTH },
  Wallet = object {
    key = TEXT, name = TEXT, did = DID, credential_count = WHOLE, credentials = list(ref "Credential"),
    inbox = list(ref "InboxOffer"), discarded_count = WHOLE, discarded = list(ref "Discarded"),
    trusted_contacts = ref "Contacts",
  },
  Credential = open {
    id = ID, issuer = TEXT, template = TEXT, name = TEXT, claims = { type = "object" }, received_at = SECONDS,
    status = one_of { "valid", "revoked", "suspended", "expired", "unknown" }, ["raw?"] = TEXT,
  },
  InboxOffer = open { id = ID, state = one_of { "NEW", "READ", "PROCESSED" }, received_at = SECONDS,
    ["outcome?"] = one_of { "accepted", "dismissed", "failed" } },
  Discarded = object {
    id = ID, reason = TEXT, detail = TEXT, at = SECONDS, ["issuer?"] = TEXT, ["template?"] = TEXT, ["name?"] = TEXT,
    ["claims?"] = { type = "object" },
  },
  Push = object {
    state = one_of { "waiting", "kept", "discarded", "inbox" }, ["id?"] = ID, ["reason?"] = TEXT, ["detail?"] = TEXT,
  },
  UnderWay = object { under_way = WHOLE },
  Log = list(open { id = ID, at = SECONDS, source = TEXT, step = TEXT, ok = TRUTH }),
  Revoked = open { status_list = object { uri = URL, idx = WHOLE }, ["revocation_uuid?"] = TEXT },
  Advance = object { advance_s = { type = "integer", minimum = 0 } },
  Clock = object { now = SECONDS },
  KeyChange = object { ["roles?"] = ROLES, ["expires_in_s?"] = LIFETIME },
  ClientChange = object { ["roles?"] = ROLES, ["expires_in_s?"] = LIFETIME, ["secret?"] = TEXT },
  Account = object { roles = ROLES, ["expires_at?"] = SECONDS },
  Behaviour = behaviour_schema(true),
  BehaviourChange = behaviour_schema(false),
  FaultsOrder = object { ["seed?"] = WHOLE, rules = list(FAULT) },
  Faults = object { seed = WHOLE, rules = list(FAULT) },
}
