-- Runs the peers in turn, round after round, so that what disturbs the machine disturbs all of them.
local cjson = require "cjson"

local process = require "bench.process"
local stub = require "bench.stub"

local M = {}

---@class bench.Sample one peer in one round
---@field flows_per_s number
---@field cpu_ms_per_1000 number user and system time of the client
---@field busy number share of the time the client was on its processor
---@field server_busy number the same of nginx; near 1 it is nginx that is measured

--- Runs one peer once and gives the line it printed.
---@param root string
---@param peer bench.Peer
---@param options bench.Options
---@param server bench.Stub
---@return { flows: integer, wall_s: number, user_s: number, sys_s: number }
function M.run_peer(root, peer, options, server)
  local command = process.pinned(options.client_cpu, peer.command(root))
  for _, number in ipairs { options.flows, options.warmup, options.concurrency } do
    command[#command + 1] = tostring(number)
  end
  table.insert(command, #command - 2, server.url)
  local env = peer.env and peer.env(root) or {}
  env.BENCH_CA_FILE = server.ca_file
  local line = process.must(command, { env = env, limit_s = 300 })
  local reading = cjson.decode(line)
  if reading.flows ~= options.flows then error(peer.name .. " ran another number of flows", 0) end
  return reading
end

-- A peer that opens more connections than flows in flight does not keep them alive.
local function check_counts(peer, options, before, after)
  local flows = options.flows + options.warmup
  local requests = after.requests - before.requests
  local connections = after.connections - before.connections
  if requests ~= 2 * flows then
    error(("%s: %d requests for %d flows"):format(peer.name, requests, flows), 0)
  end
  if connections > options.concurrency then
    error(("%s: %d connections for %d flows in flight"):format(peer.name, connections,
      options.concurrency), 0)
  end
end

local function sample(root, peer, options, server)
  local before = server:counters()
  local reading = M.run_peer(root, peer, options, server)
  local after = server:counters()
  check_counts(peer, options, before, after)
  local cpu_s = reading.user_s + reading.sys_s
  -- the server also served the warm-up: its part of the measured flows is in proportion
  local server_s = (after.cpu_s - before.cpu_s) * options.flows / (options.flows + options.warmup)
  return {
    flows_per_s = options.flows / reading.wall_s,
    cpu_ms_per_1000 = cpu_s * 1e6 / options.flows,
    busy = cpu_s / reading.wall_s,
    server_busy = server_s / reading.wall_s,
  }
end

--- All samples: samples[peer name][round]. Each round starts with another peer.
---@param root string
---@param peers bench.Peer[]
---@param options bench.Options
---@return table<string, bench.Sample[]>
function M.measure(root, peers, options)
  local server = stub.start { cpu = options.server_cpu, tls_by = options.tls and root or nil }
  local samples = {}
  for _, peer in ipairs(peers) do
    samples[peer.name] = {}
  end
  local ok, err = pcall(function()
    for round = 1, options.rounds do
      io.stderr:write(("round %d of %d\n"):format(round, options.rounds))
      for i = 1, #peers do
        local peer = peers[(i + round - 2) % #peers + 1]
        samples[peer.name][round] = sample(root, peer, options, server)
      end
    end
  end)
  server:stop()
  if not ok then error(err, 0) end
  return samples
end

return M
