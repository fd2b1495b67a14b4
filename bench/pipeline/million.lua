-- bench/pipeline/run million [ENGINE] [RECORDS] [DATABASE]: a file of a million records through the stub, then the same
-- command once more on the finished journal. Each tenth has to take as long as the first, memory has to stay flat, and
-- the second run has to take seconds. DATABASE is sqlite or postgresql.
local cjson = require "cjson"
local csv = require "bench.pipeline.csv"
local postgres = require "spec.pipeline.postgres"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local LIMIT_S = 7200

local function run(bench)
  local done = process.run({ bench.root .. "/script/lua", "bench/pipeline/peer.lua", "pipeline", bench.server.url,
    bench.directory .. "/records.csv", bench.journal, "64", tostring(bench.records) },
    { cwd = bench.root, env = { CREDENCO_BUILD = bench.engine }, limit_s = LIMIT_S })
  if done.code ~= 0 then error(done.stderr, 0) end
  return cjson.decode(done.stdout)
end

local function show(what, sample)
  print(("%-28s %8d records  %8.1f s  %6.0f/s  peak %.1f MiB"):format(
    what, sample.flows, sample.wall_s, sample.flows / sample.wall_s, sample.peak_mib))
end

-- The time of a record in each tenth.
local function show_tenths(sample)
  local last = { records = 0, wall_s = sample.started_s, cpu_s = sample.started_cpu_s }
  local first
  for _, mark in ipairs(sample.marks) do
    local count = mark.records - last.records
    local rate, cpu_us = count / (mark.wall_s - last.wall_s), (mark.cpu_s - last.cpu_s) / count * 1e6
    first = first or { rate = rate, cpu_us = cpu_us }
    print(("  up to %8d  %6.0f/s  %.2f of the first  CPU %6.1f us/record  %.2f"):format(
      mark.records, rate, rate / first.rate, cpu_us, cpu_us / first.cpu_us))
    last = mark
  end
end

local function measure(bench)
  csv.write(bench.directory .. "/records.csv", bench.records)
  local sample = run(bench)
  show("run", sample)
  show_tenths(sample)
  show("the same again, all done", run(bench))
end

---@param root string
---@param engine string
---@param records integer
---@param kind? "sqlite"|"postgresql" of the journal
return function(root, engine, records, kind)
  local directory = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX"))
  local database = kind == "postgresql" and postgres.start { shared_buffers = "128MB" }
  local bench = { root = root, engine = engine, records = records, directory = directory, server = stub.start {},
    journal = database and database:database() or directory .. "/journal" }
  local ok, err = pcall(measure, bench)
  bench.server:stop()
  if database then database:stop() end
  process.must { "rm", "-r", directory }
  if not ok then error(err, 0) end
end
