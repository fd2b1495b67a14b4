-- bench/pipeline/run million [ENGINE] [RECORDS]: a file of a million records through the stub, then the same command
-- once more on the finished journal. Memory has to stay flat, and the second run has to take seconds.
local cjson = require "cjson"
local csv = require "bench.pipeline.csv"
local process = require "bench.process"
local stub = require "bench.stub"
local uv = require "luv"

local LIMIT_S = 3600

local function run(root, engine, server, folder)
  local done = process.run({ root .. "/script/lua", "bench/pipeline/peer.lua", "pipeline", server.url,
    folder .. "/records.csv", folder .. "/journal", "64", "0" },
    { cwd = root, env = { CREDENCO_BUILD = engine }, limit_s = LIMIT_S })
  if done.code ~= 0 then error(done.stderr, 0) end
  return cjson.decode(done.stdout)
end

local function show(what, sample)
  print(("%-28s %8d records  %8.1f s  %6.0f/s  peak %.1f MiB"):format(
    what, sample.flows, sample.wall_s, sample.flows / sample.wall_s, sample.peak_mib))
end

---@param root string
---@param engine string
---@param records integer
return function(root, engine, records)
  local folder = assert(uv.fs_mkdtemp(uv.os_tmpdir() .. "/credenco-bench-XXXXXX"))
  local server = stub.start {}
  csv.write(folder .. "/records.csv", records)
  local ok, err = pcall(function()
    show("run", run(root, engine, server, folder))
    show("the same again, all done", run(root, engine, server, folder))
  end)
  server:stop()
  for _, name in ipairs { "records.csv", "journal", "journal-wal", "journal-shm", "journal.lock" } do
    os.remove(folder .. "/" .. name)
  end
  uv.fs_rmdir(folder)
  if not ok then error(err, 0) end
end
