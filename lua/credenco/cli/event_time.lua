--- Times of day as RFC 3339 has them, in UTC.
local core = require "credenco.core"

local M = {}

--- The beginning of each line of a log of events (--log, --audit); the time follows.
M.LINE_BEGINS = '{"time":"'

--- The time of day of a moment.
---@param seconds number  since the epoch
---@return string
function M.of(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(seconds))
end

--- The time of day of an event, with milliseconds.
---@param at_ms number  on `core.now_ms`'s clock
---@return string
function M.at(at_ms)
  return core.time_of_day(at_ms)
end

return M
