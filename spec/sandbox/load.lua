--- Offers pushed to a sandbox by many at once, while something happens to it; and what became of each push.
local credenco = require "credenco"
local loop = require "credenco.loop"
local processes = require "spec.nginx.processes"
local uv = require "luv"

local M = {}

local Load = {}
Load.__index = Load

---@param world table of spec/sandbox/world.lua
---@param wallet string external key
---@param name string? a claim of each credential, such as a long one
function M.new(world, wallet, name)
  local client = credenco.new { base_url = world.base_url, api_key = world.server.api_key }
  return setmetatable({
    world = world, wallet = wallet, name = name or "Load B.V.", client = client, once = client:without_retries(),
    made = 0, lanes = 0, unmade = {}, taken = {}, refused = {}, lost = {},
  }, Load)
end

local function push_one(load)
  load.made = load.made + 1
  local id = tostring(load.made)
  local claims = { id = id, name = load.name, issuing_authority = "Credenco", issuing_country = "NL" }
  local offer, err = load.client:create_offer { template_id = "ebw_oid", claims = claims }
  if not offer then
    load.unmade[#load.unmade + 1] = err
    return
  end
  local pushed, push_err = load.once:push_offer { wallet_key = load.wallet, offer_uri = offer.offer_uri }
  local ended = pushed and load.taken or push_err.http_status and load.refused or load.lost
  ended[#ended + 1] = { id = id, offer_uri = offer.offer_uri, err = push_err }
end

--- Runs `lanes` tasks that push one offer after the other until `is_over(load)`; `meanwhile` runs beside them.
function Load:run(lanes, is_over, meanwhile)
  self.lanes = lanes
  for _ = 1, lanes do
    loop.spawn(function()
      repeat
        push_one(self)
      until is_over(self)
      self.lanes = self.lanes - 1
    end)
  end
  if meanwhile then
    meanwhile()
  end
  while self.lanes > 0 do
    loop.sleep(10)
  end
end

--- Pushes again.
function Load:again(push)
  return self.client:push_offer { wallet_key = self.wallet, offer_uri = push.offer_uri } ~= nil
end

function Load:became(push)
  local query = { credential_offer_uri = push.offer_uri }
  local answer = self.client:request { path = ("/sandbox/wallets/%s/pushes"):format(self.wallet), query = query }
  return answer and answer.json
end

local function nowhere(load, pushes)
  local state, kept, discarded, missing = load.world:wallet(load.wallet), {}, {}, {}
  for _, credential in ipairs(state.credentials) do
    kept[credential.id] = credential.claims.id
  end
  for _, entry in ipairs(state.discarded) do
    discarded[entry.id] = true
  end
  for _, push in ipairs(pushes) do
    local became = load:became(push) or {}
    local is_there = became.state == "kept" and kept[became.id] == push.id
      or became.state == "discarded" and discarded[became.id]
    missing[#missing + 1] = not is_there and push or nil
  end
  return missing
end

--- The pushes of a list that are nowhere, neither in the wallet nor among the discarded, also after some patience.
---@param patience_ms number?
---@return string[] ids
function Load:missing(pushes, patience_ms)
  local deadline_ms, ids = loop.now_ms() + (patience_ms or 0), {}
  local missing = nowhere(self, pushes)
  while #missing > 0 and loop.now_ms() < deadline_ms do
    loop.sleep(100)
    missing = nowhere(self, missing)
  end
  for index, push in ipairs(missing) do
    ids[index] = push.id
  end
  return ids
end

--- The ids of claims that the wallet holds more than once.
function Load:twice()
  local seen, twice = {}, {}
  for _, credential in ipairs(self.world:wallet(self.wallet).credentials) do
    local id = credential.claims.id
    twice[#twice + 1] = seen[id] and id or nil
    seen[id] = true
  end
  return twice
end

function Load:close()
  self.client:close()
end

--- Kills one of nginx's workers.
function M.kill_worker(world)
  local workers = processes.children(world.server.pid)
  uv.kill(workers[math.random(#workers)], "sigkill")
end

return M
