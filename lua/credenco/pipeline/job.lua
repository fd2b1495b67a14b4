--- A record at work: its data, and its place in memory.
---
---     read -> waiting -> working <-> paused
---              ^  ^       |  |  |
---              |  +parked-+  |  +-------> ended
---              |             v             ^
---              +-------- confirming -------+
---
--- Its place in the journal is its `state` (`credenco.journal.states`).

local M = {}

---@class credenco.pipeline.Job
---@field key string
---@field line integer
---@field record table
---@field input? string the line as the journal has it
---@field state "pending"|"offered"|"pushed" in the journal
---@field place "read"|"waiting"|"working"|"paused"|"parked"|"confirming"|"ended" in memory
---@field step integer
---@field resumed? boolean taken from the journal: its offer may have been delivered before
---@field asked? boolean an earlier attempt may have asked for its offer
---@field is_first? boolean it is one of the first records of the run
---@field correlation_id string|false of the prepared step
---@field template_id? string
---@field wallet_key? string
---@field delivery? string
---@field claims table|false
---@field offer? string
---@field made_ms? number moment its offer was made here, or one before it (core.uptime_ms: an offer grows old while the
---  machine sleeps); nil where another run made it
---@field lost_ms? number when the first attempt to create its offer began whose response was lost
---@field pushes? integer failed attempts to deliver its offer
---@field status? string of its issue, in the issuer's words
---@field revocation_uuid? string
---@field reason? credenco.pipeline.Reason why it cannot be prepared
---@field code? string why it was not issued; with `stage` and `message`, as in the journal
---@field stage? string
---@field message? string
---@field stored string|false the journal's form of its line or message

--- A record for a line that may be new to the journal. Has room for all fields, so that the table need not grow.
---@param key string
---@param item { line: integer, raw: string, record: table }
---@return credenco.pipeline.Job
function M.of_line(key, item)
  return { key = key, line = item.line, input = item.raw, record = item.record, state = "pending", place = "read",
    step = 1, stored = false, claims = false, correlation_id = false }
end

-- The actions of transitions -------------------------------------------------------------------------

local function start(run, job)
  if job.is_first == nil then job.is_first = run.counts.alike:enter() end
  run.bounds:begin()
  run.bounds:enter()
  run.scheduler:add(job)
end

local function come_back(run, job)
  run.bounds:enter()
  run.scheduler:add(job)
end

local function go_on(run, job) run.scheduler:go_on(job) end
local function pause(run) run.scheduler:lend_place() end
local function resume(run) run.scheduler:take_place() end
local function wait_outside(run) run.bounds:leave() end

-- A record that waited for its status has left before.
local function finish(run, job, from)
  run.resumed[job.key] = nil
  if from ~= "confirming" then run.bounds:leave() end
  run.bounds:finish()
end

local function count_open(run) run.counts:left_open() end

local function leave(run, job, from)
  count_open(run)
  finish(run, job, from)
end

-- The transitions -----------------------------------------------------------------------------------

---@class credenco.pipeline.Way
---@field event string
---@field from string[]
---@field to string
---@field act? fun(run: credenco.pipeline.Run, job: credenco.pipeline.Job, from: string)

---@type credenco.pipeline.Way[]
M.ROWS = {
  -- It counts as at work from here on. A task begins with it in its turn.
  { event = "start", from = { "read" }, to = "waiting", act = start },
  { event = "begin", from = { "waiting" }, to = "working" },

  -- It sleeps before its next attempt. Meanwhile another record has its place among the tasks.
  { event = "pause", from = { "working" }, to = "paused", act = pause },
  { event = "resume", from = { "paused" }, to = "working", act = resume },

  -- Its offer is being stored in the journal, or has been stored.
  { event = "keep", from = { "working" }, to = "parked" },
  { event = "kept", from = { "parked" }, to = "waiting", act = go_on },

  -- Its offer is delivered, and its status is asked for. If that says issued, its next step may follow.
  { event = "pushed", from = { "working" }, to = "confirming", act = wait_outside },
  { event = "next_step", from = { "confirming" }, to = "waiting", act = come_back },

  -- It has ended, or stays in the journal unchanged: the run stops, or another worker has the record.
  { event = "end", from = { "working", "confirming" }, to = "ended", act = finish },
  { event = "leave", from = { "waiting", "working", "parked", "confirming" }, to = "ended", act = leave },
  { event = "leave", from = { "read" }, to = "ended", act = count_open },
}

local WAYS = {}
for _, row in ipairs(M.ROWS) do
  WAYS[row.event] = WAYS[row.event] or {}
  for _, from in ipairs(row.from) do WAYS[row.event][from] = row end
end

--- Starts work on a record, from its source or from the journal.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
function M.start(run, job)
  M.advance(run, job, run.stopping and "leave" or "start")
end

--- Moves a record. No other code changes its place.
---@param run credenco.pipeline.Run
---@param job credenco.pipeline.Job
---@param event string
function M.advance(run, job, event)
  local from = job.place
  local way = WAYS[event][from]
  if not way then error(("a record that is %s cannot %s"):format(from, event)) end
  job.place = way.to
  if way.act then way.act(run, job, from) end
end

return M
