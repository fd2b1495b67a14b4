--- The wallet's side of the product's API: pushes and trusted contacts.
local log = require "credenco.sandbox.app.log"
local receive = require "credenco.sandbox.wallet.receive"
local reply = require "credenco.sandbox.app.reply"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local MAX_OFFER_URI = 4096

--- Wraps a handler of a path with a wallet's key in it.
function M.with_wallet(handler)
  return function(request)
    local wallet = wallets.find(request.params.key)
    if not wallet then
      return reply.problem(404, "no wallet with this external key")
    end
    return handler(request, wallet)
  end
end

--- POST /api/oidc/offer/{walletExternalKey}: open to anybody. 201 says that the offer was
--- taken, and nothing about what became of it.
M.push = M.with_wallet(function(request, wallet)
  local offer_uri = request.query.credential_offer_uri
  if not offer_uri or not offer_uri:find "^https?://[^/]" then
    return reply.problem(400, "credential_offer_uri must be an http or https URL", { field = "credential_offer_uri" })
  end
  if #offer_uri > MAX_OFFER_URI then
    return reply.problem(400, "credential_offer_uri is too long", { field = "credential_offer_uri" })
  end
  if request.query.directIssue == "true" then
    receive.direct(wallet, offer_uri)
  else
    receive.inbox(wallet, offer_uri)
  end
  return reply.empty(201)
end)

local function check_contact(body)
  if type(body.did) ~= "string" or not body.did:find "^did:[a-z0-9]+:." then
    return nil, "did must be a DID", "did"
  end
  if type(body.name) ~= "string" or body.name == "" then
    return nil, "name must be a string that is not empty", "name"
  end
  if type(body.directIssueAllowed) ~= "boolean" and body.directIssueAllowed ~= nil then
    return nil, "directIssueAllowed must be true or false", "directIssueAllowed"
  end
  return true
end

--- POST /api/wallets/{walletExternalKey}/trusted-contacts
M.add_contact = M.with_wallet(function(request, wallet)
  local body, err = request:json()
  if not body then
    return reply.problem(400, "the request body is " .. err)
  end
  local ok, detail, field = check_contact(body)
  if not ok then
    return reply.problem(400, detail, { field = field })
  end
  local contact = wallets.add_contact(wallet.key, body.did, body.name, body.directIssueAllowed == true)
  log.add { source = "wallet", wallet = wallet.key, step = "trusted contact added", ok = true, detail = body.did }
  return reply.json(201, contact)
end)

M.list_contacts = M.with_wallet(function(_, wallet)
  return reply.json(200, wallets.contacts(wallet.key))
end)

M.remove_contact = M.with_wallet(function(request, wallet)
  local id = tonumber(request.params.id)
  if not id or not wallets.remove_contact(wallet.key, id) then
    return reply.problem(404, "no trusted contact with this id")
  end
  log.add { source = "wallet", wallet = wallet.key, step = "trusted contact removed", ok = true }
  return reply.empty(204)
end)

return M
