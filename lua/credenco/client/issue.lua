--- The two calls of an issue: create an offer, deliver it to a wallet. The arguments have been checked.

local api = require "credenco.client.api"
local calls = require "credenco.client.call"
local core = require "credenco.core"
local errors = require "credenco.client.errors"
local json = require "credenco.base.json"

local M = {}

local function offer_body(args, correlation_id)
  if json.is_array(args.claims) then
    return nil, errors.new {
      code = "invalid_claims", step = "create_offer", correlation_id = correlation_id,
      message = "claims: must be an object with names, not a list",
    }
  end
  return calls.encoded(api.create_offer.body(args, correlation_id), "create_offer", correlation_id, "")
end

--- Creates an offer. If it cannot be used, it is kept beside the error.
---@param self credenco.Client
---@param args table as for `Client:create_offer`
---@return table? offer
---@return credenco.Error? err
---@return credenco.Call? call which can go on to deliver the offer
function M.create_offer(self, args)
  local correlation_id = args.correlation_id or core.uuid()
  local body, err = offer_body(args, correlation_id)
  if not body then return nil, err end
  local call = calls.new(self, args.timeout_ms, correlation_id, args.traceparent)
  local offer, failure = call:perform(api.create_offer, api.url(self.starts, api.create_offer), body)
  if not offer then return nil, failure end
  local offer_uri, code = core.offer_uri(offer.request_uri)
  if not offer_uri then
    err = errors.new { code = code, step = "offer_uri", correlation_id = correlation_id }
    errors.keep_offer(err, offer)
    return nil, err
  end
  offer.offer_uri, call.offer_uri = offer_uri, offer_uri
  if call.traceparent then offer.traceparent = call.traceparent end
  return offer, nil, call
end

--- Delivers the offer of a call.
---@param call credenco.Call with its offer_uri
---@param wallet_key string
---@param direct boolean straight into the wallet, not into its inbox
---@return { http_status: integer }?
---@return credenco.Error? err
function M.push_offer(call, wallet_key, direct)
  local endpoint = direct and api.push_offer or api.push_offer_to_inbox
  return call:perform(endpoint, api.url(call.client.starts, endpoint, wallet_key, call.offer_uri))
end

--- Creates an offer and delivers it, under one deadline. If the delivery fails, the offer is kept beside the error.
---@param self credenco.Client
---@param args table as for `Client:issue_direct`
---@return table? result
---@return credenco.Error? err
function M.direct(self, args)
  local offer, err, call = M.create_offer(self, args)
  if not offer then return nil, err end
  local pushed
  pushed, err = M.push_offer(call, args.wallet_key, true)
  if not pushed then
    errors.keep_offer(err, offer)
    return nil, err
  end
  offer.http_status = pushed.http_status
  return offer
end

return M
