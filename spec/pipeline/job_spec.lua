-- Where a record is in memory: each way that there is, what it changes, and none besides.
local bounds = require "credenco.pipeline.bounds"
local counts = require "credenco.pipeline.counts"
local jobs = require "credenco.pipeline.job"
local scheduler = require "credenco.pipeline.scheduler"

local LIMIT = 4

-- Event, place before and after; what it adds to: records begun, room taken, tasks' places, records left open; the queue
-- that the record joins.
local WAYS = {
  { "start", "read", "waiting", 1, 1, 0, 0, "fresh" },
  { "begin", "waiting", "working", 0, 0, 0, 0 },
  { "pause", "working", "paused", 0, 0, -1, 0 },
  { "resume", "paused", "working", 0, 0, 1, 0 },
  { "keep", "working", "parked", 0, 0, 0, 0 },
  { "kept", "parked", "waiting", 0, 0, 0, 0, "offered" },
  { "pushed", "working", "confirming", 0, -1, 0, 0 },
  { "next_step", "confirming", "waiting", 0, 1, 0, 0, "fresh" },
  { "end", "working", "ended", -1, -1, 0, 0 },
  { "end", "confirming", "ended", -1, 0, 0, 0 },
  { "leave", "waiting", "ended", -1, -1, 0, 1 },
  { "leave", "working", "ended", -1, -1, 0, 1 },
  { "leave", "parked", "ended", -1, -1, 0, 1 },
  { "leave", "confirming", "ended", -1, 0, 0, 1 },
  { "leave", "read", "ended", 0, 0, 0, 1 },
}

local function new_run()
  local run = { bounds = bounds.new(LIMIT), counts = counts.new(), resumed = { key = true } }
  run.scheduler = scheduler.new(LIMIT, function() end)
  run.scheduler.active, run.scheduler.dispatching = LIMIT, true -- no task begins by itself
  return run
end

local function sums(run)
  return { run.bounds.begun, run.bounds.working, run.scheduler.active - LIMIT, run.counts.open }
end

local function queued(run)
  return not run.scheduler.fresh:is_empty() and "fresh" or not run.scheduler.offered:is_empty() and "offered" or nil
end

describe("a record in memory", function()
  for _, way in ipairs(WAYS) do
    local event, from, to = way[1], way[2], way[3]
    it(("that is %s comes to be %s by the event %s"):format(from, to, event), function()
      local run, job = new_run(), { key = "key", place = from }
      jobs.advance(run, job, event)
      assert.equal(to, job.place)
      assert.same({ way[4], way[5], way[6], way[7] }, sums(run))
      assert.equal(way[8], queued(run))
      assert.equal(to ~= "ended" or from == "read", run.resumed.key ~= nil)
    end)
  end

  it("has no other ways", function()
    local known = {}
    for _, way in ipairs(WAYS) do known[way[1] .. way[2]] = true end
    for _, event in ipairs(WAYS) do
      for _, place in ipairs(WAYS) do
        local may = pcall(jobs.advance, new_run(), { key = "key", place = place[2] }, event[1])
        assert.equal(known[event[1] .. place[2]] == true, may, event[1] .. " of " .. place[2])
      end
    end
    local rows = 0
    for _, row in ipairs(jobs.ROWS) do rows = rows + #row.from end
    assert.equal(#WAYS, rows)
  end)

  it("that a run has read which is stopping stays in the journal", function()
    local run, job = new_run(), { key = "key", place = "read" }
    run.stopping = "interrupted"
    jobs.start(run, job)
    assert.same({ "ended", 0, 1 }, { job.place, run.bounds.begun, run.counts.open })
  end)
end)
