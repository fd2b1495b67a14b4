-- Measures how issuing affects its nginx worker: the latency of a static location of the same worker, the worker's CPU
-- time, and the time and cost of one issue.
local argparse = require "argparse"

local http = require "spec.support.http"
local inside = require "bench.nginx.inside"
local processes = require "spec.nginx.processes"
local sampler = require "bench.nginx.sampler"
local servers = require "bench.nginx.servers"
local wait = require "spec.support.wait"

local IN_FLIGHT = 1000
local DELAY_MS = 500
local LONG_DELAY_MS = 8000
local SETTLE_MS = 3000

local function pause(ms)
  wait.until_true(function() return false end, ms)
end

local function call(run, name, given)
  local code = "local name, given = unpack(...) return require('bench.nginx.inside')[name](given)"
  return run.worker:run(code, { name, given })
end

local function at(run, delay_ms)
  return ("%s/%d"):format(run.upstream.url, delay_ms)
end

-- The location beside it ---------------------------------------------------------------

local function sample(run, what, seconds)
  local cpu_before = processes.cpu_ms(run.worker_pid)
  local samples = sampler.run(run.worker.port, "/small.txt", seconds * 1000)
  local cpu = (processes.cpu_ms(run.worker_pid) - cpu_before) / (seconds * 10)
  print(("%-34s %6d requests  p50 %7.2f  p90 %7.2f  p99 %7.2f  max %7.2f ms  worker %4.1f %% of a CPU%s"):format(
    what, #samples.ms, sampler.quantile(samples, 0.5), sampler.quantile(samples, 0.9),
    sampler.quantile(samples, 0.99), samples.ms[#samples.ms], cpu,
    samples.unanswered > 0 and (", %d not answered"):format(samples.unanswered) or ""))
end

local function busy(run, seconds)
  call(run, "begin", { url = at(run, DELAY_MS), in_flight = IN_FLIGHT })
  sample(run, ("  %d starting at once"):format(IN_FLIGHT), 2)
  sample(run, ("  %d in flight"):format(IN_FLIGHT), seconds)
  local issued, failed = call(run, "finish")
  print(("%-34s %6d issued, %d failed"):format("", issued, failed))
  pause(SETTLE_MS)
end

local function blocking(run, seconds)
  call(run, "block", { url = at(run, DELAY_MS), count = math.ceil(seconds / (2 * DELAY_MS / 1000)) })
  sample(run, "  a blocking client, 1 in flight", seconds)
  pause(SETTLE_MS)
end

local function waiting(run)
  call(run, "begin", { url = at(run, LONG_DELAY_MS), in_flight = IN_FLIGHT })
  pause(SETTLE_MS)
  local before = processes.cpu_ms(run.worker_pid)
  pause(4000)
  local share = (processes.cpu_ms(run.worker_pid) - before) / 40
  print(("while all %d wait, the worker takes %.1f %% of a CPU"):format(IN_FLIGHT, share))
  call(run, "finish")
  pause(2 * LONG_DELAY_MS)
end

-- One issue ------------------------------------------------------------------------------

local function median(values)
  table.sort(values)
  return values[math.ceil(#values / 2)]
end

-- In several short goes: a request of the specs' client may take five seconds.
local function latency(run, delay_ms, goes, count)
  local given, plain, nginx = { url = at(run, delay_ms), count = count }, {}, {}
  for go = 1, goes do
    plain[go] = run.beside_worker(inside.latency, given)
    nginx[go] = call(run, "latency", given)
  end
  local here, there = median(plain), median(nginx)
  print(("one issue, each answer after %3d ms: %7.2f ms in plain Lua, %7.2f ms in nginx: %+.2f ms"):format(
    delay_ms, here, there, there - here))
end

-- Requests of a second, and the worker's CPU time for each.
local function load(run, name, connections, seconds)
  local url = ("http://127.0.0.1:%d/%s"):format(run.worker.port, name)
  local before = processes.cpu_ms(run.worker_pid)
  local pipe = assert(io.popen(("wrk -t1 -c%d -d%ds -s bench/nginx/post.lua %s"):format(connections, seconds, url)))
  local said = pipe:read "*a"
  pipe:close()
  local count = tonumber(said:match "(%d+) requests in")
  local refused = tonumber(said:match "Non%-2xx or 3xx responses: (%d+)" or "0")
  assert(refused == 0, name .. ": some were refused")
  return count / seconds, 1000 * (processes.cpu_ms(run.worker_pid) - before) / count
end

local POSTS = { "issue", "cosocket", "proxy" } -- the others are compared with the last one

local function goes(names)
  local made = {}
  for _, name in ipairs(names) do made[name] = { rates = {}, cpu_us = {} } end
  return made
end

-- In turn, so that whatever else the machine does meets all of them.
local function posts(run, connections, rounds, seconds)
  local made = goes(POSTS)
  for round = 0, rounds do
    for _, name in ipairs(POSTS) do
      local rate, cpu_us = load(run, name, connections, seconds)
      if round > 0 then made[name].rates[round], made[name].cpu_us[round] = rate, cpu_us end -- the first warms up
    end
  end
  local peer = made[POSTS[#POSTS]]
  local peer_rate, peer_cpu_us = median(peer.rates), median(peer.cpu_us)
  for _, name in ipairs(POSTS) do
    local rate, cpu_us = median(made[name].rates), median(made[name].cpu_us)
    print(("POST /%-8s %3d connections: %6.0f/s, %6.1f us of CPU each: %.2f of /%s's rate, %.2f of its CPU"):format(
      name, connections, rate, cpu_us, rate / peer_rate, POSTS[#POSTS], cpu_us / peer_cpu_us))
  end
end

-- The whole ------------------------------------------------------------------------------

local function parse(args)
  local parser = argparse("bench/nginx/run", "What issuing does to the nginx worker it runs in.")
  parser:option("--rounds", "how often each is measured"):default "3":convert(tonumber)
  parser:option("--seconds", "of each measurement"):default "5":convert(tonumber)
  parser:flag("--only-posts", "only POST /issue, beside two proxied requests")
  parser:flag("--real-time", "the worker and the sampler go before everything else on this machine (needs root)")
  return parser:parse(args)
end

local function beside(run, options)
  for round = 1, options.rounds do
    print(("round %d: a static location while the same worker has"):format(round))
    sample(run, "  nothing else to do", options.seconds)
    busy(run, options.seconds)
  end
  blocking(run, options.seconds)
  waiting(run)
  latency(run, 0, 9, 100)
  latency(run, 20, 9, 10)
  latency(run, DELAY_MS, 9, 1)
end

---@param args string[]
return function(args)
  local options = parse(args)
  local run = servers.start(options)
  local ok, problem = xpcall(function()
    assert(http.request(run.worker.port, "GET", "/small.txt") == 200)
    if not options.only_posts then beside(run, options) end
    for _, connections in ipairs { 64, 256 } do posts(run, connections, options.rounds, options.seconds) end
  end, debug.traceback)
  run.stop()
  if not ok then error(problem, 0) end
end
