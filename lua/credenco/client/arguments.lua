--- The arguments of the client's methods. A wrong argument throws an error that names it, never its value.

--- Arguments that every call takes.
---@class credenco.CallOptions
---@field timeout_ms? integer the deadline of the call with its repeats and waits, 1 to 86400000; default: the client's
---@field traceparent? string the W3C Trace Context of the call; default: the client's

--- The arguments of `create_offer`.
---@class credenco.OfferArguments : credenco.CallOptions
---@field template_id string the key of the credential template, at most 255 bytes of UTF-8
---@field claims table an object, which is sent exactly as given; its names are those of the template
---@field correlation_id? string your own id of the issue, at most 255 bytes of UTF-8; default: a new UUID
---@field qr_code? table requests a QR code of the offer: `{}`, or its `size`, `color_dark`, `color_light` and `padding`
---@field request_uri_base? string the https address of a web wallet to send the holder to

--- The arguments of `push_offer`.
---@class credenco.PushArguments : credenco.CallOptions
---@field wallet_key string the external key of the wallet, 1 to 255 bytes
---@field offer_uri string the `credential_offer_uri` of the offer, a secret until it is used
---@field direct? boolean straight into the wallet (true, the default), or into its inbox

--- The arguments of `issue_direct`.
---@class credenco.IssueArguments : credenco.CallOptions
---@field wallet_key string the external key of the wallet, 1 to 255 bytes
---@field template_id string as for `create_offer`
---@field claims table as for `create_offer`
---@field correlation_id? string as for `create_offer`

--- The options of `wait_issued`.
---@class credenco.WaitOptions
---@field timeout_ms? integer how long to ask for the status, 1 to 86400000; default 60000
---@field interval_ms? integer the wait between two requests, 1 to 86400000; default 1000
---@field traceparent? string the W3C Trace Context of the requests; default: the client's

--- The arguments of `trust_issuer`.
---@class credenco.TrustArguments : credenco.CallOptions
---@field wallet_key string the external key of the wallet, 1 to 255 bytes
---@field did string the DID of the issuer's template, at most 255 bytes; the wallet compares it byte for byte
---@field name string the name of the contact in the wallet, at most 255 bytes of UTF-8
---@field direct_issue_allowed? boolean the wallet keeps credentials that the issuer delivers directly; default true

--- The arguments of `request`.
---@class credenco.RequestArguments : credenco.CallOptions
---@field method? string the HTTP method in capital letters; default "GET"
---@field path string the path below `base_url`, from its `/` on, percent-encoded, without a query
---@field query? table<string, string|integer|boolean> the query; the client percent-encodes it
---@field json? table|string|number|boolean the body of the request; default: none

local core = require "credenco.core"
local options = require "credenco.base.options"
local query = require "credenco.client.query"
local settings = require "credenco.base.settings"
local trace = require "credenco.base.trace"

local identifier = options.identifier

local function path(text)
  if text:sub(1, 1) ~= "/" then return "must begin with '/'" end
  if text:find("[%c\127 \128-\255]") then return "must not hold spaces, control or non-ASCII bytes" end
  if text:find("[?#]") then return "must not hold '?' or '#': give the query as a table" end
  if not core.parse_url("https://host" .. text) then return "must be a path of a URL, percent-encoded where needed" end
end

local UNFIT_METHODS = {
  CONNECT = "must not be CONNECT, which turns the connection into a tunnel",
  TRACE = "must not be TRACE, because the server would send the credentials back", -- RFC 9110, 9.3.8
}

local function method(text)
  if not text:find("^%u+$") then return "must be an HTTP method in capital letters" end
  return UNFIT_METHODS[text]
end

local WALLET_KEY = { type = "string", required = true, check = options.wallet_key }
local TEMPLATE_ID = { type = "string", required = true, check = identifier }
local CLAIMS = { type = "table", required = true }
local CORRELATION_ID = { type = "string", check = identifier }
local TIMEOUT_MS = { type = "integer", min = 1, max = settings.LONGEST_MS }
local TRACEPARENT = { type = "string", check = trace.problem }

return {
  create_offer = {
    template_id = TEMPLATE_ID,
    claims = CLAIMS,
    correlation_id = CORRELATION_ID,
    qr_code = { type = "table" },
    request_uri_base = { type = "string", check = settings.url_problem },
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
  push_offer = {
    wallet_key = WALLET_KEY,
    offer_uri = { type = "string", required = true, check = settings.url_problem },
    direct = { type = "boolean", default = true },
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
  issue_direct = {
    wallet_key = WALLET_KEY,
    template_id = TEMPLATE_ID,
    claims = CLAIMS,
    correlation_id = CORRELATION_ID,
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
  issue_status = {
    correlation_id = { type = "string", required = true, check = identifier },
    status_uri = { type = "string" },
  },
  issue_status_options = {
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
  wait_issued = {
    timeout_ms = { type = "integer", default = 60000, min = 1, max = settings.LONGEST_MS },
    traceparent = TRACEPARENT,
    interval_ms = { type = "integer", default = 1000, min = 1, max = settings.LONGEST_MS },
  },
  trust_issuer = {
    wallet_key = WALLET_KEY,
    did = { type = "string", required = true, check = identifier },
    name = { type = "string", required = true, check = identifier },
    direct_issue_allowed = { type = "boolean", default = true },
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
  issue_many = {
    concurrency = { type = "integer", default = 64, min = 1, max = 100000 },
  },
  request = {
    method = { type = "string", default = "GET", check = method },
    path = { type = "string", required = true, check = path },
    query = { type = "table", check = query.problem_with },
    json = { type = { "table", "string", "number", "boolean" } },
    timeout_ms = TIMEOUT_MS,
    traceparent = TRACEPARENT,
  },
}
