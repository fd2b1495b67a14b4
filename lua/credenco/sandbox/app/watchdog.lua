--- Ends nginx when the program that started it is gone without having stopped it (killed,
--- crashed), so that no sandbox outlives its owner.
local ffi = require "ffi"

local M = {}

local INTERVAL_S = 1
local SIGTERM = 15

ffi.cdef [[
  int kill(int pid, int sig);
  int getppid(void);
]]

local function is_alive(pid)
  local no_signal = 0
  return ffi.C.kill(pid, no_signal) == 0
end

--- Starts looking after `owner_pid`, in this worker.
function M.start(owner_pid)
  if ngx.worker.id() ~= 0 then
    return
  end
  assert(ngx.timer.every(INTERVAL_S, function(exiting)
    if not exiting and not is_alive(owner_pid) then
      local master = ffi.C.getppid()
      ffi.C.kill(master, SIGTERM)
    end
  end))
end

return M
