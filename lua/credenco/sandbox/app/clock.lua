--- The sandbox's time of day. It can be moved forward (POST /sandbox/clock), so that a
--- pipeline can meet an expired offer or credential without waiting for it.
local M = {}

local OFFSET = "clock-offset"

--- Seconds since the epoch.
---@return integer
function M.now()
  return os.time() + (ngx.shared.sandbox:get(OFFSET) or 0)
end

---@param seconds integer
---@return integer now
function M.advance(seconds)
  ngx.shared.sandbox:incr(OFFSET, seconds, 0)
  return M.now()
end

return M
