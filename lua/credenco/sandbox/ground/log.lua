--- The live log: the steps inside the sandbox, for the developer. It holds only the last entries, and never an offer
--- URI, a code, a token or a claim.
local clock = require "credenco.sandbox.ground.clock"
local store = require "credenco.sandbox.ground.store"

local M = {}

local LIST = "log"
local KEPT = 2000

---@class credenco.SandboxLogEntry
---@field id integer
---@field at integer seconds since the epoch
---@field source "issuer"|"wallet"|"fault"|"behaviour"
---@field step string
---@field ok boolean
---@field detail string?
---@field wallet string? external key
---@field exchange string? groups the steps of one exchange

--- When memory is full, an entry is dropped: nobody depends on the log.
---@param entry table source, step, ok and other known fields
function M.add(entry)
  entry.at = clock.now()
  local ok, id = pcall(store.append, LIST, entry)
  if ok and id > KEPT then
    store.remove(LIST, id - KEPT)
  elseif not ok and id ~= store.FULL then
    error(id, 0)
  end
end

--- Entries newer than `after`, oldest first.
---@param after integer
---@return credenco.SandboxLogEntry[]
function M.since(after)
  return store.list(LIST, math.max(after, M.last() - KEPT))
end

---@return integer id of the newest entry, 0 if there is none
function M.last()
  return store.length(LIST)
end

return M
