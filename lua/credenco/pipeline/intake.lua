--- Takes a batch of lines into the journal, in one transaction: adds the new lines, and matches the others with their
--- records.

local batch = require "credenco.journal.batch"
local journal_records = require "credenco.journal.records"
local known_lines = require "credenco.pipeline.known_lines"
local states = require "credenco.journal.states"

local M = {}

--- The lines of a batch, by kind.
---@class credenco.pipeline.Intake
---@field new credenco.pipeline.Job[] records for this run to work on
---@field failed table[] lines that have ended at once
---@field known integer
---@field corrected integer
---@field duplicates integer
---@field waiting integer open records that the run continues after it has read the source

local function all_new(items)
  return { new = items, known = 0, corrected = 0, duplicates = 0, failed = {}, waiting = 0 }
end

-- Lines that have ended at once.
local function add_ended(run, ends, intake)
  for _, item in ipairs(ends) do
    local known, known_err = journal_records.state_of_broken(run.db, item)
    if known == nil then return nil, known_err end
    local write = known == "skipped" and journal_records.move_broken or journal_records.add_end
    local written, err = write(run.db, item)
    if not written then return nil, err end
    if known then
      intake.known = intake.known + 1
    else
      intake.failed[#intake.failed + 1] = item
    end
  end
  return true
end

-- Whether the run takes the record from the journal after it has read the source.
local function is_waiting(existing)
  return states.OPEN[existing.state] and not existing.owner
end

-- A record that continues with its corrected line at once: at its step, since the steps before stay issued.
local function take_up(run, item, existing, intake)
  if not run.works then
    intake.waiting = intake.waiting + 1
    return
  end
  item.step, item.asked = existing.step, existing.asked
  intake.new[#intake.new + 1] = item
end

-- Whether the batch has just added the record: no earlier reading had it.
local function is_new(run, item, existing)
  return existing.run == run.id and existing.line == item.line and existing.state == "pending"
    and existing.owner == run:adding_owner() and not run.resumed[item.key]
end

-- The journal had some records of the batch already: finds out which, and what their lines mean.
local function sort_out(run, items, intake)
  local found, err = journal_records.find(run.db, run.workflow.name, items)
  if not found then return nil, err end
  for _, item in ipairs(journal_records.in_order_of_keys(items)) do
    local existing = found[item.key]
    if is_new(run, item, existing) then
      intake.new[#intake.new + 1] = item
    else
      local meaning, meet_err = known_lines.meet(run, item, existing)
      if not meaning then return nil, meet_err end
      intake[meaning] = intake[meaning] + 1
      if meaning == "corrected" then take_up(run, item, existing, intake) end
      if meaning == "known" and is_waiting(existing) then intake.waiting = intake.waiting + 1 end
    end
  end
  return true
end

local function scope_of(run)
  return { workflow = run.workflow.name, run = run.id, owner = run:adding_owner() }
end

-- If the last lines were all done before, the next ones probably are. So a journal of a million finished records takes
-- seconds.
local function all_done(run, items)
  if run.expected ~= "done" or #items == 0 then return false end
  return journal_records.all_done(run.db, run.workflow.name, items)
end

-- Adds the new records, and handles the others.
local function add_records(run, items, intake)
  local added, err = batch.change(run.db, journal_records.additions(run.db, scope_of(run), items))
  if not added then return nil, err end
  if added < #items then
    intake.new = {}
    local sorted, sort_err = sort_out(run, items, intake)
    if not sorted then return nil, sort_err end
  end
  if added > 0 then run.expected = nil else run.expected = #intake.new > 0 and "known" or "done" end
  return intake
end

-- Handles the lines of a batch in one transaction, which may be rolled back, so it counts nothing.
local function take_in(run, items, ends)
  local intake = all_new(items)
  local ok, err = add_ended(run, ends, intake)
  if not ok then return nil, err end
  local done, done_err = all_done(run, items)
  if done_err then return nil, done_err end
  if not done then return add_records(run, items, intake) end
  intake.new, intake.known = {}, intake.known + #items
  return intake
end

--- Takes a batch into the journal. Usually all lines are new ones of this run. They are added beside all other writes,
--- so that no other worker takes them. Any that are found were there before.
---@param run credenco.pipeline.Run
---@param items credenco.pipeline.Job[]
---@param ends table[] lines that have ended (`credenco.pipeline.line_entry`)
---@return credenco.pipeline.Intake? nil if the journal failed, which stops the run
function M.take_in(run, items, ends)
  if run.works and #ends == 0 and not run.expected then
    local added = run.writer:add(scope_of(run), items)
    if not added then return nil end
    if added == #items then return all_new(items) end
  end
  return run.writer:call(function() return take_in(run, items, ends) end)
end

return M
