-- bench/pipeline/run fleet [ENGINE] [RECORDS] [TABLE]: workers on a PostgreSQL journal, 1 to 16 of them, beside one run on
-- a SQLite journal. Each number of workers has RECORDS of its own, put there by `load` a moment before; the table holds
-- TABLE records already, all issued, of which nothing has told the planner.
local cjson = require "cjson"
local csv = require "bench.pipeline.csv"
local database = require "credenco.journal.database"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local WORKERS = { 1, 2, 4, 8, 16 }
local CONCURRENCY = 64

local function peer(bench, kind, journal_url)
  return { bench.root .. "/script/lua", "bench/pipeline/peer.lua", kind, bench.server.url,
    bench.folder .. "/records.csv", journal_url, tostring(CONCURRENCY), tostring(bench.records) }
end

local function options(bench)
  return { cwd = bench.root, env = { CREDENCO_BUILD = bench.engine } }
end

local function run_one(bench, kind, journal_url)
  local done = process.run(peer(bench, kind, journal_url), options(bench))
  if done.code ~= 0 then error(kind .. ": " .. done.stderr, 0) end
  return cjson.decode(done.stdout)
end

-- Starts all of them at once, and waits for the last one.
local function run_many(bench, kind, journal_url, count)
  local samples, errors, left = {}, {}, count
  for i = 1, count do
    local out, err, text = uv.new_pipe(false), uv.new_pipe(false), ""
    process.start(peer(bench, kind, journal_url), { cwd = bench.root, env = options(bench).env,
      stdio = { nil, out, err } }, function(code)
      left = left - 1
      if code ~= 0 then errors[#errors + 1] = text end
    end)
    uv.read_start(out, function(_, chunk) samples[i] = (samples[i] or "") .. (chunk or "") end)
    uv.read_start(err, function(_, chunk) text = text .. (chunk or "") end)
  end
  while left > 0 do uv.run "once" end
  uv.run "nowait"
  if #errors > 0 then error(errors[1], 0) end
  for i, text in ipairs(samples) do samples[i] = cjson.decode(text) end
  return samples
end

-- Records by the time from the first worker's beginning to the last one's end.
local function rate(samples)
  local flows, first, last = 0, math.huge, 0
  for _, sample in ipairs(samples) do
    flows = flows + sample.flows
    first, last = math.min(first, sample.started_s), math.max(last, sample.ended_s)
  end
  return flows / (last - first)
end

local function cpu_us(samples)
  local flows, cpu_s = 0, 0
  for _, sample in ipairs(samples) do flows, cpu_s = flows + sample.flows, cpu_s + sample.cpu_s end
  return cpu_s / flows * 1e6
end

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, updated)
SELECT 'bench', 0, 'filled ' || n, '', n, 'issued', 1, 0 FROM generate_series(1, CAST(? AS INTEGER)) n]]

local function fill(url, count)
  local held = assert(journal.open(url, { queue = true }))
  held:close()
  local db = assert(database.open(url))
  assert(db:execute "ALTER TABLE credenco_record SET (autovacuum_enabled = off)") -- luck is not to be measured
  assert(db:execute(FILL, count))
  db:close()
end

local LINE = "%-22s %8.0f/s   %.2f of SQLite   CPU %5.1f us/record   loaded at %.0f/s"

local function measure(bench, url)
  local path = ("%s/sqlite-%d.journal"):format(bench.folder, uv.hrtime())
  csv.write(bench.folder .. "/records.csv", bench.records, bench.at)
  local alone = { run_one(bench, "pipeline", path) }
  local of_sqlite = rate(alone)
  print(LINE:format("SQLite, one process", of_sqlite, 1, cpu_us(alone), of_sqlite))
  for _, suffix in ipairs { "", "-wal", "-shm", ".lock" } do os.remove(path .. suffix) end
  for _, count in ipairs(WORKERS) do
    csv.write(bench.folder .. "/records.csv", bench.records, bench.at)
    bench.at = bench.at + bench.records
    local loaded = rate { run_one(bench, "load", url) }
    local samples = run_many(bench, "work", url, count)
    print(LINE:format(("PostgreSQL, %d worker%s"):format(count, count > 1 and "s" or ""), rate(samples),
      rate(samples) / of_sqlite, cpu_us(samples), loaded))
  end
end

---@param root string
---@param engine string
---@param records integer for each number of workers
---@param table_size integer
return function(root, engine, records, table_size)
  local bench = { root = root, engine = engine, records = records, at = 0,
    folder = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX")), server = stub.start {} }
  local server = postgres.start { shared_buffers = "128MB" }
  local ok, err = pcall(function()
    local url = server:database()
    fill(url, table_size)
    print(("%s, %d records for each line, %d in the table before"):format(engine, records, table_size))
    measure(bench, url)
  end)
  server:stop()
  bench.server:stop()
  os.remove(bench.folder .. "/records.csv")
  uv.fs_rmdir(bench.folder)
  if not ok then error(err, 0) end
end
