-- Child processes over luv: run one to its end, or start one and end it by its own handle.
local uv = require "luv"

local M = {}

---@class bench.Finished
---@field code integer exit status; 128 + n after signal n
---@field stdout string
---@field stderr string

local function collect(pipe, into)
  uv.read_start(pipe, function(_, chunk)
    if chunk then
      into[#into + 1] = chunk
    else
      uv.close(pipe)
    end
  end)
end

local function environment(extra)
  local env = {}
  for name, value in pairs(uv.os_environ()) do
    if extra[name] == nil then env[#env + 1] = name .. "=" .. value end
  end
  for name, value in pairs(extra) do
    env[#env + 1] = name .. "=" .. value
  end
  return env
end

--- The command pinned to one processor, or as it is when `cpu` is nil.
---@param cpu integer?
---@param command string[]
---@return string[]
function M.pinned(cpu, command)
  if not cpu then return command end
  local pinned = { "taskset", "-c", tostring(cpu) }
  for _, word in ipairs(command) do
    pinned[#pinned + 1] = word
  end
  return pinned
end

--- Starts a command. `on_exit(code)` is called when it ends. Raises an error when it cannot start.
---@param command string[] program and arguments
---@param options { cwd: string?, env: table<string, string>?, stdio: table? }
---@param on_exit fun(code: integer)
---@return userdata handle
---@return integer pid
function M.start(command, options, on_exit)
  local handle, pid
  handle, pid = uv.spawn(command[1], {
    args = { table.unpack(command, 2) },
    cwd = options.cwd,
    env = environment(options.env or {}),
    stdio = options.stdio,
  }, function(code, signal)
    uv.close(handle)
    on_exit(signal ~= 0 and 128 + signal or code)
  end)
  if not handle then error(("cannot start %s: %s"):format(command[1], pid), 0) end
  return handle, pid
end

--- Runs a command to its end; after `options.limit_s` seconds it is killed.
---@param command string[]
---@param options { cwd: string?, env: table<string, string>?, limit_s: integer? }?
---@return bench.Finished
function M.run(command, options)
  options = options or {}
  local out, err = uv.new_pipe(false), uv.new_pipe(false)
  local stdout, stderr = {}, {}
  local code
  local handle = M.start(command, { cwd = options.cwd, env = options.env, stdio = { nil, out, err } },
    function(status) code = status end)
  local limit = uv.new_timer()
  uv.timer_start(limit, (options.limit_s or 600) * 1000, 0, function()
    uv.process_kill(handle, "sigkill")
  end)
  collect(out, stdout)
  collect(err, stderr)
  while not (code and uv.is_closing(out) and uv.is_closing(err)) do
    uv.run "once"
  end
  uv.close(limit)
  return { code = code, stdout = table.concat(stdout), stderr = table.concat(stderr) }
end

--- Runs a command and returns its output; throws an error with its messages if it fails.
---@param command string[]
---@param options table?
---@return string stdout
function M.must(command, options)
  local finished = M.run(command, options)
  if finished.code ~= 0 then
    error(("%s exited with %d:\n%s%s"):format(table.concat(command, " "), finished.code,
      finished.stdout, finished.stderr), 0)
  end
  return finished.stdout
end

--- Turns the event loop until `done()` is true or `limit_ms` have passed; gives what `done` said last.
---@param limit_ms integer
---@param done fun(): any
---@return any
function M.wait(limit_ms, done)
  local expired = false
  uv.update_time() -- a timer counts from the loop's last turn, which may be long ago
  local timer = uv.new_timer()
  local tick = uv.new_timer()
  uv.timer_start(timer, limit_ms, 0, function() expired = true end)
  uv.timer_start(tick, 0, 20, function() end)
  local answer = done()
  while not answer and not expired do
    uv.run "once"
    answer = done()
  end
  uv.close(timer)
  uv.close(tick)
  return answer
end

return M
