-- peer.lua KIND BASE_URL CSV JOURNAL CONCURRENCY: issues every line of the file, and prints one line of JSON.
-- KIND is "bare" (the same records, in memory before the clock starts, handed to issue_many), "by_hand" (the file read by this project's
-- reader, mapped, handed to issue_many, nothing written down), "pipeline" (the same through workflow and journal), or its
-- two halves for many workers, "load" and "work".
local cjson = require "cjson"
local collector = require "credenco.cli.pipeline.collector"
local credenco = require "credenco"
local pipeline = require "credenco.pipeline"
local source = require "credenco.pipeline.source"
local uv = require "luv"
local workflow = require "credenco.workflow"

local companies = require "bench.pipeline.companies"
local records = require "bench.records"

local kind, base_url, csv, journal, concurrency = arg[1], arg[2], arg[3], arg[4], tonumber(arg[5])
local in_memory = kind == "bare" and companies.list(tonumber(arg[6]))
local WARMUP = 2000

local function seconds(t) return t.sec + t.usec / 1e6 end

local function clocks()
  local usage = assert(uv.getrusage())
  return { wall_s = uv.hrtime() / 1e9, cpu_s = seconds(usage.utime) + seconds(usage.stime),
    switches = usage.nvcsw + usage.nivcsw }
end

local function issue_all(client, list)
  local count = 0
  for _, result, err in client:issue_many(list, { concurrency = concurrency }) do
    if not result then error(tostring(err)) end
    count = count + 1
  end
  return count
end

local run = {}

-- issue_many alone.
function run.bare(client)
  return issue_all(client, in_memory)
end

-- A script that has no journal.
function run.by_hand(client)
  local definition = dofile "bench/pipeline/workflow.lua"
  local lines = assert(source.open(csv))
  return issue_all(client, function()
    local item, err = lines:next()
    assert(not err, err)
    if not item then return nil end
    return { template_id = definition.template_id, wallet_key = item.record[definition.wallet_key],
      claims = assert(definition.claims:apply(item.record)) }
  end)
end

local function settings(more)
  more.workflow, more.journal = assert(workflow.load("bench/pipeline/workflow.lua")), journal
  more.concurrency, more.new_journal = concurrency, true
  more.offer_lifetime_ms = 600000 -- the stub's offers live for ever, and it knows no status
  return more
end

local function ended_well(result, err)
  if not result or result.stopped then error(tostring((err or result.err).message)) end
  return result
end

-- Keeps when each tenth of the records was issued: the journal grows, and time for a record must not.
local function tenths(count)
  local marks = {}
  return marks, function(state)
    if state.counts.issued * 10 < (#marks + 1) * count then return end
    local now = clocks()
    marks[#marks + 1] = { records = state.counts.issued, wall_s = now.wall_s, cpu_s = now.cpu_s }
  end
end

local marks

function run.pipeline(client)
  local on_tick
  marks, on_tick = tenths(tonumber(arg[6]))
  local options = settings { source = assert(source.open(csv)), client = client, on_tick = on_tick }
  return ended_well(pipeline.run(options)).totals.issued
end

function run.load()
  return ended_well(pipeline.load(settings { source = assert(source.open(csv)) })).counts.read
end

function run.work(client)
  return ended_well(pipeline.work(settings { client = client })).counts.issued
end

-- Workers begin together. Otherwise the preparations of one would count as time of the others.
local function wait_for_the_others()
  print "ready"
  io.stdout:flush()
  assert(io.read())
end

collector.set() -- as `credenco run` does
local client = credenco.new { base_url = base_url, api_key = "bench" }
issue_all(client, records.list(WARMUP))
collectgarbage()
if kind == "work" then wait_for_the_others() end
local before = clocks()
local flows = run[kind](client)
local after = clocks()
local peak_kib = uv.getrusage().maxrss
client:close()
print(cjson.encode { kind = kind, flows = flows, wall_s = after.wall_s - before.wall_s,
  cpu_s = after.cpu_s - before.cpu_s, switches = after.switches - before.switches, peak_mib = peak_kib / 1024,
  started_s = before.wall_s, ended_s = after.wall_s, marks = marks, started_cpu_s = before.cpu_s })
