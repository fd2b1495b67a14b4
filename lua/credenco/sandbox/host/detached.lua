--- Runs this program again in the background: `credenco sandbox --env` starts the sandbox and ends.
local cjson = require "cjson"
local process = require "credenco.sandbox.host.nginx_process"
local uv = require "luv"

local M = {}

-- The interpreter with its own options, the script, and its arguments as changed by `arguments`.
local function command_line(argv, arguments)
  local first, words = 0, {}
  while argv[first - 1] do
    first = first - 1
  end
  for index = first, 0 do
    words[#words + 1] = argv[index]
  end
  for _, argument in ipairs(arguments) do
    words[#words + 1] = argument
  end
  return table.remove(words, 1), words
end

local function catch(pipe)
  local text = { "" }
  pipe:read_start(function(_, chunk)
    text[1] = text[1] .. (chunk or "")
  end)
  return text
end

local function close(handle)
  if not handle:is_closing() then
    handle:close()
  end
end

local function failure(text)
  local ok, report = pcall(cjson.decode, text:match "[^\n]+\n?$" or "")
  return ok and report.error or { code = "unexpected", message = text }
end

--- Starts the program, and returns when it has printed its ready line.
---@param argv table<integer, string> of this program, from Lua
---@param arguments string[] of the other: it must print a line of JSON when it is ready, and failures as JSON
---@return table? ready the decoded line
---@return { code: string, message: string }|integer err_or_pid
function M.start(argv, arguments)
  local program, words = command_line(argv, arguments)
  local out, err, exited = uv.new_pipe(false), uv.new_pipe(false), false
  local handle, pid = uv.spawn(program, { args = words, detached = true, stdio = { nil, out, err } },
    function() exited = true end)
  if not handle then
    return nil, { code = "unexpected", message = ("cannot start %s: %s"):format(program, tostring(pid)) }
  end
  local line, problem = catch(out), catch(err)
  while not line[1]:find "\n" and not exited do
    uv.run "once"
  end
  process.settle() -- reads what it has written before it ended
  for _, one in ipairs { handle, out, err } do
    close(one)
  end
  process.settle()
  if not line[1]:find "\n" then
    return nil, failure(problem[1])
  end
  return cjson.decode(line[1]), pid
end

return M
