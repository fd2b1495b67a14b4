--- The pace at which records start: the rate that the user asked for. A 429, with or without Retry-After, lowers it;
--- then it slowly rises again.
---
--- The arithmetic is pure: times come in, times go out. The caller waits.

local M = {}

--- After this time a record asks again, even if the server wants a longer pause.
M.LONGEST_PAUSE_MS = 300000

local FIRST_PAUSE_MS, LONGEST_OWN_PAUSE_MS = 1000, 60000
local SLOWEST_PER_S = 0.5
local BACK_OFF, RECOVERY, RECOVERY_MS = 0.5, 1.1, 1000
local WINDOW_MS = 1000

---@class credenco.pipeline.Throttle
---@field per_s number? nil: no limit
---@field pause_until_ms number the end of the pause that the server asked for
local Throttle = {}
Throttle.__index = Throttle

---@param per_s? number records a second; nil for no limit
---@return credenco.pipeline.Throttle
function M.new(per_s)
  return setmetatable({ asked_per_s = per_s, per_s = per_s, next_ms = 0, pause_until_ms = 0,
    window_ms = 0, in_window = 0, seen_per_s = 0, refusals = 0 }, Throttle)
end

-- Counts a start, to know the rate that there was before a refusal.
function Throttle:observe(now_ms)
  if now_ms - self.window_ms >= WINDOW_MS then
    self.seen_per_s = self.in_window * 1000 / math.max(now_ms - self.window_ms, WINDOW_MS)
    self.window_ms, self.in_window = now_ms, 0
  end
  self.in_window = self.in_window + 1
end

-- Raises a rate that was lowered, step by step.
function Throttle:recover(now_ms)
  if not self.lowered_ms or now_ms - self.lowered_ms < RECOVERY_MS then return end
  self.lowered_ms = now_ms
  self.per_s = self.per_s * RECOVERY
  local goal = self.asked_per_s or self.seen_before
  if self.per_s >= goal then
    self.per_s, self.lowered_ms, self.refusals = self.asked_per_s, nil, 0
  end
end

--- Reserves the next start.
---@param now_ms number
---@return number start_ms when it may be
function Throttle:reserve(now_ms)
  self:observe(now_ms)
  self:recover(now_ms)
  local start_ms = math.max(now_ms, self.next_ms, self.pause_until_ms)
  self.next_ms = self.per_s and start_ms + 1000 / self.per_s or 0
  return start_ms
end

--- Takes note that the server asked for a lower rate.
---@param now_ms number
---@param retry_after_ms? number the wait that the server asked for
---@return number pause_ms
function Throttle:refused(now_ms, retry_after_ms)
  if now_ms < self.pause_until_ms then return self.pause_until_ms - now_ms end -- a response of the same burst
  self.refusals = self.refusals + 1
  local pause = retry_after_ms
  if not pause or pause <= 0 then -- "0", or a date in the past, beside a 429: not a useful time
    pause = math.min(LONGEST_OWN_PAUSE_MS, FIRST_PAUSE_MS * 2 ^ (self.refusals - 1))
  end
  pause = math.min(pause, M.LONGEST_PAUSE_MS)
  local current = self.per_s or math.max(self.seen_per_s, self.in_window, 2 * SLOWEST_PER_S)
  if not self.lowered_ms then self.seen_before = current end
  self.per_s = math.max(SLOWEST_PER_S, current * BACK_OFF)
  self.pause_until_ms = now_ms + pause
  self.lowered_ms = self.pause_until_ms
  self.next_ms = 0
  return pause
end

return M
