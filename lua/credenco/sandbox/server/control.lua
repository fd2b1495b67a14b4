--- The sandbox's own controls: reset, clock, revocation, log.
local accounts = require "credenco.sandbox.server.accounts"
local afterwards = require "credenco.sandbox.wallet.afterwards"
local behaviour = require "credenco.sandbox.ground.current_behaviour"
local behaviours = require "credenco.sandbox.ground.behaviours"
local clock = require "credenco.sandbox.ground.clock"
local config = require "credenco.sandbox.ground.config"
local faults = require "credenco.sandbox.server.faults"
local json = require "credenco.sandbox.ground.json"
local log = require "credenco.sandbox.ground.log"
local respond = require "credenco.sandbox.ground.respond"
local revocations = require "credenco.sandbox.issuer.revocations"
local store = require "credenco.sandbox.ground.store"
local templates = require "credenco.sandbox.issuer.templates"
local wallet_api = require "credenco.sandbox.wallet.wallet_api"
local wallets = require "credenco.sandbox.wallet.wallets"

local M = {}

--- The body of POST /sandbox/clock.
M.ADVANCE = { type = "object", members = {
  advance_s = { type = "integer", required = true, min = 0, max = 10 * 366 * 86400 },
} }
local ANY_OBJECT = { type = "object" } -- behaviours.lua reads it
local POLL_S = 0.25
local KEEPALIVE_POLLS = 40

function M.ready()
  return respond.json(200, { ready = true })
end

--- The wallets, the API key and the client of the start.
function M.begin()
  accounts.create_first()
  for _, description in ipairs(config.wallets) do
    wallets.create(description)
  end
end

--- POST /sandbox/reset: restores the state of the start, except the issuer's key.
function M.reset()
  store.clear()
  M.begin()
  return respond.empty(204)
end

--- POST /sandbox/clock {"advance_s": n}
function M.advance_clock(request)
  local order, refusal = request:read(M.ADVANCE)
  if not order then
    return refusal
  end
  return respond.json(200, { now = clock.advance(order.advance_s) })
end

--- POST /sandbox/revoke/{revocation_uuid}
function M.revoke(request)
  local entry = revocations.revoke(request.params.uuid)
  if not entry then
    return respond.problem(404, "no credential was issued with this revocation_uuid")
  end
  log.add { source = "issuer", step = "credential revoked", ok = true }
  return respond.json(200, {
    revocation_uuid = entry.uuid, status_list = { uri = revocations.uri(), idx = entry.index },
  })
end

--- POST /sandbox/wallets/{key}/credentials/{id}/revoke: the same for one that a wallet holds.
M.revoke_credential = wallet_api.with_wallet(function(request, wallet)
  local credential = wallets.credential(wallet.key, tonumber(request.params.id) or 0)
  if not credential then
    return respond.problem(404, "no credential with this id")
  end
  local place = credential.status_list
  if not place or place.uri ~= revocations.uri() then
    return respond.problem(409, "this credential is of another issuer, or cannot be revoked")
  end
  revocations.revoke_index(place.idx)
  log.add { source = "issuer", step = "credential revoked", ok = true, detail = credential.template }
  return respond.json(200, { status_list = { uri = place.uri, idx = place.idx } })
end)

--- GET /sandbox/settings: addresses and credentials, for a page or a program that uses this sandbox.
function M.settings()
  local list = json.array({})
  for index, template in ipairs(templates.all()) do
    list[index] = {
      key = template.key, name = template.name, format = template.format,
      claims = template.claims, display = template.display,
    }
  end
  return respond.json(200, {
    base_url = config.base_url, issuer_did = config.issuer_did, credential_issuer = config.credential_issuer,
    api_key = config.api_key, templates = list, behaviours = behaviours.LIST,
    faults = { endpoints = faults.ENDPOINTS, effects = faults.EFFECTS, changes = faults.CHANGES },
  })
end

--- PUT /sandbox/faults
function M.set_faults(request)
  local order, refusal = request:read(faults.ORDER)
  if not order then
    return refusal
  end
  faults.set(order)
  return M.get_faults()
end

function M.get_faults()
  return respond.json(200, faults.get())
end

--- DELETE /sandbox/faults
function M.clear_faults()
  faults.clear()
  return respond.empty(204)
end

--- PUT /sandbox/behaviour
function M.set_behaviour(request)
  local changes, refusal = request:read(ANY_OBJECT)
  if not changes then
    return refusal
  end
  local ok, detail = behaviour.set(changes)
  if not ok then
    return respond.problem(400, detail)
  end
  return M.get_behaviour()
end

function M.get_behaviour()
  return respond.json(200, behaviour.get())
end

--- DELETE /sandbox/behaviour
function M.clear_behaviour()
  behaviour.clear()
  return respond.empty(204)
end

--- GET /sandbox/exchanges: the number of deliveries that the wallets have accepted and not processed yet.
function M.exchanges()
  return respond.json(200, { under_way = afterwards.under_way() })
end

--- GET /sandbox/log?after=id: the entries after that one.
function M.log(request)
  return respond.json(200, log.since(tonumber(request.query.after) or 0))
end

local function send_event(entry)
  ngx.print(("id: %d\ndata: %s\n\n"):format(entry.id, json.encode(entry)))
end

local function stream(after)
  local quiet = 0
  while not ngx.worker.exiting() do
    after = log.last() < after and 0 or after -- after a reset of the sandbox the numbers begin again
    for _, entry in ipairs(log.since(after)) do
      send_event(entry)
      after, quiet = entry.id, 0
    end
    if quiet % KEEPALIVE_POLLS == 0 then
      ngx.print ":\n\n"
    end
    quiet = quiet + 1
    if not ngx.flush(true) then
      return
    end
    ngx.sleep(POLL_S)
  end
end

--- GET /sandbox/events: the log as server-sent events, from `Last-Event-ID` on.
function M.events(request)
  local after = tonumber(request.headers["last-event-id"] or request.query.after) or 0
  return {
    status = 200,
    headers = { ["Content-Type"] = "text/event-stream", ["Cache-Control"] = "no-store" },
    stream = function() stream(after) end,
  }
end

return M
