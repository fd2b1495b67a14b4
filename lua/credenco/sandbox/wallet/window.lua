--- The sandbox's own view of the wallets, as the holder sees them. The product has no such call, but the page and tests
--- of a pipeline need one.
local api = require "credenco.sandbox.wallet.wallet_api"
local did_jwk = require "credenco.sandbox.crypto.did_jwk"
local inbox = require "credenco.sandbox.wallet.inbox"
local json = require "credenco.sandbox.ground.json"
local pushes = require "credenco.sandbox.wallet.pushes"
local respond = require "credenco.sandbox.ground.respond"
local validity = require "credenco.sandbox.wallet.validity"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

local function without(document, name)
  local copy = {}
  for key, value in pairs(document) do
    copy[key] = value
  end
  copy[name] = nil
  return copy
end

local function shown_credentials(wallet_key, limit)
  local list, status_of = json.array({}), validity.checker()
  for index, credential in ipairs(wallets.credentials(wallet_key, limit)) do
    list[index] = without(credential, "raw")
    list[index].status = status_of(credential)
  end
  return list
end

local function shown_inbox(wallet_key)
  local list = json.array({})
  for index, offer in ipairs(wallets.inbox(wallet_key)) do
    list[index] = inbox.shown(offer)
  end
  return list
end

local function describe(wallet, limit)
  return {
    key = wallet.key,
    name = wallet.name,
    did = did_jwk.encode(wallet.jwk),
    credential_count = wallets.credential_count(wallet.key),
    credentials = shown_credentials(wallet.key, limit),
    inbox = shown_inbox(wallet.key),
    discarded_count = wallets.discarded_count(wallet.key),
    discarded = wallets.discarded(wallet.key, limit),
    trusted_contacts = wallets.contacts(wallet.key),
  }
end

--- GET /sandbox/wallets/{key}; with ?latest=n only the newest n credentials and discarded ones.
M.show = api.with_wallet(function(request, wallet)
  local latest = tonumber(request.query.latest or "")
  return respond.json(200, describe(wallet, latest and math.max(0, math.floor(latest))))
end)

--- GET /sandbox/wallets/{key}/credentials/{id}: one credential, with its signed text.
M.credential = api.with_wallet(function(request, wallet)
  local credential = wallets.credential(wallet.key, tonumber(request.params.id) or 0)
  if not credential then
    return respond.problem(404, "no credential with this id")
  end
  credential.status = validity.checker()(credential)
  return respond.json(200, credential)
end)

M.accept = api.with_wallet(inbox.accept)
M.dismiss = api.with_wallet(inbox.dismiss)
M.read = api.with_wallet(inbox.read)

--- GET /sandbox/wallets/{key}/pushes?credential_offer_uri=...: the outcome of a delivery.
M.push = api.with_wallet(function(request, wallet)
  local push = pushes.find(wallet.key, request.query.credential_offer_uri or "")
  if not push then
    return respond.problem(404, "this offer was not delivered to this wallet")
  end
  return respond.json(200, { state = push.state, id = push.id, reason = push.reason, detail = push.detail })
end)

--- GET /sandbox/wallets
function M.list()
  return respond.json(200, wallets.all())
end

--- The body of a request for a new wallet.
M.NEW_WALLET = { type = "object", members = {
  name = { type = "string", lenient = true },
  trusts_issuer = { type = "boolean", lenient = true },
  direct_issue_allowed = { type = "boolean", lenient = true },
} }

--- PUT /sandbox/wallets/{key} {"name": ..., "trusts_issuer": ..., "direct_issue_allowed": ...}, all optional: creates a
--- wallet; 200 if it existed.
function M.create(request)
  local key = request.params.key
  local description, refusal = request:read(M.NEW_WALLET, "{}")
  if not description then
    return refusal
  end
  local created = wallets.create {
    key = key,
    name = description.name or key,
    trusts_issuer = description.trusts_issuer == true,
    direct_issue_allowed = description.direct_issue_allowed ~= false,
  }
  return respond.json(created and 201 or 200, describe(wallets.find(key)))
end

return M
