--- The issuer's side of the product's API: start an issuance, its offer, its status.
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local config = require "credenco.sandbox.ground.config"
local core = require "credenco.core"
local json = require "credenco.sandbox.ground.json"
local log = require "credenco.sandbox.ground.log"
local offers = require "credenco.sandbox.issuer.offers"
local qr_code = require "credenco.sandbox.issuer.qr_code"
local respond = require "credenco.sandbox.ground.respond"
local schema = require "credenco.sandbox.ground.schema"
local schemas = require "credenco.sandbox.issuer.request_schemas"
local status = require "credenco.sandbox.issuer.issuance_status"
local templates = require "credenco.sandbox.issuer.templates"

local M = {}

local function bad_field(http_status, detail, field)
  return nil, respond.problem(http_status, detail, { field = field })
end

--- The content of the body of an issue call, or its refusal.
local function read_order(request)
  local body, json_err = request:exact_json()
  if not body then
    return nil, respond.problem(400, "the request body is " .. json_err)
  end
  local claims = body.claims
  body.claims = nil
  local order, err, field = schema.read(schemas.ISSUE, body, "the request body")
  if not order then
    return bad_field(400, err, field)
  end
  if not json.is_object(claims) then
    return bad_field(400, "claims must be an object", "claims")
  end
  order.claims, order.correlation_id = claims, order.correlation_id or core.uuid()
  return order
end

local function check_template(order)
  local template = templates.find(order.template_id)
  if not template then
    return bad_field(404, ("no credential template '%s'"):format(order.template_id), "template_id")
  end
  local err, path = templates.check_claims(template, order.claims)
  if err then
    return bad_field(422, err, "claims" .. path)
  end
  return true
end

--- `request_uri_base` sends the holder to a web wallet instead of an app.
local function request_uri(offer_id, base)
  local prefix = "openid-credential-offer://?"
  if base then
    local separator = base:find("?", 1, true) and "&" or "?"
    prefix = base .. (base:find("^https?://[^/]+$") and "/" or "") .. separator
  end
  return prefix .. "credential_offer_uri=" .. core.encode(offers.uri(offer_id))
end

--- The refusal of a QR code that is asked for and cannot be made.
local function refuse_qr_code(options)
  if options and not qr_code.is_available() then
    return respond.problem(501, "no QR codes without libqrencode (Debian: apt install libqrencode4)")
  end
end

local function response(order, offer_id)
  local uri_of_request = request_uri(offer_id, order.request_uri_base)
  local options = order.qr_code
  return respond.json(200, {
    correlation_id = order.correlation_id,
    request_uri = uri_of_request,
    status_uri = config.base_url .. "/api/v2/issue/" .. core.encode(order.correlation_id),
    qr_uri = options and qr_code.data_uri(uri_of_request, options),
  })
end

--- The response to a correlation_id that was used before, if it does not get a new offer.
local function repeated(order)
  local earlier, how = status.find(order.correlation_id), behaviour.get().repeated_correlation_id
  if not earlier or how == "new_offer" then
    return nil
  end
  if how == "same_offer" then
    return response(order, earlier.offer_id)
  end
  return respond.problem(tonumber(how), "an issuance with this correlation_id exists", { field = "correlation_id" })
end

local function make_offer(order)
  local offer = offers.create(order.correlation_id, order.template_id, order.claims)
  status.created(order.correlation_id, offer.id)
  log.add { source = "issuer", step = "offer made", ok = true, detail = order.template_id }
  return response(order, offer.id)
end

--- POST /api/v2/credential/issue
function M.start(request)
  local order, refusal = read_order(request)
  if not order then
    return refusal
  end
  local fits, misfit = check_template(order)
  if not fits then
    return misfit
  end
  local bad_qr_code = refuse_qr_code(order.qr_code)
  if bad_qr_code then
    return bad_qr_code
  end
  return repeated(order) or make_offer(order)
end

--- GET /api/oidc/credential-offer/{id}
function M.offer(request)
  local offer = offers.find(request.params.id)
  if not offer then
    return respond.problem(404, "no such offer: it has expired or was redeemed, or never existed")
  end
  status.retrieved(offer.correlation_id)
  return respond.json(200, offers.document(offer))
end

--- GET /api/v2/issue/{correlation_id}
function M.status(request)
  local found = status.find(request.params.correlation_id)
  if not found then
    return respond.problem(404, "no issuance with this correlation_id")
  end
  return respond.json(200, {
    status = found.status, correlation_id = found.correlation_id, revocation_uuid = found.revocation_uuid,
  })
end

return M
