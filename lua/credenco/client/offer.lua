--- The offer of an issuance: the body that asks for it, and what becomes of the answer.

local calls = require "credenco.client.call"
local core = require "credenco.core"
local errors = require "credenco.client.errors"
local json = require "credenco.base.json"

local M = {}

local function body_of(args, correlation_id)
  if json.is_array(args.claims) then
    return nil, errors.new {
      code = "invalid_claims", step = "create_offer", correlation_id = correlation_id,
      message = "claims: must be an object with names, not a list",
    }
  end
  return calls.encoded({
    correlation_id = correlation_id,
    template_id = args.template_id,
    claims = args.claims,
    qr_code = args.qr_code and json.object(args.qr_code),
    request_uri_base = args.request_uri_base,
  }, "create_offer", correlation_id, "")
end

-- As they were sent: meanwhile who gave them may have changed them.
local function claims_in(body)
  local sent = json.decode(body)
  return sent and sent.claims
end

--- The call that asks for an offer, or the error of claims that cannot be sent.
---@param client credenco.Client
---@param args table  of create_offer or issue_direct
---@return credenco.Call?
---@return credenco.Error?
function M.call(client, args)
  local correlation_id = args.correlation_id or core.uuid()
  local body, err = body_of(args, correlation_id)
  if not body then return nil, err end
  return calls.new(client, args.timeout_ms, body, correlation_id, claims_in)
end

---@param call credenco.Call
---@param offer_uri string?
---@return table
function M.result(call, offer_uri)
  local answer = call.offer
  return {
    correlation_id = answer.correlation_id or call.correlation_id,
    request_uri = answer.request_uri,
    offer_uri = offer_uri,
    status_uri = answer.status_uri,
    qr_uri = answer.qr_uri,
  }
end

--- Keeps the offer that was made beside the error that came after it.
---@param err credenco.Error
---@param call credenco.Call
---@param offer_uri string?
---@return credenco.Error
function M.keep(err, call, offer_uri)
  if call.offer then
    errors.keep_offer(err, M.result(call, offer_uri ~= "" and offer_uri or nil))
  end
  return err
end

return M
