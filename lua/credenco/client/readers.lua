--- Readers of the API's responses: each takes a body, its call and the transport's response, and gives the result of
--- the call, or nil and the problem.

--- A credential offer (OpenID4VCI 1.0, 4.1.3).
---@class credenco.Offer
---@field correlation_id string the id of the issue
---@field request_uri string the issuer's address of the offer, as a holder opens or scans it
---@field offer_uri string the `credential_offer_uri` in it, decoded: a secret until it is used
---@field status_uri? string the address at which the issuer reports the status
---@field qr_uri? string with `qr_code`: a PNG image as a `data:` URI
---@field traceparent? string the W3C Trace Context of the call, if it had one

--- An offer that was delivered to a wallet.
---@class credenco.Issue : credenco.Offer
---@field http_status integer the status of the delivery's response: a 2xx

--- The issuer's progress with an issue.
---@class credenco.IssueStatus
---@field status string the issuer's own word, at most 100 bytes; `issue_completed` and `error` are final, all others are not
---@field correlation_id string the id of the issue
---@field revocation_uuid? string the id with which the issuer can revoke the credential later
---@field http_status integer of the response: a 2xx

--- A trusted contact of a wallet.
---@class credenco.Contact
---@field id? integer|string the wallet's number for it, as text if it is beyond 2^53
---@field did? string the issuer's DID
---@field name? string its name in the wallet
---@field direct_issue_allowed boolean the wallet keeps credentials that the issuer delivers directly
---@field http_status integer of the response: a 2xx

--- A response to `request`.
---@class credenco.Response
---@field http_status integer a 2xx
---@field json any the value of the body, nil if the body is not JSON; an integer beyond 2^53 is text
---@field body string the bytes of the body

local core = require "credenco.core"
local json = require "credenco.base.json"
local text = require "credenco.client.server_text"

local M = {}

local is_plain = core.plain_text

local NO_OBJECT = "the response is not a JSON object"

local function object(body)
  local value = json.decode(body)
  if type(value) == "table" then return value end
end

local function word(value)
  if type(value) == "string" and value ~= "" then return value end
end

-- An id that fits into a request's path and into any file.
local function identifier(value)
  return is_plain(value) and value or nil
end

-- Whether a response names another issue than the one asked about. Then it belongs to another request.
local function is_other(id, correlation_id)
  if id == correlation_id or id == nil or id == json.null or id == "" then return false end
  return type(id) ~= "number" or id % 1 ~= 0 or ("%.0f"):format(id) ~= correlation_id
end

local OTHER_ISSUE = "the response is about another issue: its correlation_id is not the one that was sent"

-- Text that every engine reads as the same number.
local SHORT_WHOLE = "^%-?%d" .. ("%d?"):rep(14) .. "$"

-- Lua 5.4 reads a JSON number as 7.0. An integer that Lua cannot hold exactly stays text.
local to_integer = rawget(math, "tointeger") or function(number) return number end

local function integer(value)
  if type(value) == "string" and not value:find(SHORT_WHOLE) then return word(value) end
  local number = tonumber(value)
  if not number or math.abs(number) > core.MAX_INTEGER then return nil end
  return to_integer(number) or number
end

-- Older servers leave out the prefix of the data: URI.
local function data_uri(value)
  local uri = word(value)
  if uri and not uri:find("^data:") then uri = "data:image/png;base64," .. uri end
  return uri
end

--- The raw `status` may be anything, so errors and logs get a bounded one.
local STATUS_MAX = 100

local function status_word(value)
  if is_plain(value) and #value <= STATUS_MAX then return value end
  local said = word(value)
  return said and text.valid_utf8((said:gsub("[%c\127]", "?"):sub(1, STATUS_MAX)))
end

--- A created offer, still without its `offer_uri`.
function M.offer(body, call)
  local fields = object(body)
  if not fields then return nil, NO_OBJECT end
  if is_other(fields.correlation_id, call.correlation_id) then return nil, OTHER_ISSUE end
  local request_uri = word(fields.request_uri)
  if not request_uri then return nil, "the response has no request_uri in text" end
  return {
    correlation_id = call.correlation_id,
    request_uri = request_uri,
    offer_uri = nil,
    status_uri = word(fields.status_uri),
    qr_uri = data_uri(fields.qr_uri),
    http_status = nil,
  }
end

-- Whether the server calls the body a web page. Reads the header field if the transport did not.
local function says_html(response)
  local content_type = response.headers and response.headers["content-type"]
  return response.is_html or content_type and core.media_type_is_html(tostring(content_type))
end

--- Accepts any body, since the documentation describes none. But a web page comes from a server before the wallet.
function M.push(body, call, response)
  if body ~= "" and (says_html(response) or text.is_web_page(body)) then
    return nil, "the response is a web page, not a wallet's"
  end
  return { http_status = call.http_status }
end

--- The status of an issue.
function M.status(body, call)
  local fields = object(body)
  if not fields then return nil, NO_OBJECT end
  if is_other(fields.correlation_id, call.correlation_id) then return nil, OTHER_ISSUE end
  local status = status_word(fields.status)
  if not status then return nil, "the response has no status in text" end
  return {
    status = status,
    correlation_id = call.correlation_id,
    revocation_uuid = identifier(fields.revocation_uuid),
    http_status = call.http_status,
  }
end

local function contact_of(fields, http_status)
  return {
    id = integer(fields.id),
    did = word(fields.did),
    name = word(fields.name),
    direct_issue_allowed = fields.directIssueAllowed == true,
    http_status = http_status,
  }
end

--- The contact that was made.
function M.contact(body, call)
  local fields = object(body)
  if not fields then return nil, NO_OBJECT end
  local contact = contact_of(fields, call.http_status)
  if not contact.id and not contact.did then return nil, "the response is not a trusted contact" end
  return contact
end

--- The trusted contacts of a wallet, as a list.
function M.contacts(body, call)
  local fields = object(body)
  if not fields or not json.is_array(fields) then return nil, "the response is not a list" end
  local contacts = {}
  for i, contact in ipairs(fields) do
    if type(contact) ~= "table" or not word(contact.did) then return nil, "the response is not a list of contacts" end
    contacts[i] = contact_of(contact, call.http_status)
  end
  return contacts
end

-- The contact that was to be added. If one with the same DID differs, it may be an older one, or it may have been
-- changed since: then the outcome stays unknown.
function M.find_contact(contacts, sent)
  local doubtful = false
  for _, contact in ipairs(contacts) do
    if contact.did == sent.did then
      if contact.name == sent.name and contact.direct_issue_allowed == sent.directIssueAllowed then return contact end
      doubtful = true
    end
  end
  return nil, doubtful
end

-- Ignores case. A missing token_type, which the standard requires, counts as Bearer, which nearly all issue.
local function is_bearer(token_type)
  return token_type == nil or token_type == json.null or type(token_type) == "string" and token_type:lower() == "bearer"
end

local LONGEST_WAIT_MS = 10000000000000 -- past every deadline, and printed in full by every engine

--- The wait that a response asks for. If the transport did not read the header field (RFC 9110, 10.2.3), reads seconds,
--- but not dates.
---@param response table
---@return integer?
function M.retry_after_ms(response)
  local ms = response.retry_after_ms
  if not ms then
    local seconds = response.headers and tostring(response.headers["retry-after"]):match("^%d+$")
    ms = seconds and math.min(tonumber(seconds), LONGEST_WAIT_MS / 1000) * 1000
  end
  return ms and to_integer(math.floor(math.min(ms, LONGEST_WAIT_MS)))
end

-- OAuth2 (RFC 6749, 5.1).
function M.token(body, call)
  local fields = object(body)
  local value = fields and word(fields.access_token)
  if not value then return nil, "the response has no access_token in text" end
  if value:find("[^\33-\126]") then return nil, "the access_token has bytes that a header cannot hold" end
  if not is_bearer(fields.token_type) then return nil, "the token_type is not Bearer, the only one known here" end
  local seconds = tonumber(fields.expires_in)
  return {
    value = value, lifetime_ms = seconds and seconds > 0 and seconds * 1000 or nil, http_status = call.http_status,
  }
end

--- Any response, to `request`.
function M.anything(body, call)
  return { json = json.decode(body), body = body, http_status = call.http_status }
end

--- The server's own message about a failure: RFC 9457 problem details, the product's {message, error_details}, OAuth2's
--- error (RFC 6749, 5.2), else the body as text.
---@param body string
---@return string words
---@return table? fields  the JSON object, if the body is one
function M.server_words(body)
  local fields = object(body)
  if not fields then return text.is_web_page(body) and "" or body end
  local words = {}
  for _, name in ipairs { "title", "detail", "message", "error_details", "error", "error_description" } do
    words[#words + 1] = word(fields[name])
  end
  return table.concat(words, ": "), fields
end

return M
