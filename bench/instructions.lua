-- Instructions that a flow takes outside of the kernel, counted by valgrind. Unlike a time the
-- count is nearly the same on a busy machine and on an idle one, so it shows small changes.
local process = require "bench.process"
local stub = require "bench.stub"

local M = {}

local WARMUP = 3000 -- by then LuaJIT has compiled its traces
local FEW, MANY = 500, 2500

local function count(root, peer, options, url, flows)
  local command = { "valgrind", "--tool=callgrind", "--smc-check=all-non-file",
    "--callgrind-out-file=/dev/null" }
  for _, word in ipairs(peer.command(root)) do
    command[#command + 1] = word
  end
  for _, word in ipairs { url, flows, WARMUP, options.concurrency } do
    command[#command + 1] = tostring(word)
  end
  local finished = process.run(command, { env = peer.env and peer.env(root) })
  local counted = finished.stderr:match "Collected : (%d+)"
  if finished.code ~= 0 or not counted then
    error(("%s under valgrind: %s"):format(peer.name, finished.stderr), 0)
  end
  return tonumber(counted)
end

--- Prints a line for each peer that is a native program or runs in a small one.
---@param root string
---@param peers bench.Peer[]
---@param options bench.Options
function M.run(root, peers, options)
  local server = stub.start { cpu = options.server_cpu }
  local reference
  local ok, err = pcall(function()
    for _, peer in ipairs(peers) do
      if peer.countable then
        local difference = count(root, peer, options, server.url, MANY) - count(root, peer, options, server.url, FEW)
        local per_flow = difference / (MANY - FEW)
        reference = reference or per_flow
        print(("%-18s %8.0f instructions a flow  %.2f"):format(peer.name, per_flow, per_flow / reference))
      end
    end
  end)
  server:stop()
  if not ok then error(err, 0) end
end

return M
