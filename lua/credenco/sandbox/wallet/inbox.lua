--- The holder's inbox: offers that wait for a decision. An offer is NEW, READ after the holder has looked at it, and
--- PROCESSED after it was accepted or dismissed.
local process = require "credenco.sandbox.ground.processes"
local receive = require "credenco.sandbox.wallet.receive"
local respond = require "credenco.sandbox.ground.respond"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

--- The entry without its offer URI: until it is redeemed, whoever has the URI can take the credential.
function M.shown(offer)
  local copy = {}
  for name, value in pairs(offer) do
    copy[name] = value
  end
  copy.offer_uri, copy.owner = nil, nil
  return copy
end

local function find(request, wallet)
  local entry = wallets.inbox_entry(wallet.key, tonumber(request.params.id) or 0)
  if not entry then
    return nil, respond.problem(404, "no offer with this id in the inbox")
  end
  return entry
end

--- Takes an offer for a decision. No other caller can take it until this one's worker has died.
---@return boolean taken
local function take(wallet, entry)
  return wallets.update_inbox(wallet.key, entry.id, function(offer)
    if offer.state ~= "PROCESSED" and not (offer.owner and process.is_alive(offer.owner)) then
      offer.owner = ngx.worker.pid()
      return offer
    end
  end) ~= nil
end

local function give_back(wallet, entry)
  wallets.update_inbox(wallet.key, entry.id, function(offer)
    offer.owner = nil
    return offer
  end)
end

local function finish(wallet, entry, outcome)
  return wallets.update_inbox(wallet.key, entry.id, function(offer)
    offer.state, offer.offer_uri, offer.owner = "PROCESSED", nil, nil
    for name, value in pairs(outcome) do
      offer[name] = value
    end
    return offer
  end)
end

local function decide(request, wallet, decision)
  local entry, missing = find(request, wallet)
  if not entry then
    return missing
  end
  if not take(wallet, entry) then
    return respond.problem(409, "this offer has been accepted or dismissed before")
  end
  local ok, changed = pcall(function() return finish(wallet, entry, decision(entry)) end)
  if not ok then
    give_back(wallet, entry)
    error(changed, 0)
  end
  return respond.json(200, M.shown(changed or entry))
end

--- POST /sandbox/wallets/{key}/inbox/{id}/accept: runs the exchange. The response has its outcome, as the holder sees
--- it.
function M.accept(request, wallet)
  return decide(request, wallet, function(entry) return receive.accept(wallet, entry) end)
end

--- POST /sandbox/wallets/{key}/inbox/{id}/dismiss
function M.dismiss(request, wallet)
  return decide(request, wallet, function() return { outcome = "dismissed" } end)
end

--- POST /sandbox/wallets/{key}/inbox/{id}/read
function M.read(request, wallet)
  local entry, missing = find(request, wallet)
  if not entry then
    return missing
  end
  local changed = wallets.update_inbox(wallet.key, entry.id, function(offer)
    if offer.state == "NEW" then
      offer.state = "READ"
      return offer
    end
  end)
  return respond.json(200, M.shown(changed or entry))
end

return M
