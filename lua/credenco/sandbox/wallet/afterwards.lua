--- Work of this worker that nobody waits for: the exchanges that run after a push was answered. nginx drops timers
--- beyond its limit without a word, so a few timers take the work from a list.
local M = {}

local MAX_TIMERS = 64

local waiting, first, last = {}, 1, 0
local timers = 0

local function run(exiting)
  while first <= last and not exiting do
    local work = waiting[first]
    waiting[first], first = nil, first + 1
    local ok, err = pcall(work)
    if not ok then
      ngx.log(ngx.ERR, "after a push: ", type(err) == "table" and err[1] or tostring(err))
    end
  end
  timers = timers - 1
end

---@param work fun()
function M.run(work)
  last = last + 1
  waiting[last] = work
  if timers < MAX_TIMERS and ngx.timer.at(0, run) then
    timers = timers + 1
  end
end

return M
