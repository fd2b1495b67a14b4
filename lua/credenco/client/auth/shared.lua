--- One OAuth2 token for all workers of an nginx, in a shared dictionary. One worker at a time fetches it.
---
--- A worker that fetches holds a lock that expires soon after its fetch must be over, so that a worker that dies does
--- not block the others for long. Times are those of the monotonic clock, which all processes of a machine share.

local core = require "credenco.core"
local loop = require "credenco.loop"

local M = {}

local LOCK_S = 2
local LOCK_RENEWED_MS = 500
local LOOK_EVERY_MS = 10

---@class credenco.SharedToken
local Shared = {}
Shared.__index = Shared

-- The settings that distinguish one token from another.
local PARTS = { "token_url", "client_id", "scope", "audience", "resource" }

--- @param settings { shared_dict: string, token_url: string, client_id: string, scope: string?, audience: string?, resource: string? }
--- @return credenco.SharedToken
function M.new(settings)
  local parts = {}
  for i, part in ipairs(PARTS) do parts[i] = core.encode(settings[part] or "") end
  local name = table.concat(parts, " ")
  return setmetatable({
    dict = loop.shared_dict(settings.shared_dict),
    token_key = "credenco token " .. name,
    lock_key = "credenco lock " .. name,
  }, Shared)
end

-- No byte of a token is a space (RFC 6749, A.12).
local function read(self)
  local dies_ms, renew_ms, value = (self.dict:get(self.token_key) or ""):match "^(%S+) (%S+) (%S+)$"
  if not value then return nil end
  return { value = value, dies_ms = tonumber(dies_ms), renew_ms = tonumber(renew_ms) }
end

local function write(self, token)
  local life_s = token.dies_ms and math.max(0.001, (token.dies_ms - loop.now_ms()) / 1000) or 0
  self.dict:set(self.token_key, ("%s %s %s"):format(
    token.dies_ms or "never", token.renew_ms or "never", token.value), life_s)
end

local function fresh(self, refused)
  local token = read(self)
  if not token or token.value == refused then return nil end
  if token.renew_ms and loop.now_ms() >= token.renew_ms then return nil end
  return token
end

local function keep_lock(self, lock)
  while lock.held do
    self.dict:expire(self.lock_key, LOCK_S)
    loop.sleep(LOCK_RENEWED_MS)
  end
end

-- Another worker may have stored the token between the look at it and the lock.
local function fetch_locked(self, fetch, refused)
  local there = fresh(self, refused)
  if there then return there end
  local lock = { held = true }
  loop.spawn(keep_lock, self, lock)
  local token, err = fetch()
  lock.held = false
  if token then write(self, token) end
  return token, err
end

--- A token that is not `refused` and need not be renewed yet: the stored one, one that another worker is fetching, or
--- the result of `fetch`. It waits for the other worker, but not beyond the deadline: otherwise waiting calls would pile
--- up while an issuer hangs.
---@param fetch fun(): table?, credenco.Error?
---@param refused string?
---@param deadline_ms number
---@return table? token  value, dies_ms, renew_ms
---@return credenco.Error|"timeout"|nil err
function Shared:obtain(fetch, refused, deadline_ms)
  while true do
    local token = fresh(self, refused)
    if token then return token end
    if self.dict:add(self.lock_key, true, LOCK_S) then break end
    if loop.now_ms() >= deadline_ms then return nil, "timeout" end
    loop.sleep(LOOK_EVERY_MS)
  end
  local token, err = fetch_locked(self, fetch, refused)
  self.dict:delete(self.lock_key)
  return token, err
end

--- Removes a token that the server refuses, unless it was replaced meanwhile.
---@param refused string
function Shared:drop(refused)
  local token = read(self)
  if token and token.value == refused then self.dict:delete(self.token_key) end
end

return M
