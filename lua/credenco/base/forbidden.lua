--- What a workflow's code must not do to the program that runs it: end it, or write to its standard output.

local M = {}

M.EXIT = "os.exit is not for a workflow, whose records would stay without a word: throw an error"

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
