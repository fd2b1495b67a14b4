-- Asks for one small thing over and over at a fixed pace and notes how long each answer takes. The pace does
-- not slow down with the server: a request is due whether or not the one before it has been answered.
local uv = require "luv"

local wait = require "spec.support.wait"

local M = {}

local CONNECTIONS = 64
local EVERY_MS = 2
local GRACE_MS = 20000

---@class bench.Samples
---@field ms number[]  sorted
---@field unanswered integer

local function connect(port, on_answer)
  local socket, connected = uv.new_tcp(), nil
  local connection = { socket = socket }
  socket:connect("127.0.0.1", port, function(err)
    connected = err or "yes"
    socket:nodelay(true)
    socket:read_start(function(_, bytes)
      if bytes then on_answer(connection) end
    end)
  end)
  wait.until_true(function() return connected end, GRACE_MS)
  assert(connected == "yes", connected)
  return connection
end

-- The answer is smaller than a packet, so what arrives is all of it.
local function ask(run)
  local connection = table.remove(run.idle)
  if not connection then
    run.skipped = run.skipped + 1
    return
  end
  run.asked = run.asked + 1
  connection.asked_at = uv.hrtime()
  connection.socket:write(run.request)
end

local function open(run, port)
  local function on_answer(connection)
    run.ms[#run.ms + 1] = (uv.hrtime() - connection.asked_at) / 1e6
    run.idle[#run.idle + 1] = connection
  end
  for i = 1, CONNECTIONS do
    run.idle[i] = connect(port, on_answer)
    run.all[i] = run.idle[i]
  end
end

--- Samples for so long; turns luv's loop meanwhile.
---@param port integer
---@param path string
---@param duration_ms integer
---@return bench.Samples
function M.run(port, path, duration_ms)
  local run = {
    request = ("GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"):format(path),
    ms = {}, idle = {}, all = {}, asked = 0, skipped = 0,
  }
  open(run, port)
  local timer, began = uv.new_timer(), uv.hrtime()
  timer:start(0, EVERY_MS, function() ask(run) end)
  wait.until_true(function() return uv.hrtime() - began >= duration_ms * 1e6 end, 2 * duration_ms)
  wait.close(timer)
  wait.until_true(function() return #run.ms == run.asked end, GRACE_MS)
  for _, connection in ipairs(run.all) do wait.close(connection.socket) end
  table.sort(run.ms)
  return { ms = run.ms, unanswered = run.asked - #run.ms + run.skipped }
end

--- The value that a share of the samples does not exceed.
---@param samples bench.Samples
---@param share number
---@return number
function M.quantile(samples, share)
  return samples.ms[math.max(1, math.ceil(#samples.ms * share))]
end

return M
