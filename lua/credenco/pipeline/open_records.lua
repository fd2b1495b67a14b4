--- Takes open records from the journal and starts them: records that an earlier run left open, that a person opened
--- again, or that `credenco load` added. A worker takes batches that no other worker has.

local familiar = require "credenco.pipeline.familiar"
local journal_runs = require "credenco.journal.runs"
local journal_schema = require "credenco.journal.tables"
local journal_workers = require "credenco.journal.workers"
local jobs = require "credenco.pipeline.job"
local source = require "credenco.pipeline.source"

local M = {}

-- A take is part of a group of writes. Until it returns, requests continue with the records of the one before.
local BATCH = 768
-- The first look comes soon, since the others have usually almost finished. Later looks are slower, and also check
-- whether a worker is dead.
local FIRST_LOOK_MS, LONGEST_LOOK_MS = 50, 1000

local function decoder_of(run, run_id)
  local decode = run.decoders[run_id]
  if decode then return decode end
  local layout, err = journal_runs.layout(run.db, run_id)
  if not layout then return nil, err or "its source is not in the journal" end
  decode, err = source.decoder(layout.format, layout.header)
  run.decoders[run_id] = decode
  return decode, err
end

-- Restores the record from the item, or says why that is impossible.
local function restore(run, item)
  local decode, err = decoder_of(run, item.run)
  local record
  if decode then record, err = decode(item.input or "") end
  run.counts.resumed = run.counts.resumed + 1
  if record then
    item.record, item.place, run.resumed[item.key] = record, "read", true
    return true
  end
  local state = item.state == "pending" and "failed" or "unknown" -- its offer may have been delivered
  local message = "the kept line cannot be read: " .. tostring(err)
  run.writer:put(state, { key = item.key, code = "broken_line", stage = "source", message = message })
  run.counts:finished(state, item, { code = "broken_line", step = "source", message = message })
end

-- False if this worker was taken for dead, which it may learn while it waits.
local function try_to_take(run, limit, only_begun)
  if run.taken_for_dead then return false end
  local items = run.writer:take(limit, only_begun)
  if not items or #items > 0 then return items end
  if run.taken_for_dead then return false end
  return run.writer:call(function()
    local alive, err = journal_workers.is_alive(run.db, run.scope.owner)
    if alive == nil then return nil, err end
    return alive and items
  end)
end

-- A record must not be at work twice: a worker that was taken for dead takes nothing until its own records have ended.
local function take(run, limit, only_begun)
  local items = try_to_take(run, limit, only_begun)
  if items ~= false then return items end
  if not run.taken_for_dead and not run:join_again() then return nil end
  run.bounds:wait_for_all()
  run.taken_for_dead = nil
  return take(run, limit, only_begun)
end

local function start_all(run, items)
  local restored = {}
  for _, item in ipairs(items) do
    if restore(run, item) then restored[#restored + 1] = item end
  end
  familiar.may_begin(run, restored)
  for _, item in ipairs(restored) do jobs.start(run, item) end -- if the run has stopped, they stay as they are
end

-- A journal that only runs have used has no index for taking, since every new line would pay for it.
local function make_queue(run, only_begun)
  local name = only_begun and "begun" or "open"
  if run.queues[name] then return true end
  run.queues[name] = run.writer:call(function() return journal_schema.make_queue(run.db, only_begun) end)
  return run.queues[name]
end

local function start_free_records(run, only_begun)
  local taken = 0
  while not run.stopping do
    if taken >= BATCH and not make_queue(run, only_begun) then return false end
    local room = run.bounds:wait_for_room()
    if not run.turns:wait(run) then return false end
    if run:is_drained() then return true end
    local items = take(run, math.min(BATCH, room), only_begun)
    if not items then return false end
    if #items == 0 then return true end
    taken = taken + #items
    start_all(run, items)
  end
  return false
end

--- Takes and starts records until none is free.
---@param run credenco.pipeline.Run
---@param only_begun? boolean only records with an offer
---@return boolean complete false if the run stops first
function M.drain(run, only_begun)
  local complete = start_free_records(run, only_begun)
  run.turns:give(run)
  return complete
end

-- Which records are open: "free", "held", or "nothing"; nil if the journal fails.
local function look_elsewhere(run)
  if run:is_drained() then return "nothing" end
  local rows = run.writer:ask(journal_workers.open_elsewhere(run.scope))
  if not rows then return nil end
  local found, looked_at = rows[1][1], rows[1][2]
  if found == "nothing" and not run:note_drained(looked_at) then return nil end
  return found
end

-- Waits until a record is free; or true if no other worker has an open record; nil if the run stops.
local function wait_for_others(run)
  local pause_ms, found = FIRST_LOOK_MS, look_elsewhere(run)
  while found == "held" do
    if not run:sleep(pause_ms) then return nil end
    if pause_ms == LONGEST_LOOK_MS and not run:bury_the_dead(true) then return nil end
    pause_ms, found = math.min(2 * pause_ms, LONGEST_LOOK_MS), look_elsewhere(run)
  end
  if found == "free" and not run:sleep(FIRST_LOOK_MS) then return nil end -- another worker may be taking it
  if found == nil then return nil end
  return found == "nothing"
end

--- Works through the queue, and waits for records of others, since a worker may die and leave its records. It also
--- looks for its own records: another worker may have taken this one for dead, and died itself. In a file there are no
--- others, and a look reads all records, so it looks once, at the end.
---@param run credenco.pipeline.Run
---@return boolean complete whether nothing is open any more
function M.work_off(run)
  local alone = not run.journal.shared
  if alone then run.bounds:wait_for_all() end
  while M.drain(run) do
    local was_idle = run.bounds.begun == 0
    run.bounds:wait_for_all()
    if run.stopping then return false end -- it may hold open records, which its look does not see
    if alone and was_idle and run.counts.open == 0 then return true end
    if was_idle or not alone then
      local done = wait_for_others(run)
      if done ~= false then return done == true end
    end
  end
  return false
end

return M
