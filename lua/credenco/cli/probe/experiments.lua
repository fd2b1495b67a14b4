--- The experiments of `credenco probe`: at most a few dozen calls that find out how a service behaves where its
--- documentation says nothing. The names and values are those of `credenco.sandbox.ground.behaviours`; any other value
--- is shown as the service sent it. A result that could not be found out is nil.
local api = require "credenco.client.api"
local core = require "credenco.core"
local loop = require "credenco.loop"

local M = {}

local POLL_MS = 250

---@class credenco.Probe
---@field client credenco.Client? makes one attempt for each call
---@field correlation_id string
---@field delivering boolean? the offer may be in the wallet
---@field order { template_id: string, claims: table, correlation_id: string }
---@field wallet_key string
---@field wait_ms integer how long to wait for a status
---@field readings table<string, string>
---@field statuses string[] of the issue, in order

-- The HTTP status of a call, of any kind; nil and the error without a response.
local function status_of(result, err)
  local status = result and result.http_status or err and err.http_status
  return status and ("%d"):format(status), err
end

local function ask_status(probe)
  local said, err = probe.client:issue_status(probe.correlation_id)
  if not said then return nil, err end
  local seen = probe.statuses
  if seen[#seen] ~= said.status then seen[#seen + 1] = said.status end
  return said.status
end

-- Uses the same id twice, before an offer is delivered. Gives the newest offer.
local function repeat_the_id(probe, first)
  local second, err = probe.client:create_offer(probe.order)
  if second then
    probe.readings.repeated_correlation_id = second.offer_uri == first.offer_uri and "same_offer" or "new_offer"
    return second.offer_uri
  end
  probe.readings.repeated_correlation_id = status_of(nil, err)
  return probe.readings.repeated_correlation_id and first.offer_uri, err
end

local function push(probe, offer_uri)
  return probe.client:push_offer { wallet_key = probe.wallet_key, offer_uri = offer_uri }
end

-- A clear refusal of the first delivery ends the probe: nothing later would tell anything.
local function push_the_offer(probe, offer_uri)
  probe.delivering = true
  local pushed, err = push(probe, offer_uri)
  if not pushed and (not err.http_status or err.http_status < 500) then
    probe.delivering = err.sent == "unknown"
    return nil, err
  end
  probe.readings.push_response = status_of(pushed, err)
  return true
end

-- Asks at once and then again: a status that is final at once was final before the wallet responded.
local function watch_the_status(probe)
  local deadline_ms, asked = loop.now_ms() + probe.wait_ms, 0
  while true do
    local status, err = ask_status(probe)
    if not status then return nil, err end
    asked = asked + 1
    if api.FINAL[status] then
      probe.readings.issue_status, probe.readings.exchange = "progresses", asked == 1 and "before" or "after"
      return true
    elseif loop.now_ms() >= deadline_ms then
      break
    end
    loop.sleep(POLL_MS)
  end
  probe.readings.issue_status = #probe.statuses == 1 and "stays_created" or "progresses"
  return true
end

local function push_again(probe, offer_uri)
  local err
  probe.readings.repeated_push, err = status_of(push(probe, offer_uri))
  return probe.readings.repeated_push, err
end

-- With another last character the issuer does not know the offer, as if it had expired.
local function push_what_does_not_exist(probe, offer_uri)
  local last = offer_uri:sub(-1)
  local err
  probe.readings.expired_push, err = status_of(push(probe, offer_uri:sub(1, -2) .. (last == "0" and "1" or "0")))
  return probe.readings.expired_push, err
end

-- The client's request needs a path: a URL without its origin.
local PATHS = api.starts { base_url = "", wallet_base_url = "" }

local function list_contacts(probe)
  local path = api.url(PATHS, api.trusted_contacts, probe.wallet_key)
  local status, err = status_of(probe.client:request { path = path })
  probe.readings.trusted_contacts = status == "200" and "listed" or status
  return status, err
end

local AFTER_THE_OFFER = { push_the_offer, watch_the_status, push_again, push_what_does_not_exist, list_contacts }

---@param given { template_id: string, claims: table, wallet_key: string, wait_ms: integer }
---@return credenco.Probe
function M.new(given)
  local id = core.uuid()
  return {
    correlation_id = id, wallet_key = given.wallet_key, wait_ms = given.wait_ms, readings = {}, statuses = {},
    order = { template_id = given.template_id, claims = given.claims, correlation_id = id },
  }
end

--- Makes the experiments, which fill in the probe. They may leave a credential in the wallet.
---@param client credenco.Client
---@param probe credenco.Probe
---@return credenco.Probe? probe
---@return credenco.Error? err
function M.run(client, probe)
  probe.client = client:without_retries()
  local first, err = probe.client:create_offer(probe.order)
  if not first then return nil, err end
  local offer_uri, done
  done, err = ask_status(probe)
  if done then offer_uri, err = repeat_the_id(probe, first) end
  if not offer_uri then return nil, err end
  for _, experiment in ipairs(AFTER_THE_OFFER) do
    done, err = experiment(probe, offer_uri)
    if not done then return nil, err end
  end
  return probe
end

return M
