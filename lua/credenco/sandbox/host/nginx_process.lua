--- One nginx process: starts it, waits until it responds, stops it. All waits turn luv's loop, so that a program that
--- runs the loop itself continues.
local uv = require "luv"

local M = {}

local POLL_MS = 10
local STOP_GRACE_MS = 5000

--- Lets the loop finish closed handles: luv crashes if the Lua state ends before they do.
function M.settle()
  uv.run "nowait"
  uv.run "nowait"
end

--- Turns the event loop until `done()` is true or `timeout_ms` have passed.
---@return boolean finished
local function wait_until(done, timeout_ms)
  uv.update_time() -- the loop's clock stands still while nobody turns it
  local deadline = uv.now() + timeout_ms
  local timer = uv.new_timer()
  timer:start(POLL_MS, POLL_MS, function() end)
  while not done() and uv.now() < deadline do
    uv.run "once"
  end
  timer:close()
  M.settle()
  return done()
end

local function close(handle)
  if not handle:is_closing() then
    handle:close()
  end
end

--- nginx runs LuaJIT, which could not load the modules on another Lua's paths.
---@return string[]? nil to inherit the whole environment
local function environment()
  if rawget(_G, "jit") then
    return nil
  end
  local list = {}
  for name, value in pairs(uv.os_environ()) do
    if name ~= "LUA_PATH" and name ~= "LUA_CPATH" then
      list[#list + 1] = name .. "=" .. value
    end
  end
  return list
end

---@class credenco.SandboxProcess
---@field pid integer
---@field handle userdata
---@field exited boolean
---@field exit_code integer?
local Process = {}
Process.__index = Process

---@param binary string
---@param arguments string[]
---@param on_exit fun(code: integer)?
---@return credenco.SandboxProcess?
---@return string? err
function M.spawn(binary, arguments, on_exit)
  local self = setmetatable({ exited = false }, Process)
  -- Detached: Ctrl-C in a terminal reaches only this program, which then stops nginx in order.
  local options = { args = arguments, detached = true, env = environment() }
  local handle, pid = uv.spawn(binary, options, function(code)
    self.exited, self.exit_code = true, code
    close(self.handle)
    if on_exit then
      on_exit(code)
    end
  end)
  if not handle then
    return nil, ("cannot start %s: %s"):format(binary, tostring(pid))
  end
  self.handle, self.pid = handle, pid
  return self
end

--- One attempt to get any HTTP response. Calls `on_response` if one arrives.
local function probe(path, on_response)
  local socket = uv.new_pipe(false)
  socket:connect(path, function(err)
    if err then
      return close(socket)
    end
    socket:write("GET /sandbox/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
    socket:read_start(function(_, chunk)
      if chunk then
        on_response()
      end
      close(socket)
    end)
  end)
  return socket
end

--- Waits until nginx responds on its private socket, or has died. Its TCP port would not do: another program may
--- respond there while this nginx fails to bind it.
---@param path string a Unix socket
---@param timeout_ms number
---@return boolean? ready
---@return string? err "exited" | "timeout"
function Process:wait_ready(path, timeout_ms)
  local ready, socket = false, nil
  local function attempt()
    if not socket or socket:is_closing() then
      socket = probe(path, function() ready = true end)
    end
    return ready or self.exited
  end
  wait_until(attempt, timeout_ms)
  close(socket)
  M.settle()
  if ready then
    return true
  end
  return nil, self.exited and "exited" or "timeout"
end

--- Asks nginx to stop, and waits. Kills it if it takes too long.
function Process:stop()
  if self.exited then
    return
  end
  self.handle:kill "sigterm"
  local function exited() return self.exited end
  if not wait_until(exited, STOP_GRACE_MS) then
    self.handle:kill "sigkill"
    wait_until(exited, STOP_GRACE_MS)
  end
end

--- Checks that a TCP port is free. With port 0, finds a free one.
---@return integer? port
---@return string? err
function M.reserve_port(host, port)
  local socket = uv.new_tcp()
  local ok, err = socket:bind(host == "localhost" and "127.0.0.1" or host, port)
  if ok then
    ok, err = socket:listen(1, function() end)
  end
  local name = ok and socket:getsockname()
  socket:close()
  M.settle()
  if not name then
    return nil, ("cannot listen on %s port %d: %s"):format(host, port, tostring(err))
  end
  return name.port
end

return M
