--- Ends nginx if the program that started it ended without stopping it (killed, crashed), so that no sandbox outlives
--- its owner.
local process = require "credenco.sandbox.ground.processes"

local M = {}

local INTERVAL_S = 1

--- Starts to watch `owner_pid`, in this worker.
function M.start(owner_pid)
  if ngx.worker.id() ~= 0 then
    return
  end
  assert(ngx.timer.every(INTERVAL_S, function(exiting)
    if not exiting and not process.is_alive(owner_pid) then
      process.stop_master()
    end
  end))
end

return M
