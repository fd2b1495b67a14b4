-- bench/pipeline/run [ENGINE] [ROUNDS] [RECORDS]: interleaved rounds of all kinds, one line each, then the medians.
-- bench/pipeline/run million [ENGINE] [RECORDS] [DATABASE]: see million.lua.
-- bench/pipeline/run reports [ENGINE] [RECORDS]: see reports.lua.
-- bench/pipeline/run fleet [ENGINE] [RECORDS] [TABLE]: see fleet.lua.
local cjson = require "cjson"
local build = require "bench.build"
local csv = require "bench.pipeline.csv"
local fleet = require "bench.pipeline.fleet"
local million = require "bench.pipeline.million"
local peers = require "bench.peers"
local process = require "bench.process"
local reports = require "bench.pipeline.reports"
local stats = require "bench.stats"
local stub = require "bench.stub"
local uv = require "luv"

local SERVER_CPU, CONCURRENCY = 1, 64
local WARMUP = 2000
local KINDS = { "c_loop", "bare", "by_hand", "pipeline" }
local RATIOS = { to_c_loop = "c_loop", to_bare = "bare", to_by_hand = "by_hand" }
local LINE = "%6s  %14.0f  %12.0f  %9.0f  %10.0f  %12.2f  %7.2f  %10.2f"

-- The loop in C that nothing can be faster than by much, which writes nothing down.
local function c_loop()
  for _, peer in ipairs(peers) do
    if peer.name == "libcurl-json" then return peer end
  end
end

local function measure_c_loop(bench)
  local command = c_loop().command(bench.root)
  for _, argument in ipairs { bench.server.url, bench.records, WARMUP, CONCURRENCY } do
    command[#command + 1] = tostring(argument)
  end
  local sample = cjson.decode(process.must(command, { cwd = bench.root }))
  sample.cpu_s = sample.user_s + sample.sys_s
  return sample
end

-- The pipeline writes its journal in a thread: no client is kept to one processor.
local function measure(bench, kind)
  if kind == "c_loop" then return measure_c_loop(bench) end
  local journal = ("%s/%s-%d.journal"):format(bench.directory, kind, uv.hrtime())
  local done = process.run({ bench.root .. "/script/lua", "bench/pipeline/peer.lua", kind, bench.server.url,
    bench.directory .. "/records.csv", journal, tostring(CONCURRENCY), tostring(bench.records) },
    { cwd = bench.root, env = { CREDENCO_BUILD = bench.engine } })
  if done.code ~= 0 then error(kind .. ": " .. done.stderr, 0) end
  for _, suffix in ipairs { "", "-wal", "-shm", ".lock" } do os.remove(journal .. suffix) end
  return cjson.decode(done.stdout)
end

-- Each round begins with another kind.
local function measure_all(bench, round)
  local figures = { cpu = {} }
  for i = 0, #KINDS - 1 do
    local kind = KINDS[(round + i) % #KINDS + 1]
    local sample = measure(bench, kind)
    figures[kind] = sample.flows / sample.wall_s
    figures.cpu[kind] = sample.cpu_s / sample.flows * 1e6
  end
  for name, kind in pairs(RATIOS) do figures[name] = figures.pipeline / figures[kind] end
  return figures
end

local function show(name, figures)
  print(LINE:format(name, figures.c_loop, figures.bare, figures.by_hand, figures.pipeline, figures.to_c_loop,
    figures.to_bare, figures.to_by_hand))
end

local function medians(rounds)
  local middle = { cpu = {} }
  local function of(read)
    local values = {}
    for i, figures in ipairs(rounds) do values[i] = read(figures) end
    return stats.summary(values).median
  end
  for _, name in ipairs { "c_loop", "bare", "by_hand", "pipeline", "to_c_loop", "to_bare", "to_by_hand" } do
    middle[name] = of(function(figures) return figures[name] end)
  end
  for _, kind in ipairs(KINDS) do middle.cpu[kind] = of(function(figures) return figures.cpu[kind] end) end
  return middle
end

local function run_rounds(bench, count)
  print " round  C loop flows/s  bare flows/s  by hand/s  pipeline/s  ratio: to C  to bare  to by hand"
  local rounds = {}
  for round = 1, count do
    rounds[round] = measure_all(bench, round)
    show(tostring(round), rounds[round])
  end
  local middle = medians(rounds)
  show("median", middle)
  print(("CPU us/record: C loop %.1f, bare %.1f, by hand %.1f, pipeline %.1f"):format(
    middle.cpu.c_loop, middle.cpu.bare, middle.cpu.by_hand, middle.cpu.pipeline))
end

local function compare(root, engine, count, records)
  build.check { c_loop() }
  build.all(root, { c_loop() })
  local bench = { root = root, engine = engine, records = records,
    directory = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX")),
    server = stub.start { cpu = SERVER_CPU } }
  csv.write(bench.directory .. "/records.csv", records)
  local ok, err = pcall(run_rounds, bench, count)
  bench.server:stop()
  os.remove(bench.directory .. "/records.csv")
  uv.fs_rmdir(bench.directory)
  if not ok then error(err, 0) end
end

local function numbers_from(args, first)
  local numbers = {}
  for i = first, #args do numbers[#numbers + 1] = tonumber(args[i]) end
  return #numbers > 0 and numbers or nil
end

---@param root string
---@param args string[]
---@return integer
return function(root, args)
  local ok, err
  if args[1] == "million" then
    ok, err = pcall(million, root, args[2] or "lua54", tonumber(args[3] or 1000000), args[4])
  elseif args[1] == "reports" then
    ok, err = pcall(reports, root, args[2] or "luajit", tonumber(args[3] or 1000000))
  elseif args[1] == "fleet" then
    ok, err = pcall(fleet, root, args[2] or "luajit", tonumber(args[3] or 60000), tonumber(args[4] or 100000),
      numbers_from(args, 5))
  else
    ok, err = pcall(compare, root, args[1] or "lua54", tonumber(args[2] or 5), tonumber(args[3] or 50000))
  end
  if ok then return 0 end
  io.stderr:write("bench/pipeline/run: ", tostring(err), "\n")
  return 1
end
