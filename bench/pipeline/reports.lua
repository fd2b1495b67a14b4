-- bench/pipeline/run reports [ENGINE] [RECORDS]: the commands after failures. Runs a file without names, so that every
-- line is refused; checks it and reports on it; then a file that corrects a fifth of the lines, beside the same file on a
-- new journal; and the list of issued credentials.
local cjson = require "cjson"
local companies = require "bench.pipeline.companies"
local database = require "credenco.journal.database"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local LIMIT_S = 3600
local WORKFLOW = "bench/pipeline/workflow.lua"
local DONE, REJECTED = 0, 4

-- Numbers in no order, each of them once (Park and Miller's generator): a register is rarely sorted by its key.
local function number(i)
  return i * 48271 % 2147483647
end

local function write(path, count, with_names)
  local file = assert(io.open(path, "w"))
  file:write("id,wallet,name\n")
  for i = 1, count do
    local id, wallet_key, name = companies.at(number(i))
    file:write(("%s,%s,%s\n"):format(id, wallet_key, with_names and name or ""))
  end
  file:close()
end

-- Runs a command of the program, which has to end with a certain code; prints and returns its figures.
local function measure(bench, what, count, expected, ...)
  local command = { bench.root .. "/script/lua", "bench/pipeline/measured.lua", ... }
  local done = process.run(command, { cwd = bench.root, limit_s = LIMIT_S, env = { CREDENCO_BUILD = bench.engine,
    CREDENCO_BASE_URL = bench.server.url, CREDENCO_API_KEY = "bench" } })
  if done.code ~= expected then
    error(("%s ended with %d: %s%s"):format(what, done.code, done.stdout, done.stderr), 0)
  end
  local sample = cjson.decode(done.stderr:match "([^\n]*)\n$")
  print(("%-34s %8d records  %7.1f s  %7.0f/s  CPU %5.1f us/record  peak %5.1f MiB"):format(what, count, sample.wall_s,
    count / sample.wall_s, sample.cpu_s / count * 1e6, sample.peak_mib))
  return sample
end

local function run(bench, what, count, expected, file, journal)
  return measure(bench, what, count, expected, "run", WORKFLOW, bench.directory .. file, "--journal", journal,
    "--new-journal", "--keep-going", "--progress", "none",
    "--offer-lifetime", "600") -- the stub's offers live for ever, and it knows no status
end

local AS_ISSUED = "UPDATE credenco_record SET state = 'issued', input = NULL, code = NULL, stage = NULL, message = NULL"

local function issue_without_asking(journal)
  local db = assert(database.open(journal))
  assert(db:execute(AS_ISSUED))
  db:close()
end

local function measure_all(bench, records)
  local directory, corrected = bench.directory, math.floor(records / 5)
  local journal, fresh = directory .. "/journal", directory .. "/fresh"
  write(directory .. "/refused.csv", records, false)
  write(directory .. "/corrected.csv", corrected, true)
  measure(bench, "claims check, all refused", records, REJECTED, "claims", "check", WORKFLOW,
    directory .. "/refused.csv")
  run(bench, "run, all refused", records, REJECTED, "/refused.csv", journal)
  measure(bench, "report", records, DONE, "report", WORKFLOW, "--journal", journal)
  measure(bench, "report --csv", records, DONE, "report", WORKFLOW, "--journal", journal, "--csv", directory .. "/csv")
  measure(bench, "rejects", records, DONE, "rejects", WORKFLOW, "--journal", journal, "--output",
    directory .. "/rejects")
  local alone = run(bench, "run, fresh lines", corrected, DONE, "/corrected.csv", fresh)
  local again = run(bench, "run, corrections", corrected, REJECTED, "/corrected.csv", journal)
  print(("corrections at %.2f of the rate of fresh lines"):format(alone.wall_s / again.wall_s))
  issue_without_asking(journal)
  measure(bench, "report --issued", records, DONE, "report", WORKFLOW, "--journal", journal, "--issued",
    directory .. "/issued")
end

---@param root string
---@param engine string
---@param records integer
return function(root, engine, records)
  local directory = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX"))
  local bench = { root = root, engine = engine, directory = directory, server = stub.start {} }
  local ok, err = pcall(measure_all, bench, records)
  bench.server:stop()
  process.must { "rm", "-r", directory }
  if not ok then error(err, 0) end
end
