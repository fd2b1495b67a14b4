--- The garbage collector of a program that issues many records. Only the program sets it: a library leaves its host's
--- collector alone.
local M = {}

-- The heap's size, in percent of what the last collection left, at which LuaJIT begins the next one. A run keeps 2 to 4 MiB
-- in use and makes 5 KiB of garbage for each record. With LuaJIT's 200 percent, a tenth of the CPU time went to collections;
-- with 400 percent, less than half of that does, and the process needs some 8 MiB more. Lua 5.4 gains nothing.
M.PAUSE = 400

--- Sets it for the rest of the process.
function M.set()
  if jit then collectgarbage("setpause", M.PAUSE) end
end

return M
