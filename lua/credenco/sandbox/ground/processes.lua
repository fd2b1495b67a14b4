--- Processes of this machine, as far as the sandbox needs them.
local ffi = require "ffi"

local M = {}

ffi.cdef [[
  int kill(int pid, int sig);
  int getppid(void);
]]

local NO_SIGNAL = 0
local SIGTERM = 15

---@param pid integer
---@return boolean
function M.is_alive(pid)
  return ffi.C.kill(pid, NO_SIGNAL) == 0
end

--- Asks nginx's master process to stop; for its workers.
function M.stop_master()
  ffi.C.kill(ffi.C.getppid(), SIGTERM)
end

return M
