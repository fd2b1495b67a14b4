--- The sandbox's time of day. POST /sandbox/clock moves it forward, so that a pipeline can meet an expired offer or
--- credential without waiting.
local store = require "credenco.sandbox.ground.store"

local M = {}

local OFFSET = "clock-offset"

--- Seconds since the epoch.
---@return integer
function M.now()
  return os.time() + store.counted(OFFSET)
end

---@param seconds integer
---@return integer now
function M.advance(seconds)
  store.count(OFFSET, seconds)
  return M.now()
end

return M
