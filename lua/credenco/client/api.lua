--- The Credenco API: each endpoint once. Where it is, who may call it, what its request holds, how its
--- response is read. Requests, URLs and readers follow from here, and so does which statuses of an
--- issue are final. What an HTTP status means, by endpoint, is the table in src/core/verdict.c.

local core = require "credenco.core"
local json = require "credenco.base.json"
local text = require "credenco.client.text"

---@class credenco.Endpoint
---@field step string                its name in errors and events; see steps.lua
---@field method string?             none: the call's own
---@field at "base_url"|"wallet_base_url"|nil  the option with the URL that the path belongs to
---@field path string?               every {name} in it is filled in, percent-encoded; none: the call brings a URL
---@field authorized boolean?        the client's credentials go along
---@field headers table?             where no credentials go along
---@field repeatable boolean?        it may be made again although the response was lost
---@field body (fun(args: table, correlation_id: string?): table)?  what is sent as JSON
---@field read fun(body: string, call: credenco.Call): table?, string?  what the call gives; or nil, and what is wrong
---@field hides (fun(sent: any): any)?  what of the JSON that was sent no error may show
---@field find (fun(contacts: table[], sent: table): table?, boolean?)?  looks in `list` for what a call whose response was lost has made
---@field list credenco.Endpoint?
---@field refused (fun(answer: table): string?)?  the code of a refusal that says more than its status
---@field pieces string[]            of the path: what stands around the names

local BARE = { accept = "application/json" }
local FORM = { accept = "application/json", ["content-type"] = "application/x-www-form-urlencoded" }

local is_plain = core.plain_text

-- Reading ------------------------------------------------------------------------------

local NO_OBJECT = "the response is not a JSON object"

local function object(body)
  local value = json.decode(body)
  if type(value) == "table" then return value end
end

local function word(value)
  if type(value) == "string" and value ~= "" then return value end
end

-- The text of an id that came as a number.
local function digits_of_id(body)
  local id = json.decode_exactly(body).correlation_id
  return type(id) == "number" and id == math.floor(id) and ("%.0f"):format(id) or id
end

-- Whether a response names another issue than the one that was asked about: then it belongs to another request.
local function is_other(id, correlation_id, body)
  if id == correlation_id or id == nil or id == json.null or id == "" then return false end
  return type(id) ~= "number" or digits_of_id(body) ~= correlation_id
end

local OTHER_ISSUE = "the response is about another issue: its correlation_id is not the one that was sent"

-- Lua 5.4 reads a number of JSON as 7.0; what no number holds exactly stays text.
local to_integer = rawget(math, "tointeger") or function(number) return number end

local function integer(value)
  local number = tonumber(value)
  if not number or number > 2 ^ 53 or number < -2 ^ 53 then return word(value) end
  return to_integer(number) or number
end

-- Older servers leave out the prefix of the data: URI.
local function data_uri(value)
  local uri = word(value)
  if uri and not uri:find("^data:") then uri = "data:image/png;base64," .. uri end
  return uri
end

--- The raw value of `status` may be anything; errors and logs get it bounded.
local STATUS_MAX = 100

local function status_word(value)
  if is_plain(value) and #value <= STATUS_MAX then return value end
  local said = word(value)
  return said and text.valid_utf8((said:gsub("[%c\127]", "?"):sub(1, STATUS_MAX)))
end

local function read_offer(body, call)
  local answer = object(body)
  if not answer then return nil, NO_OBJECT end
  if is_other(answer.correlation_id, call.correlation_id, body) then return nil, OTHER_ISSUE end
  local request_uri = word(answer.request_uri)
  if not request_uri then return nil, "the response has no request_uri in text" end
  return {
    correlation_id = call.correlation_id,
    request_uri = request_uri,
    offer_uri = nil,
    status_uri = word(answer.status_uri),
    qr_uri = data_uri(answer.qr_uri),
    http_status = nil,
  }
end

--- The documentation describes no body, so any will do, but a web page comes from somebody who stands
--- between here and the wallet.
local function read_push(body, call)
  if body ~= "" and text.is_web_page(body) then return nil, "the response is a web page, not a wallet's" end
  return { http_status = call.http_status }
end

local function read_status(body, call)
  local answer = object(body)
  if not answer then return nil, NO_OBJECT end
  if is_other(answer.correlation_id, call.correlation_id, body) then return nil, OTHER_ISSUE end
  local status = status_word(answer.status)
  if not status then return nil, "the response has no status in text" end
  return {
    status = status,
    correlation_id = call.correlation_id,
    revocation_uuid = word(answer.revocation_uuid),
    http_status = call.http_status,
  }
end

local function contact_of(answer, http_status)
  return {
    id = integer(answer.id),
    did = word(answer.did),
    name = word(answer.name),
    direct_issue_allowed = answer.directIssueAllowed == true,
    http_status = http_status,
  }
end

local function exact_object(body)
  local value = json.decode_exactly(body)
  if type(value) == "table" then return value end
end

local function read_contact(body, call)
  local answer = exact_object(body)
  if not answer then return nil, NO_OBJECT end
  local contact = contact_of(answer, call.http_status)
  if not contact.id and not contact.did then return nil, "the response is not a trusted contact" end
  return contact
end

local function read_contacts(body, call)
  local answer = exact_object(body)
  if not answer or not json.is_array(answer) and next(answer) ~= nil then return nil, "the response is not a list" end
  local contacts = {}
  for i, contact in ipairs(answer) do
    if type(contact) ~= "table" then return nil, "the response is not a list of contacts" end
    contacts[i] = contact_of(contact, call.http_status)
  end
  return contacts
end

-- The contact that was to be made. One of the same issuer that differs may be an older one, or may have been
-- changed meanwhile: then nobody can say.
local function find_contact(contacts, sent)
  local doubtful = false
  for _, contact in ipairs(contacts) do
    if contact.did == sent.did then
      if contact.name == sent.name and contact.direct_issue_allowed == sent.directIssueAllowed then return contact end
      doubtful = true
    end
  end
  return nil, doubtful
end

-- OAuth2 (RFC 6749, 5.1).
local function read_token(body, call)
  local answer = object(body)
  local value = answer and word(answer.access_token)
  if not value then return nil, "the response has no access_token in text" end
  if value:find("[^\33-\126]") then return nil, "the access_token has bytes no header can carry" end
  local seconds = tonumber(answer.expires_in)
  return {
    value = value, lifetime_ms = seconds and seconds > 0 and seconds * 1000 or nil, http_status = call.http_status,
  }
end

local function read_anything(body, call)
  return { json = json.decode_exactly(body), body = body, http_status = call.http_status }
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
  read = read_offer,
  hides = function(sent) return sent.claims end,
}

-- Anybody may call it: the wallet protects itself with its trusted contacts, so a key sent there could only
-- leak. With `directIssue` the wallet takes the credential in by itself.
M.push_offer = endpoint {
  step = "push_offer", method = "POST", at = "wallet_base_url", headers = BARE, repeatable = true,
  path = PUSH .. "?directIssue=true&credential_offer_uri={offer_uri}",
  read = read_push,
}

M.push_offer_to_inbox = endpoint {
  step = "push_offer", method = "POST", at = "wallet_base_url", headers = BARE, repeatable = true,
  path = PUSH .. "?credential_offer_uri={offer_uri}",
  read = read_push,
}

M.issue_status = endpoint {
  step = "issue_status", method = "GET", at = "base_url", path = "/api/v2/issue/{correlation_id}",
  authorized = true, repeatable = true,
  read = read_status,
}

--- The statuses that are known to be an issue's last, and what came of it. Any other one, also a value nobody
--- has seen yet, is "not finished".
---@type table<string, "issued"|"failed">
M.FINAL = { issue_completed = "issued", error = "failed" }

-- Not documented: a service that has no such list answers 404 or 405.
M.trusted_contacts = endpoint {
  step = "trust_issuer", method = "GET", at = "base_url", path = CONTACTS,
  authorized = true, repeatable = true,
  read = read_contacts,
}

M.trust_issuer = endpoint {
  step = "trust_issuer", method = "POST", at = "base_url", path = CONTACTS,
  authorized = true, repeatable = true,
  body = function(args)
    return { did = args.did, name = args.name, directIssueAllowed = args.direct_issue_allowed ~= false }
  end,
  read = read_contact,
  list = M.trusted_contacts,
  find = find_contact,
}

-- OAuth2 client credentials (RFC 6749, 4.4); the request carries its own.
M.token = endpoint {
  step = "token", method = "POST", headers = FORM, repeatable = true,
  read = read_token,
  refused = function(answer) return answer.error == "invalid_client" and "unauthorized" or nil end,
}

--- Any other endpoint of the service.
M.request = endpoint {
  step = "request", authorized = true,
  read = read_anything,
  hides = function(sent) return sent end,
}

--- The same with a method that is idempotent (RFC 9110, 9.2.2).
M.idempotent_request = endpoint {
  step = "request", authorized = true, repeatable = true,
  read = read_anything,
  hides = function(sent) return sent end,
}

--- The beginnings of the endpoints' URLs for a client, up to the first name in their paths.
---@param urls { base_url: string, wallet_base_url: string }
---@return table<credenco.Endpoint, string>
function M.starts(urls)
  local starts = {}
  for _, described in ipairs(ALL) do
    if described.at then starts[described] = urls[described.at] .. described.pieces[1] end
  end
  return starts
end

--- An endpoint's URL, with what stands for the names of its path.
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

--- The server's own words about a failure: RFC 9457 problem details, the product's {message, error_details},
--- OAuth2's error (RFC 6749, 5.2), else the body as text.
---@param body string
---@return string words
---@return table? answer  the JSON object, where it is one
function M.server_words(body)
  local answer = object(body)
  if not answer then return text.is_web_page(body) and "" or body end
  local words = {}
  for _, name in ipairs { "title", "detail", "message", "error_details", "error", "error_description" } do
    words[#words + 1] = word(answer[name])
  end
  return table.concat(words, ": "), answer
end

return M
