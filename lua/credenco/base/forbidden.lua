--- Keeps a workflow's code from ending the program that runs it, from writing to its standard output, from reading a
--- source on its standard input, and from closing the client.

local M = {}

M.EXIT = "a workflow must not call os.exit, since its other records would be left open: throw an error instead"
M.CLOSE = "a workflow must not close the client, since its other records need it"

--- Whether a function's error is one of these messages.
---@param problem any
---@return string? message
function M.message_in(problem)
  for _, message in ipairs { M.EXIT, M.CLOSE } do
    if type(problem) == "string" and problem:sub(-#message) == message then return message end
  end
end

--- The client for a workflow's functions: they may not close it.
---@param client credenco.Client
---@return credenco.Client
function M.kept_open(client)
  return setmetatable({ close = function() error(M.CLOSE, 2) end }, { __index = client })
end

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

local WITHOUT_INPUT = "exec </dev/null\n"

--- From now on, in the whole process, io.read and io.stdin read nothing, and neither do the programs that os.execute and
--- io.popen start: `ssh` and others read all of their standard input, and those lines of the source would be lost.
function M.keep_from_input()
  local execute, popen = os.execute, io.popen
  io.stdin = assert(io.open("/dev/null", "r")) -- luacheck: ignore 122
  io.input(io.stdin)
  os.execute = function(command) -- luacheck: ignore 122
    return execute(command and WITHOUT_INPUT .. command)
  end
  io.popen = function(command, mode) -- luacheck: ignore 122
    return popen(mode == "w" and command or WITHOUT_INPUT .. command, mode)
  end
end

return M
