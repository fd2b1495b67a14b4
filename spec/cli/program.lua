-- Runs the real program, bin/credenco, the way a shell would: with an environment of its own, its standard
-- input, and both outputs caught.
local uv = require "luv"
local wait = require "spec.support.wait"

local TIMEOUT_MS = 600000 -- only a program that hangs is waited for so long

-- The environment in which the program runs under the same engine, build and sanitizer as the specs.
local INHERITED = { "PATH", "HOME", "TMPDIR", "LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LUA_INIT" }
local MODULES = { LUA_PATH = package.path, LUA_CPATH = package.cpath }

local NO_PROFILES = { XDG_CONFIG_HOME = "/nonexistent" } -- whoever runs the specs may have some

local M = {}

local function environment(given)
  local all, list = {}, {}
  for name, value in pairs(MODULES) do all[name] = value end
  for name, value in pairs(NO_PROFILES) do all[name] = value end
  for _, name in ipairs(INHERITED) do all[name] = os.getenv(name) end
  for name, value in pairs(given or {}) do all[name] = value end
  for name, value in pairs(all) do list[#list + 1] = name .. "=" .. value end
  return list
end

local function catch(pipe)
  local parts, ended = {}, false
  pipe:read_start(function(_, bytes)
    parts[#parts + 1] = bytes
    ended = not bytes
  end)
  return function() return table.concat(parts), ended end
end

---@class spec.Run
---@field pid integer
---@field code integer? exit code, once it has ended
local Run = {}
Run.__index = Run

--- Gives it the rest of its standard input and closes that.
---@param text string?
function Run:finish_input(text)
  if text then
    self.stdin:write(text)
  end
  self.stdin:shutdown(function() end)
end

---@param signal string
function Run:kill(signal)
  self.process:kill(signal)
end

--- What it has written so far.
---@return string
function Run:stdout()
  return (self.read_out())
end

---@return string
function Run:stderr()
  return (self.read_err())
end

--- Waits for its end.
---@return { code: integer, out: string, err: string }
function Run:finish()
  local function over()
    local _, out_ended = self.read_out()
    local _, err_ended = self.read_err()
    return self.code and out_ended and err_ended
  end
  if not wait.until_true(over, TIMEOUT_MS) then
    self:kill "sigkill"
    error("the program did not end; it said: " .. self:stderr())
  end
  for _, handle in ipairs { self.process, self.stdin, self.out, self.err } do
    wait.close(handle)
  end
  return { code = self.code, out = self:stdout(), err = self:stderr() }
end

--- Starts another program, under the same conditions, and leaves it running.
---@return spec.Run
function M.start_command(path, arguments, env)
  local self = setmetatable({ stdin = uv.new_pipe(false), out = uv.new_pipe(false), err = uv.new_pipe(false) }, Run)
  self.process, self.pid = assert(uv.spawn(path, {
    args = arguments,
    env = environment(env),
    stdio = { self.stdin, self.out, self.err },
  }, function(code, signal)
    self.code = signal ~= 0 and 128 + signal or code
  end))
  self.read_out, self.read_err = catch(self.out), catch(self.err)
  return self
end

--- Starts the program and leaves it running.
---@param arguments string[]
---@param env table<string, string>? added to what it needs to run
---@return spec.Run
function M.start(arguments, env)
  local words = { "bin/credenco", (table.unpack or unpack)(arguments) }
  if env and env.CREDENCO_JOURNAL and (arguments[1] == "run" or arguments[1] == "work") then
    words[#words + 1] = "--new-journal" -- the specs of one sandbox issue the same records, each into a journal of its own
  end
  return M.start_command(uv.exepath(), words, env)
end

--- Runs another program to its end, under the same conditions.
---@param path string
---@param arguments string[]
---@param env table<string, string>?
---@param stdin string?
---@return { code: integer, out: string, err: string }
function M.run_command(path, arguments, env, stdin)
  local run = M.start_command(path, arguments, env)
  run:finish_input(stdin)
  return run:finish()
end

--- Runs the program to its end.
---@param arguments string[]
---@param env table<string, string>?
---@param stdin string?
---@return { code: integer, out: string, err: string }
function M.run(arguments, env, stdin)
  local run = M.start(arguments, env)
  run:finish_input(stdin)
  return run:finish()
end

return M
