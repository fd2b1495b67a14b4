--- Keeps a workflow's code from ending the program that runs it, and from writing to its standard output.

local M = {}

M.EXIT = "a workflow must not call os.exit, since its other records would be left open: throw an error instead"

local function tab_separated(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  return table.concat(parts, "\t")
end

--- From now on, in the whole process, os.exit throws, and print, io.write and io.stdout write to standard error. Only for
--- a program of its own, before it loads a workflow.
function M.keep_out()
  os.exit = function() error(M.EXIT, 2) end -- luacheck: ignore 122
  print = function(...) io.stderr:write(tab_separated(...), "\n") end -- luacheck: ignore 121
  io.output(io.stderr)
  io.stdout = io.stderr -- luacheck: ignore 122
end

return M
