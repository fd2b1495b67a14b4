-- Starts real servers for specs and stops them again. A server lives in a private folder, is ready when it
-- says so, ends when it is stopped or when the specs end in whatever way, and leaves nothing behind.
local uv = require "luv"
local files = require "spec.support.files"
local wait = require "spec.support.wait"

local OWNER_ONLY = 384 -- mode 0600

---@class spec.Server
---@field folder string removed when the server ends
---@field about any what `ready` gave
---@field private exit_code integer?
local Server = {}
Server.__index = Server

---@class spec.ServerOptions
---@field folder string? an existing private folder; made when absent; the server's from here on
---@field command fun(folder: string): string[] the program's path and its arguments
---@field ready fun(folder: string): any something true once the server can be used

-- The specs may run under a preloaded sanitizer; the servers need not.
local function environment()
  local list = { "LUA_PATH=" .. package.path, "LUA_CPATH=" .. package.cpath }
  for name, value in pairs(uv.os_environ()) do
    if not name:find("^LUA_C?PATH") and name ~= "LD_PRELOAD" then list[#list + 1] = name .. "=" .. value end
  end
  return list
end

local function spawn(self, command)
  local path = self.folder .. "/output"
  local output = assert(uv.fs_open(path, "a", OWNER_ONLY))
  self.output = assert(io.open(path, "rb"))
  self.lifeline = uv.new_pipe(false)
  local guard
  guard = assert(uv.spawn(uv.exepath(), {
    args = { "spec/support/guard.lua", self.folder, (table.unpack or unpack)(command) },
    stdio = { self.lifeline, output, output },
    env = environment(),
  }, function(code)
    guard:close(function() self.exit_code = code end)
  end))
  uv.fs_close(output)
end

--- Starts a server and waits until it is ready.
---@param options spec.ServerOptions
---@return spec.Server? server
---@return string? what it said before it ended
function Server.start(options)
  local self = setmetatable({ folder = options.folder or files.temporary_folder() }, Server)
  spawn(self, options.command(self.folder))
  wait.until_true(function()
    self.about = not self.exit_code and options.ready(self.folder)
    return self.about or self.exit_code
  end)
  if self.about then return self end
  self:stop()
  return nil, "the server did not start: " .. self:said()
end

--- The server's output and errors since the last call; also after it has ended.
---@return string
function Server:said()
  return self.output:read("*a") or ""
end

--- Stops the server and waits until it and its folder are gone. May be called twice.
---@return integer exit_code of the server; 128 and the signal's number when a signal ended it
function Server:stop()
  if self.lifeline then wait.close(self.lifeline) end
  self.lifeline = nil
  wait.until_true(function() return self.exit_code end)
  return self.exit_code or error("a server of the specs did not stop")
end

return Server
