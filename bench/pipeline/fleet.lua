-- bench/pipeline/run fleet [ENGINE] [RECORDS] [TABLE] [WORKERS ...]: workers on a PostgreSQL journal, 1 to 16 of them,
-- beside one run on a SQLite journal. Each number of workers has RECORDS of its own, which `load` adds a moment before.
-- The table already has TABLE records, all issued; the planner has no statistics about them.
local cjson = require "cjson"
local csv = require "bench.pipeline.csv"
local database = require "credenco.journal.database"
local family = require "bench.family"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local WORKERS = { 1, 2, 4, 8, 16 }
local CONCURRENCY = 64

local function peer(bench, kind, journal_url)
  return { bench.root .. "/script/lua", "bench/pipeline/peer.lua", kind, bench.server.url,
    bench.directory .. "/records.csv", journal_url, tostring(CONCURRENCY), tostring(bench.records) }
end

local function options(bench)
  return { cwd = bench.root, env = { CREDENCO_BUILD = bench.engine } }
end

local function run_one(bench, kind, journal_url)
  local done = process.run(peer(bench, kind, journal_url), options(bench))
  if done.code ~= 0 then error(kind .. ": " .. done.stderr, 0) end
  return cjson.decode(done.stdout)
end

-- Starts a worker, which says when it is ready and goes on at a word.
local function start_worker(bench, journal_url)
  local worker = { output = "", errors = "", input = uv.new_pipe(false) }
  local out, err = uv.new_pipe(false), uv.new_pipe(false)
  process.start(peer(bench, "work", journal_url), { cwd = bench.root, env = options(bench).env,
    stdio = { worker.input, out, err } }, function(code)
    worker.code = code
  end)
  uv.read_start(out, function(_, chunk) worker.output = worker.output .. (chunk or "") end)
  uv.read_start(err, function(_, chunk) worker.errors = worker.errors .. (chunk or "") end)
  return worker
end

local function all_are(workers, what)
  for _, worker in ipairs(workers) do
    if not what(worker) then return false end
  end
  return true
end

local function is_ready(worker) return worker.code or worker.output:find "^ready\n" end
local function has_ended(worker) return worker.code end

local function ready_workers(bench, journal_url, count)
  local workers = {}
  for i = 1, count do workers[i] = start_worker(bench, journal_url) end
  while not all_are(workers, is_ready) do uv.run "once" end
  return workers
end

-- Lets all of them begin together, and waits for the last one.
local function run_workers(workers)
  for _, worker in ipairs(workers) do uv.write(worker.input, "go\n") end
  while not all_are(workers, has_ended) do uv.run "once" end
  uv.run "nowait"
  local samples = {}
  for i, worker in ipairs(workers) do
    if worker.code ~= 0 then error(worker.errors, 0) end
    samples[i] = cjson.decode((worker.output:gsub("^ready\n", "")))
  end
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

local function totals(samples)
  local sum = { flows = 0, cpu_s = 0, switches = 0 }
  for _, sample in ipairs(samples) do
    for name in pairs(sum) do sum[name] = sum[name] + sample[name] end
  end
  return sum
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

local HEAD = (" "):rep(21)
  .. "records/s  of SQLite  CPU us: workers  PostgreSQL  server  switches  transactions  loaded/s"
local LINE = "%-19s  %9.0f  %9.2f  %15.1f  %10.1f  %6.1f  %8.1f  %12.3f  %8.0f"

local TRANSACTIONS = "SELECT CAST(xact_commit AS TEXT) FROM pg_stat_database WHERE datname = current_database()"

-- The counters of the servers.
local function counters(bench)
  local row = assert(bench.db:row(TRANSACTIONS))
  return { postgres_s = family.cpu_s(bench.postmaster), server_s = bench.server:counters().cpu_s,
    transactions = tonumber(row[1]) }
end

-- Lets a number of workers issue the loaded records; prints the cost of each record, by kind of process.
local function show(bench, name, loaded, run)
  local before = counters(bench)
  local samples = run()
  local after = counters(bench)
  local workers = totals(samples)
  local function each(amount) return amount / workers.flows end
  bench.of_sqlite = bench.of_sqlite or rate(samples)
  print(LINE:format(name, rate(samples), rate(samples) / bench.of_sqlite, each(workers.cpu_s) * 1e6,
    each(after.postgres_s - before.postgres_s) * 1e6, each(after.server_s - before.server_s) * 1e6,
    each(workers.switches), each(after.transactions - before.transactions), loaded))
end

local function remove_journal(path)
  for _, suffix in ipairs { "", "-wal", "-shm", ".lock" } do os.remove(path .. suffix) end
end

local function measure(bench, url)
  local path = ("%s/sqlite-%d.journal"):format(bench.directory, uv.hrtime())
  csv.write(bench.directory .. "/records.csv", bench.records, bench.at)
  print(HEAD)
  show(bench, "SQLite, one process", 0, function() return { run_one(bench, "pipeline", path) } end)
  remove_journal(path)
  for _, count in ipairs(bench.workers) do
    csv.write(bench.directory .. "/records.csv", bench.records, bench.at)
    bench.at = bench.at + bench.records
    local loaded = rate { run_one(bench, "load", url) }
    local workers = ready_workers(bench, url, count)
    show(bench, ("%d worker%s"):format(count, count > 1 and "s" or ""), loaded,
      function() return run_workers(workers) end)
  end
end

---@param root string
---@param engine string
---@param records integer for each number of workers
---@param table_size integer
---@param workers? integer[] how many at a time
return function(root, engine, records, table_size, workers)
  local bench = { root = root, engine = engine, records = records, workers = workers or WORKERS, at = 0,
    directory = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX")), server = stub.start {} }
  local server = postgres.start { shared_buffers = "128MB" }
  bench.postmaster = server:pid()
  local ok, err = pcall(function()
    local url = server:database()
    bench.db = assert(database.open(url))
    fill(url, table_size)
    print(("%s, %d records for each line, %d in the table before"):format(engine, records, table_size))
    measure(bench, url)
  end)
  if bench.db then bench.db:close() end
  server:stop()
  bench.server:stop()
  os.remove(bench.directory .. "/records.csv")
  uv.fs_rmdir(bench.directory)
  if not ok then error(err, 0) end
end
