-- How long this process could not run although it was ready to: what a loaded machine adds to every measured time.

local TICK_MS = 10 -- of /proc/stat

local function number_in(path, pattern)
  local file = io.open(path)
  if not file then return 0 end
  local text = file:read "*a"
  file:close()
  return tonumber(text:match(pattern)) or 0
end

--- Milliseconds so far. Other processes had the processors (of the process's first thread), or the host had them.
---@return number
return function()
  local waited_ms = number_in("/proc/self/schedstat", "^%d+ (%d+)") / 1e6
  local stolen_ms = number_in("/proc/stat", "^cpu +%d+ %d+ %d+ %d+ %d+ %d+ %d+ (%d+)") * TICK_MS
  return waited_ms + stolen_ms
end
