-- POST /issue: maps the order in the body to claims, issues them into the wallet that the order names, and responds so
-- that the caller knows what to do.
local cjson = require "cjson.safe"
local credenco = require "credenco"

local M = {}

local client = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL",
  api_key = os.getenv "CREDENCO_API_KEY",
  timeout_ms = 10000,
}

local NEEDED = { "wallet_key", "registration", "name" }

local STATUS = {
  rejected = 422,
  not_found = 422,
  invalid_claims = 422,
  rate_limited = 503,
  timeout = 504,
}

local function respond(status, fields)
  local body = cjson.encode(fields) .. "\n"
  ngx.status = status
  ngx.header.content_type = "application/json"
  ngx.header.content_length = #body
  ngx.print(body)
end

local function read_order()
  ngx.req.read_body()
  local order = cjson.decode(ngx.req.get_body_data() or "")
  if type(order) ~= "table" then return nil, "the body must be a JSON object" end
  for _, name in ipairs(NEEDED) do
    if type(order[name]) ~= "string" or order[name] == "" then return nil, name .. " must be a text" end
  end
  return order
end

function M.handle()
  if ngx.req.get_method() ~= "POST" then return respond(405, { problem = "only POST" }) end
  local order, problem = read_order()
  if not order then return respond(400, { problem = problem }) end

  local issued, err = client:issue_direct {
    wallet_key = order.wallet_key,
    template_id = "ebw_oid",
    claims = {
      id = order.registration,
      name = order.name,
      issuing_authority = "Credenco",
      issuing_country = "NL",
    },
  }
  if issued then return respond(201, { correlation_id = issued.correlation_id }) end

  -- If `sent` is "unknown", the caller must not simply try again.
  ngx.log(ngx.ERR, tostring(err))
  respond(STATUS[err.code] or 502, { problem = err.code, sent = err.sent, correlation_id = err.correlation_id })
end

return M
