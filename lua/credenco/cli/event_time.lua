--- The time of day of an event, from its monotonic time: RFC 3339, in UTC, with milliseconds.
local core = require "credenco.core"

local floor = math.floor

local M = {}

local WATCH_MS = 60000

local ahead_ms, known_until_ms = 0, -math.huge -- difference of the two clocks; the time until which it is reused
local second, second_text = nil, nil           -- the last second, and its text

---@param at_ms number  on `core.now_ms`'s clock
---@return string
function M.at(at_ms)
  if at_ms > known_until_ms then
    ahead_ms, known_until_ms = core.unix_ms() - core.now_ms(), at_ms + WATCH_MS
  end
  local wall_ms = at_ms + ahead_ms
  local this = floor(wall_ms / 1000)
  if this ~= second then second, second_text = this, os.date("!%Y-%m-%dT%H:%M:%S", this) end
  return ("%s.%03dZ"):format(second_text, wall_ms - this * 1000)
end

return M
