--- What the API's answers have to look like. A reader takes the body and the status of a
--- 2xx answer and gives what the call is about, or nil and what is wrong with it.

local core = require "credenco.core"
local errors = require "credenco.client.errors"
local json = require "credenco.base.json"
local options = require "credenco.base.options"

local M = {}

local is_plain = core.plain_text

local function text(value)
  if type(value) == "string" and value ~= "" then return value end
end

local function object(body)
  local value = json.decode(body)
  if type(value) == "table" then return value end
end

-- Fit to be asked about again.
local function identifier(value)
  if is_plain(value) and #value <= 255 then return value end -- nearly all are
  local id = text(value)
  if id and not options.identifier(id) then return id end
end

-- Lua 5.4 reads a number of JSON as 7.0.
local to_integer = rawget(math, "tointeger") or function(number) return number end

local function integer(value)
  local number = tonumber(value)
  return number and to_integer(number) or number
end

-- Older servers leave out the prefix of the data: URI.
local function data_uri(value)
  local uri = text(value)
  if uri and not uri:find("^data:") then uri = "data:image/png;base64," .. uri end
  return uri
end

--- The raw value of `status` may be anything; errors and logs get it bounded.
local STATUS_MAX = 100

local function status_word(value)
  if is_plain(value) and #value <= STATUS_MAX then return value end
  local word = text(value)
  return word and errors.valid_utf8((word:gsub("[%c\127]", "?"):sub(1, STATUS_MAX)))
end

function M.create_offer(body, status)
  local answer = object(body)
  if not answer then return nil, "the answer is not a JSON object" end
  if not text(answer.request_uri) then return nil, "the answer has no request_uri in text" end
  return {
    correlation_id = identifier(answer.correlation_id),
    request_uri = answer.request_uri,
    status_uri = text(answer.status_uri),
    qr_uri = data_uri(answer.qr_uri),
    http_status = status,
  }
end

--- A body is not described, so any will do, but a page for people comes from somebody
--- who stands between here and the wallet.
function M.push_offer(body, status)
  if body:find("^%s*<") then return nil, "the answer is a web page, not a wallet's" end
  return { http_status = status }
end

function M.issue_status(body, status)
  local answer = object(body)
  if not answer then return nil, "the answer is not a JSON object" end
  if not text(answer.status) then return nil, "the answer has no status in text" end
  return {
    status = status_word(answer.status),
    correlation_id = identifier(answer.correlation_id),
    revocation_uuid = text(answer.revocation_uuid),
    http_status = status,
  }
end

function M.trust_issuer(body, status)
  local answer = object(body)
  if not answer then return nil, "the answer is not a JSON object" end
  if not answer.id and not text(answer.did) then return nil, "the answer is no trusted contact" end
  return {
    id = integer(answer.id),
    did = text(answer.did),
    name = text(answer.name),
    direct_issue_allowed = answer.directIssueAllowed == true,
    http_status = status,
  }
end

--- OAuth2 (RFC 6749, 5.1).
function M.token(body, status)
  local answer = object(body)
  local value = answer and text(answer.access_token)
  if not value then return nil, "the answer has no access_token in text" end
  if value:find("[^\33-\126]") then return nil, "the access_token has bytes no header can carry" end
  local seconds = tonumber(answer.expires_in)
  return { value = value, lifetime_ms = seconds and seconds > 0 and seconds * 1000 or nil, http_status = status }
end

--- Any endpoint: the JSON when it is JSON, and the body as it came.
function M.request(body, status)
  return { json = json.decode(body), body = body, http_status = status }
end

--- The server's own words about a failure: RFC 9457 problem details, the product's
--- {message, error_details}, OAuth2's error (RFC 6749, 5.2), else the body as text.
---@param body string
---@return string
function M.server_words(body)
  local answer = object(body)
  if not answer then return body:find("^%s*<") and "" or body end
  local words = {}
  for _, name in ipairs { "title", "detail", "message", "error_details", "error", "error_description" } do
    words[#words + 1] = text(answer[name])
  end
  return table.concat(words, ": ")
end

return M
