-- ours.lua BASE_URL FLOWS WARMUP CONCURRENCY: issue_many as a user calls it; prints one line of JSON.
-- BENCH_WATCHED=metrics counts them, BENCH_WATCHED=log writes the log of `--log` as well.
local credenco = require "credenco"
local uv = require "luv"

local records = require "bench.records"
local watching = require "bench.watching"

local base_url = arg[1]
local flows, warmup, concurrency = tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4])

local function seconds(t)
  return t.sec + t.usec / 1e6
end

local function clocks()
  local usage = assert(uv.getrusage())
  return { wall = uv.hrtime() / 1e9, user = seconds(usage.utime), system = seconds(usage.stime) }
end

local function run(client, list)
  for _, result, err in client:issue_many(list, { concurrency = concurrency }) do
    if not result then error(tostring(err)) end
  end
end

local client = credenco.new {
  base_url = base_url, api_key = "bench", ca_file = os.getenv "BENCH_CA_FILE",
  on_event = watching.listener(os.getenv "BENCH_WATCHED"),
}
local measured = records.list(flows)
run(client, records.list(warmup))
collectgarbage()

local before = clocks()
run(client, measured)
local after = clocks()

print(('{"peer":"%s","flows":%d,"wall_s":%.6f,"user_s":%.6f,"sys_s":%.6f}'):format(
  jit and "credenco-luajit" or "credenco-lua54", flows,
  after.wall - before.wall, after.user - before.user, after.system - before.system))
client:close()
