--- The JSON Schemas of the sandbox's requests and responses, by name, for its OpenAPI document. Most of those of requests
--- are made from the schemas with which the sandbox reads them.
local accounts = require "credenco.sandbox.server.accounts"
local behaviours = require "credenco.sandbox.ground.behaviours"
local control = require "credenco.sandbox.server.control"
local faults = require "credenco.sandbox.server.faults"
local json = require "credenco.sandbox.ground.json"
local json_schema = require "credenco.sandbox.server.json_schema"
local request_schemas = require "credenco.sandbox.issuer.request_schemas"
local roles = require "credenco.base.roles"
local wallet_api = require "credenco.sandbox.wallet.wallet_api"
local window = require "credenco.sandbox.wallet.window"

local TEXT, TRUTH = { type = "string" }, { type = "boolean" }
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

-- The issuer reads the claims by themselves.
local function issue_order()
  local order = json_schema.of(request_schemas.ISSUE)
  order.properties.claims = { type = "object" }
  table.insert(order.required, "claims")
  return order
end

return {
  Problem = open { type = TEXT, status = WHOLE, title = TEXT, detail = TEXT, ["field?"] = TEXT },
  OAuthError = open { error = TEXT, ["error_description?"] = TEXT },
  IssueOrder = issue_order(),
  Issue = object { correlation_id = TEXT, request_uri = TEXT, status_uri = URL, ["qr_uri?"] = TEXT },
  IssueStatus = object { correlation_id = TEXT, status = TEXT, ["revocation_uuid?"] = TEXT },
  Token = object { access_token = TEXT, token_type = TEXT, expires_in = WHOLE, ["scope?"] = TEXT },
  Offer = object {
    credential_issuer = URL, credential_configuration_ids = list(TEXT), grants = { type = "object" },
  },
  NewContact = json_schema.of(wallet_api.CONTACT),
  Contact = object {
    id = ID, did = DID, name = TEXT, directIssueAllowed = TRUTH, createdAt = TEXT, lastModifiedAt = TEXT,
  },
  Contacts = list(ref "Contact"),
  Metadata = open { credential_issuer = URL, credential_configurations_supported = { type = "object" } },
  ServerMetadata = open { issuer = URL, token_endpoint = URL },
  Nonce = object { c_nonce = TEXT },
  CredentialRequest = open { credential_configuration_id = TEXT, proofs = { type = "object" } },
  Credentials = object { credentials = list(object { credential = TEXT }), ["notification_id?"] = TEXT },
  Notification = json_schema.of(request_schemas.NOTIFICATION),
  DidDocument = open { id = DID, verificationMethod = list { type = "object" } },
  CredentialType = open { vct = URL },
  Ready = object { ready = TRUTH },
  Settings = open {
    base_url = URL, issuer_did = DID, credential_issuer = URL, api_key = TEXT, templates = list { type = "object" },
  },
  Wallets = list(open { key = TEXT, name = TEXT }),
  NewWallet = json_schema.of(window.NEW_WALLET),
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
  Advance = json_schema.of(control.ADVANCE),
  Clock = object { now = SECONDS },
  KeyChange = json_schema.of(accounts.KEY),
  ClientChange = json_schema.of(accounts.CLIENT),
  Account = object { roles = list(one_of(roles.LIST)), ["expires_at?"] = SECONDS },
  Behaviour = behaviour_schema(true),
  BehaviourChange = behaviour_schema(false),
  FaultsOrder = json_schema.of(faults.ORDER),
  Faults = object { seed = WHOLE, rules = list(json_schema.of(faults.RULE)) },
}
