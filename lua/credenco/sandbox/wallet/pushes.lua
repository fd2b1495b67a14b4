--- The offers that were delivered to the wallets, and their outcomes. A delivery is stored before the wallet works on it.
--- If its worker dies, the next worker continues it, or another delivery of the same offer begins it again.
local process = require "credenco.sandbox.ground.processes"
local store = require "credenco.sandbox.ground.store"

local M = {}

local MEMORY_S = 86400
local POLL_S = 0.01
local OPEN = "open-pushes"

---@class credenco.SandboxPush
---@field state "waiting"|"kept"|"discarded"|"inbox"
---@field id integer? of the entry among the credentials, among the discarded ones, or in the inbox
---@field reason string? why it was discarded
---@field detail string? the same in words
---@field again boolean? there was no credential: the next delivery tries again
---@field owner integer? process id of its worker

---@class credenco.SandboxOpenPush
---@field id integer
---@field wallet_key string
---@field offer_uri string
---@field direct boolean

local function key_of(wallet_key, offer_uri)
  return store.key("push", wallet_key, ngx.md5(offer_uri))
end

--- The outcome of a delivery of this offer to this wallet.
---@return credenco.SandboxPush?
function M.find(wallet_key, offer_uri)
  return store.get(key_of(wallet_key, offer_uri))
end

local function is_orphan(push)
  return push.state == "waiting" and not process.is_alive(push.owner)
end

local function can_begin(push)
  return push.again or is_orphan(push)
end

local function mine()
  return { state = "waiting", owner = ngx.worker.pid() }
end

--- Takes a delivery that was begun before, for this worker.
---@param is_free fun(push: credenco.SandboxPush): boolean
---@return boolean taken
local function take_over(key, is_free)
  local taken = false
  store.update(key, function(push)
    taken = is_free(push)
    return taken and mine() or nil
  end, MEMORY_S)
  return taken
end

--- Begins a delivery.
---@param push credenco.SandboxOpenPush gets its id
---@param waits boolean whether to wait for the end of one in progress
---@return boolean begun to be settled; false if the offer was delivered before
function M.begin(push, waits)
  local key = key_of(push.wallet_key, push.offer_uri)
  while not store.add(key, mine(), MEMORY_S) and not take_over(key, can_begin) do
    local earlier = store.get(key)
    if earlier and (earlier.state ~= "waiting" or not waits) then
      return false
    end
    ngx.sleep(POLL_S)
  end
  local ok, err = pcall(store.append, OPEN, push)
  if not ok then
    store.delete(key)
    error(err, 0)
  end
  return true
end

--- Does the work of a delivery. If that throws, because memory is full, the offer can be delivered again.
---@param push credenco.SandboxOpenPush
---@param work fun(): credenco.SandboxPush returns the outcome
---@return credenco.SandboxPush
function M.settle(push, work)
  local key, ok, outcome = key_of(push.wallet_key, push.offer_uri), pcall(work)
  if ok then
    store.set(key, outcome, MEMORY_S)
  else
    store.delete(key)
  end
  store.remove(OPEN, push.id)
  return ok and outcome or error(outcome, 0)
end

--- Takes over the deliveries of dead workers.
---@return credenco.SandboxOpenPush[]
function M.orphans()
  local orphans = {}
  for _, push in ipairs(store.list(OPEN)) do
    if take_over(key_of(push.wallet_key, push.offer_uri), is_orphan) then
      orphans[#orphans + 1] = push
    end
  end
  return orphans
end

return M
