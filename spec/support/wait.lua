-- Waiting for the world outside: turns luv's loop until something holds.
local uv = require "luv"

local LOOK_EVERY_MS = 5
-- What a spec expects comes long before, on a busy machine too, and on one that stands still for seconds: only what hangs
-- is waited for so long.
local PATIENCE_MS = 120000

local wait = {}

--- Turns the event loop until `holds` gives something true.
---@generic T
---@param holds fun(): T?
---@param timeout_ms integer? where the wait itself is the point
---@return T? value what `holds` gave; nil when the time was up
function wait.until_true(holds, timeout_ms)
  local timer = uv.new_timer()
  local gives_up_at = uv.hrtime() / 1e6 + (timeout_ms or PATIENCE_MS)
  timer:start(LOOK_EVERY_MS, LOOK_EVERY_MS, function() end)
  local value = holds()
  while not value and uv.hrtime() / 1e6 < gives_up_at do
    uv.run("once")
    value = holds()
  end
  wait.close(timer)
  return value
end

--- Closes a handle of luv and lets the loop finish with it: luv frees a closing handle that is collected
--- before the loop has let go of it.
---@param handle table
function wait.close(handle)
  local closed = false
  handle:close(function() closed = true end)
  while not closed do uv.run("nowait") end
end

--- Whether somebody accepts connections at a loopback port.
---@param port integer
---@return boolean
function wait.connects(port)
  local socket, answer = uv.new_tcp(), nil
  socket:connect("127.0.0.1", port, function(err) answer = { open = not err } end)
  wait.until_true(function() return answer end, 1000)
  wait.close(socket)
  return answer ~= nil and answer.open
end

--- A loopback port nobody listens on at this moment.
---@return integer
function wait.free_port()
  local socket = uv.new_tcp()
  assert(socket:bind("127.0.0.1", 0))
  local port = socket:getsockname().port
  wait.close(socket)
  return port
end

return wait
