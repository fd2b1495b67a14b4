--- The wallet's side of the product's API: deliveries of offers, and trusted contacts.
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local log = require "credenco.sandbox.ground.log"
local receive = require "credenco.sandbox.wallet.receive"
local respond = require "credenco.sandbox.ground.respond"
local schema = require "credenco.sandbox.ground.schema"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local MAX_OFFER_URI = 4096

--- Wraps a handler of a path with a wallet's key.
function M.with_wallet(handler)
  return function(request)
    local wallet = wallets.find(request.params.key)
    if not wallet then
      return respond.problem(404, "no wallet with this external key")
    end
    return handler(request, wallet)
  end
end

--- The behaviour that decides the response to a delivery, by the outcome of the offer.
local STATUS_OF = { taken = "push_response", repeated = "repeated_push", unavailable = "expired_push" }

local DETAIL = {
  taken = "the delivery succeeded; the behaviour push_response requires this response",
  repeated = "this offer was delivered before",
  unavailable = "the issuer does not have this offer",
}

local function respond_to(outcome)
  local status = behaviour.status(STATUS_OF[outcome])
  return status == 201 and respond.empty(201) or respond.problem(status, DETAIL[outcome])
end

--- POST /api/oidc/offer/{walletExternalKey}: open to anybody. A 201 says that the wallet has the offer, and nothing
--- about its outcome.
M.push = M.with_wallet(function(request, wallet)
  local offer_uri = request.query.credential_offer_uri
  if not offer_uri or not offer_uri:find "^https?://[^/]" then
    return respond.problem(400, "credential_offer_uri must be an http or https URL", { field = "credential_offer_uri" })
  end
  if #offer_uri > MAX_OFFER_URI then
    return respond.problem(400, "credential_offer_uri is too long", { field = "credential_offer_uri" })
  end
  local receiver = request.query.directIssue == "true" and receive.direct or receive.inbox
  return respond_to(receiver(wallet, offer_uri))
end)

--- The body of a request for a new trusted contact.
M.CONTACT = { type = "object", nulls = "refused", members = {
  did = schema.required(schema.matching("^did:[a-z0-9]+:.", "must be a DID")),
  name = { type = "string", required = true, min = 1 },
  directIssueAllowed = { type = "boolean" },
} }

--- POST /api/wallets/{walletExternalKey}/trusted-contacts
M.add_contact = M.with_wallet(function(request, wallet)
  local body, refusal = request:read(M.CONTACT)
  if not body then
    return refusal
  end
  local status = wallets.has_contact(wallet.key, body.did) and behaviour.status "repeated_contact" or 201
  if status == 409 then
    return respond.problem(409, "a trusted contact with this did exists", { field = "did" })
  end
  local contact = wallets.add_contact(wallet.key, body.did, body.name, body.directIssueAllowed == true)
  log.add { source = "wallet", wallet = wallet.key, step = "trusted contact added", ok = true, detail = body.did }
  return respond.json(status, contact)
end)

M.list_contacts = M.with_wallet(function(_, wallet)
  local refusal = behaviour.status "trusted_contacts"
  if refusal then
    return respond.problem(refusal, "trusted contacts cannot be listed")
  end
  return respond.json(200, wallets.contacts(wallet.key))
end)

M.remove_contact = M.with_wallet(function(request, wallet)
  local id = tonumber(request.params.id)
  if not id or not wallets.remove_contact(wallet.key, id) then
    return respond.problem(404, "no trusted contact with this id")
  end
  log.add { source = "wallet", wallet = wallet.key, step = "trusted contact removed", ok = true }
  return respond.empty(204)
end)

return M
