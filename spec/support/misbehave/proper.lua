-- The answers of a server that does everything right, as the vendor's documentation has them: one per step.
local cjson = require "cjson"

local proper = {}

local STEPS = {
  { step = "create", method = "POST", path = "^/api/v2/credential/issue$" },
  { step = "push", method = "POST", path = "^/api/oidc/offer/[^/]+$" },
  { step = "status", method = "GET", path = "^/api/v2/issue/[^/]+$" },
  { step = "trust", method = "POST", path = "^/api/wallets/[^/]+/trusted%-contacts$" },
  { step = "contacts", method = "GET", path = "^/api/wallets/[^/]+/trusted%-contacts$" },
  { step = "token", method = "POST", path = "^/token$" },
}

--- The call of the API that a request makes; `other` for any other request.
---@param method string
---@param path string
---@return string
function proper.step_of(method, path)
  for _, row in ipairs(STEPS) do
    if row.method == method and path:find(row.path) then return row.step end
  end
  return "other"
end

local function encoded(text)
  return (text:gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

local function percent_decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local answers = {}

local function decoded(body)
  local ok, content = pcall(cjson.decode, body)
  return ok and type(content) == "table" and content or {}
end

function answers.create(request, scenario)
  local id = decoded(request.body).correlation_id or "made-by-the-server"
  local offer = ("%s/offers/%d-bearer-secret"):format(scenario.url, scenario.calls.create)
  return 201, {
    correlation_id = id,
    request_uri = "openid-credential-offer://?credential_offer_uri=" .. encoded(offer),
    status_uri = scenario.url .. "/api/v2/issue/" .. id,
  }
end

function answers.push()
  return 201
end

function answers.status(request)
  return 200, {
    status = "issue_completed",
    correlation_id = percent_decoded(request.target:match("([^/]+)$")),
    revocation_uuid = "0e2c1f62-3392-462e-a25e-483fa0e2a3a3",
  }
end

function answers.trust(request)
  local contact = decoded(request.body)
  contact.id = 1
  contact.createdAt = "2025-01-01T10:00:00.000"
  contact.lastModifiedAt = "2025-01-01T10:00:00.000"
  return 201, contact
end

-- No list of contacts is documented.
function answers.contacts()
  return 405, { title = "method not allowed" }
end

function answers.token(_, scenario)
  return 200, { access_token = "token-" .. scenario.calls.token, token_type = "Bearer", expires_in = 300 }
end

function answers.other(request)
  return 200, { method = request.method, target = request.target }
end

--- The proper answer to a request, ready for `wire.write_answer`.
---@param request spec.Request
---@param step string
---@param scenario table
---@return table
function proper.answer(request, step, scenario)
  local status, content = answers[step](request, scenario)
  if not content then return { status = status } end
  return { status = status, headers = { ["content-type"] = "application/json" }, body = cjson.encode(content) }
end

return proper
