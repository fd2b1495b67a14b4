--- The Credenco API, each endpoint once: its place, its credentials, its request, and the reader of its response.
--- Requests, URLs and readers follow from this table, and so do the final statuses of an issue. The table in
--- src/core/verdict.c has the meaning of an HTTP status, by endpoint.

local core = require "credenco.core"
local json = require "credenco.base.json"
local readers = require "credenco.client.readers"

---@class credenco.Endpoint
---@field step string                its name in errors and events
---@field method string?             nil: the call has its own
---@field at "base_url"|"wallet_base_url"|nil  the option with the URL that the path belongs to
---@field path string?               every {name} in it is replaced, percent-encoded; nil: the call has a URL
---@field authorized boolean?        sends the client's credentials
---@field headers table?             for requests without credentials
---@field headers_with (fun(authorization: string?): table)?  for a call with its own credentials
---@field repeatable boolean?        may be repeated after a lost response
---@field body (fun(args: table, correlation_id: string?): table)?  makes the request's JSON
---@field read fun(body: string, call: credenco.Call, response: table): table?, string?  makes the result of the call; or nil and the problem
---@field hides (fun(sent: any): any)?  the part of the sent JSON that no error may show
---@field find (fun(contacts: table[], sent: table): table?, boolean?)?  looks in `list` for the work of a call whose response was lost
---@field list credenco.Endpoint?
---@field refused (fun(fields: table): string?)?  the code of a refusal that says more than its status
---@field pieces string[]            the parts of the path around the names

local BARE = { accept = "application/json" }

local function form_headers(authorization)
  return {
    accept = "application/json", ["content-type"] = "application/x-www-form-urlencoded", authorization = authorization,
  }
end

-- The endpoints -------------------------------------------------------------------------

local M = {}

local ALL = {}

local function endpoint(fields)
  fields.pieces = {}
  for piece in ((fields.path or "") .. "{}"):gmatch "(.-){[%w_]*}" do fields.pieces[#fields.pieces + 1] = piece end
  ALL[#ALL + 1] = fields
  return fields
end

local PUSH = "/api/oidc/offer/{wallet_key}"
local CONTACTS = "/api/wallets/{wallet_key}/trusted-contacts"

M.create_offer = endpoint {
  step = "create_offer", method = "POST", at = "base_url", path = "/api/v2/credential/issue",
  authorized = true, repeatable = true,
  body = function(args, correlation_id)
    return {
      correlation_id = correlation_id,
      template_id = args.template_id,
      claims = args.claims,
      qr_code = args.qr_code and json.object(args.qr_code),
      request_uri_base = args.request_uri_base,
    }
  end,
  read = readers.offer,
  hides = function(sent) return sent.claims end,
}

-- Anybody may call it, since the wallet protects itself with its trusted contacts. So a key sent there could only leak.
-- With `directIssue` the wallet takes the credential without asking its holder.
M.push_offer = endpoint {
  step = "push_offer", method = "POST", at = "wallet_base_url", headers = BARE, repeatable = true,
  path = PUSH .. "?directIssue=true&credential_offer_uri={offer_uri}",
  read = readers.push,
}

M.push_offer_to_inbox = endpoint {
  step = "push_offer", method = "POST", at = "wallet_base_url", headers = BARE, repeatable = true,
  path = PUSH .. "?credential_offer_uri={offer_uri}",
  read = readers.push,
}

M.issue_status = endpoint {
  step = "issue_status", method = "GET", at = "base_url", path = "/api/v2/issue/{correlation_id}",
  authorized = true, repeatable = true,
  read = readers.status,
}

--- The final statuses of an issue, and the outcome of each. Any other status, known or not, means "not finished".
---@type table<string, "issued"|"failed">
M.FINAL = { issue_completed = "issued", error = "failed" }

-- Not documented: a service without such a list responds with 404 or 405.
M.trusted_contacts = endpoint {
  step = "trust_issuer", method = "GET", at = "base_url", path = CONTACTS,
  authorized = true, repeatable = true,
  read = readers.contacts,
}

M.trust_issuer = endpoint {
  step = "trust_issuer", method = "POST", at = "base_url", path = CONTACTS,
  authorized = true, repeatable = true,
  body = function(args)
    return { did = args.did, name = args.name, directIssueAllowed = args.direct_issue_allowed ~= false }
  end,
  read = readers.contact,
  list = M.trusted_contacts,
  find = readers.find_contact,
}

-- OAuth2 client credentials (RFC 6749, 4.4); the request carries its own.
M.token = endpoint {
  step = "token", method = "POST", headers_with = form_headers, repeatable = true,
  read = readers.token,
  refused = function(fields) return fields.error == "invalid_client" and "unauthorized" or nil end,
}

--- Any other endpoint of the service.
M.request = endpoint {
  step = "request", authorized = true,
  read = readers.anything,
  hides = function(sent) return sent end,
}

--- The same with a method that is idempotent (RFC 9110, 9.2.2).
M.idempotent_request = endpoint {
  step = "request", authorized = true, repeatable = true,
  read = readers.anything,
  hides = function(sent) return sent end,
}

--- The start of each endpoint's URL for a client, up to the first name in its path.
---@param urls { base_url: string, wallet_base_url: string }
---@return table<credenco.Endpoint, string>
function M.starts(urls)
  local starts = {}
  for _, described in ipairs(ALL) do
    if described.at then starts[described] = urls[described.at] .. described.pieces[1] end
  end
  return starts
end

--- An endpoint's URL, with values for the names in its path.
---@param starts table<credenco.Endpoint, string>
---@param which credenco.Endpoint
---@param first string?
---@param second string?
---@return string
function M.url(starts, which, first, second)
  local start = starts[which]
  if not first then return start end
  local pieces = which.pieces
  return (core.url(start, first, pieces[2], second, pieces[3]))
end

return M
