-- bench/pipeline/run [ENGINE] [ROUNDS] [RECORDS]: interleaved rounds of both, one line each, then the medians.
-- bench/pipeline/run million [ENGINE] [RECORDS]: see million.lua.
local cjson = require "cjson"
local csv = require "bench.pipeline.csv"
local million = require "bench.pipeline.million"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local CLIENT_CPU, SERVER_CPU, CONCURRENCY = 0, 1, 64

local function measure(root, engine, kind, server, folder, count)
  local journal = ("%s/%s-%d.journal"):format(folder, kind, uv.hrtime())
  local command = process.pinned(CLIENT_CPU, { root .. "/script/lua", "bench/pipeline/peer.lua", kind, server.url,
    folder .. "/records.csv", journal, tostring(CONCURRENCY), tostring(count) })
  local done = process.run(command, { cwd = root, env = { CREDENCO_BUILD = engine } })
  if done.code ~= 0 then error(kind .. ": " .. done.stderr, 0) end
  for _, suffix in ipairs { "", "-wal", "-shm", ".lock" } do os.remove(journal .. suffix) end
  return cjson.decode(done.stdout)
end

local function median(values)
  table.sort(values)
  local middle = math.floor(#values / 2)
  if #values % 2 == 1 then return values[middle + 1] end
  return (values[middle] + values[middle + 1]) / 2
end

local function rounds(root, engine, count, records, server, folder)
  local rates, cpu, ratios = { bare = {}, pipeline = {} }, { bare = {}, pipeline = {} }, {}
  print("round  bare flows/s  pipeline records/s  ratio  pipeline peak MiB")
  for round = 1, count do
    local order = round % 2 == 1 and { "bare", "pipeline" } or { "pipeline", "bare" }
    local rate, peak = {}, nil
    for _, kind in ipairs(order) do
      local sample = measure(root, engine, kind, server, folder, records)
      rate[kind] = sample.flows / sample.wall_s
      table.insert(rates[kind], rate[kind])
      table.insert(cpu[kind], sample.cpu_s / sample.flows * 1e6)
      peak = kind == "pipeline" and sample.peak_mib or peak
    end
    ratios[#ratios + 1] = rate.pipeline / rate.bare
    print(("%5d  %12.0f  %18.0f  %5.2f  %17.1f"):format(round, rate.bare, rate.pipeline, ratios[#ratios], peak))
  end
  print(("median %12.0f  %18.0f  %5.2f"):format(median(rates.bare), median(rates.pipeline), median(ratios)))
  print(("CPU us/record: bare %.1f, pipeline %.1f"):format(median(cpu.bare), median(cpu.pipeline)))
end

local function compare(root, engine, count, records)
  local folder = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX"))
  local server = stub.start { cpu = SERVER_CPU }
  csv.write(folder .. "/records.csv", records)
  local ok, err = pcall(rounds, root, engine, count, records, server, folder)
  server:stop()
  os.remove(folder .. "/records.csv")
  uv.fs_rmdir(folder)
  if not ok then error(err, 0) end
end

---@param root string
---@param args string[]
---@return integer
return function(root, args)
  local ok, err
  if args[1] == "million" then
    ok, err = pcall(million, root, args[2] or "lua54", tonumber(args[3] or 1000000))
  else
    ok, err = pcall(compare, root, args[1] or "lua54", tonumber(args[2] or 5), tonumber(args[3] or 20000))
  end
  if ok then return 0 end
  io.stderr:write("bench/pipeline/run: ", tostring(err), "\n")
  return 1
end
