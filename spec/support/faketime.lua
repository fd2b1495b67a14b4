-- Another time of day, or a faster one, for a program that a spec starts (libfaketime).
local M = {}

local LIBRARY = io.popen("ls /usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null"):read "*l"

--- Why it cannot be used here; nil if it can.
---@return string?
function M.missing()
  if not LIBRARY or os.getenv "LD_PRELOAD" then
    return "libfaketime is not installed, or another library has to be loaded first (AddressSanitizer)"
  end
end

--- Adds to an environment that the machine's clock is off.
---@param offset string "+600s", "-1y"
function M.shifted(offset, env)
  env.LD_PRELOAD, env.FAKETIME, env.FAKETIME_DONT_FAKE_MONOTONIC = LIBRARY, offset, "1"
  return env
end

--- Adds to an environment that all clocks and waits are this many times as fast.
---@param factor integer
function M.faster(factor, env)
  env.LD_PRELOAD, env.FAKETIME = LIBRARY, ("+0 x%d"):format(factor)
  return env
end

return M
