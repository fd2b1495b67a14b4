--- Times of day as RFC 3339 has them, in UTC.
local core = require "credenco.core"

local floor = math.floor

local SECONDS = "!%Y-%m-%dT%H:%M:%S"

local M = {}

--- The beginning of each line of a log of events (--log, --audit); the time follows.
M.LINE_BEGINS = '{"time":"'

--- The time of day of a moment.
---@param seconds number  since the epoch
---@return string
function M.of(seconds)
  return os.date(SECONDS, floor(seconds)) .. "Z"
end

local WATCH_MS = 60000

local ahead_ms, known_until_ms = 0, -math.huge -- difference of the two clocks; the time until which it is reused
local second, second_text = nil, nil           -- the last second, and its text

--- The time of day of an event, with milliseconds.
---@param at_ms number  on `core.now_ms`'s clock
---@return string
function M.at(at_ms)
  if at_ms > known_until_ms then
    ahead_ms, known_until_ms = core.unix_ms() - core.now_ms(), at_ms + WATCH_MS
  end
  local wall_ms = at_ms + ahead_ms
  local this = floor(wall_ms / 1000)
  if this ~= second then second, second_text = this, os.date(SECONDS, this) end
  return ("%s.%03dZ"):format(second_text, wall_ms - this * 1000)
end

return M
