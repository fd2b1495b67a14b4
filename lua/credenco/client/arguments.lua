--- What each call of the client takes. A wrong argument throws and names itself,
--- never its value.

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

local function method(text)
  if not text:find("^%u+$") then return "must be an HTTP method in capital letters" end
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
