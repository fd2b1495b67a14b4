--- From the source into the journal: every line becomes a record there before anything is asked for it. What is
--- new is handed on; what the journal knows is left to what it says.

local batch = require "credenco.journal.batch"
local digest = require "openssl.digest"
local hex = require "credenco.base.hex"
local journal_records = require "credenco.journal.records"
local journal_runs = require "credenco.journal.runs"
local states = require "credenco.journal.states"
local familiar = require "credenco.pipeline.familiar"
local hooks = require "credenco.pipeline.hooks"
local jobs = require "credenco.pipeline.job"
local prepare = require "credenco.pipeline.prepare"

local M = {}

local BATCH, BATCH_BYTES = 384, 2097152

-- What a line without a key is known by: its place in a file. Where nothing says that the next reading has the same
-- bytes there, these count too.
local function place_of(source, item)
  local place = journal_runs.file_of(source)
  if place then return ("line %d of %s"):format(item.line, place) end
  return ("line %d: %s"):format(item.line, hex.encode(digest.new("sha256"):final(item.raw)))
end

-- A line of which only the beginning is there, or nothing, is none that anybody could correct.
local function kept_line(item)
  return not item.cut and item.raw ~= "" and item.raw or nil
end

local function failed_line(run, item, code, message)
  return { workflow = run.workflow.name, key = "", copy = place_of(run.source, item), run = run.id,
    line = item.line, event = "add_broken", input = kept_line(item), code = code, message = message }
end

local function raw_key(field, record)
  if type(field) == "table" then return true, record[field.column] end
  return hooks.call_apart(field, record)
end

local function key_problem(run, record)
  local ok, value = raw_key(run.workflow.key, record)
  if not ok then return nil, "key failed at " .. value end
  local key, problem = prepare.identifier("key", run.workflow.key, value)
  return key, problem and prepare.describe { problem }
end

-- What the journal is to have of a line.
local function entry(run, item)
  if item.broken then return failed_line(run, item, "broken_line", item.broken) end
  local key, problem = key_problem(run, item.record)
  if not key then return failed_line(run, item, "invalid_record", problem) end
  return jobs.of_line(key, item)
end

-- What a line that repeats a key is known by.
local function copy_of(item)
  return ("line %d"):format(item.line)
end

local function duplicate_of(run, item, existing)
  return { workflow = run.workflow.name, key = item.key, copy = copy_of(item), run = run.id,
    line = item.line, event = "add_repeated", code = "duplicate",
    message = ("repeats the key of line %d"):format(existing.line) }
end

local function owner_of(run)
  return run.works and run.scope.owner or nil
end

-- Where the journal is to have a record from now on.
local function placed(run, item)
  return { workflow = run.workflow.name, key = item.key, run = run.id, line = item.line, input = item.input,
    owner = owner_of(run) }
end

-- Whether lines of another reading mean the same as this one's: the columns of a line stand in its reading's header.
local function reads_alike(run, other_id)
  local alike = run.alike[other_id]
  if alike ~= nil then return alike end
  local ours, err = journal_runs.layout(run.db, run.id)
  if not ours then return nil, err end
  local theirs, their_err = journal_runs.layout(run.db, other_id)
  if their_err then return nil, their_err end
  alike = theirs ~= nil and ours.format == theirs.format and ours.header == theirs.header
  run.alike[other_id] = alike
  return alike
end

-- A second line with the key of one of this reading.
local function repeated(run, item, existing)
  local added, err = journal_records.add_end(run.db, duplicate_of(run, item, existing))
  if not added then return nil, err end
  return added > 0 and "duplicates" or "known"
end

-- From now on the journal has the record at this line; unless somebody else has opened it meanwhile.
local function replace(run, item, existing, change, meaning)
  local changed, err = change(run.db, placed(run, item))
  if not changed then return nil, err end
  if changed == 0 then return "known" end
  existing.run, existing.line = run.id, item.line
  return meaning
end

-- Whether the line of a record may still be corrected: nothing came of it, and nobody is at work on it.
local function is_correctable(existing)
  return existing.state == "failed" or existing.state == "pending" and not existing.owner
end

-- The same line again. A later one with its key repeats it: within a batch that is remembered. The journal is told
-- where a later line would else be taken for the corrected form.
local function same_place(run, item, existing, same)
  if existing.run == run.id then return "known" end
  if same and is_correctable(existing) then return replace(run, item, existing, journal_records.move, "known") end
  existing.run = run.id
  return "known"
end

-- A finished record at another place; unless an earlier reading knows the line there for one that repeats the key.
local function moved(run, item, existing)
  local repeats, err = journal_records.has(run.db, run.workflow.name, item.key, copy_of(item))
  if repeats == nil then return nil, err end
  if repeats then return "known" end
  return replace(run, item, existing, journal_records.move, "known")
end

-- A line whose record the journal has: the same line again, its corrected form, a second line with the same
-- key, or the record at another place. Gives what it counts as.
local function meet(run, item, existing)
  if existing.run == run.id and existing.line ~= item.line then return repeated(run, item, existing) end
  local alike, err = reads_alike(run, existing.run)
  if alike == nil then return nil, err end
  local same = alike and existing.input == item.input
  if is_correctable(existing) and not same then
    return replace(run, item, existing, journal_records.correct, "corrected")
  elseif existing.line ~= item.line and same then
    return replace(run, item, existing, journal_records.move, "known")
  elseif existing.line ~= item.line and not existing.input then
    return moved(run, item, existing) -- a kept line that differs stays with the header that it is read with
  end
  if existing.line == item.line then return same_place(run, item, existing, same) end
  return "known"
end

-- Whether a run is to take the record up once the source is read.
local function is_waiting(existing)
  return states.OPEN[existing.state] and not existing.owner
end

-- A record that goes on with its corrected line at once: at its step, the ones before it stay issued.
local function take_up(run, item, existing, claimed)
  if not run.works then
    claimed.waiting = claimed.waiting + 1
    return
  end
  item.step, item.asked = existing.step, existing.asked
  claimed.new[#claimed.new + 1] = item
end

-- Some records of the batch were there already: which, and what of it.
local function sort_out(run, items, claimed)
  local owner = owner_of(run)
  local found, err = journal_records.find(run.db, run.workflow.name, items)
  if not found then return nil, err end
  for _, item in ipairs(journal_records.in_order_of_keys(items)) do
    local existing = found[item.key]
    local is_new = existing.run == run.id and existing.line == item.line and existing.state == "pending"
      and existing.owner == owner and not run.resumed[item.key]
    if is_new then
      claimed.new[#claimed.new + 1] = item
    else
      local meaning, meet_err = meet(run, item, existing)
      if not meaning then return nil, meet_err end
      claimed[meaning] = claimed[meaning] + 1
      if meaning == "corrected" then take_up(run, item, existing, claimed) end
      if meaning == "known" and is_waiting(existing) then claimed.waiting = claimed.waiting + 1 end
    end
  end
  return true
end

local function scope_of(run)
  return { workflow = run.workflow.name, run = run.id, owner = owner_of(run) }
end

local function nothing_claimed(items)
  return { new = items, known = 0, corrected = 0, duplicates = 0, failed = {}, waiting = 0 }
end

local function claim_ends(run, ends, claimed)
  for _, item in ipairs(ends) do
    local known, known_err = journal_records.state_of_broken(run.db, item)
    if known == nil then return nil, known_err end
    local write = known == "skipped" and journal_records.move_broken or journal_records.add_end
    local written, err = write(run.db, item)
    if not written then return nil, err end
    if known then
      claimed.known = claimed.known + 1
    else
      claimed.failed[#claimed.failed + 1] = item
    end
  end
  return true
end

-- Where the last lines were all done before, the next ones are likely to be, and a journal of a million finished
-- records is passed over in seconds.
local function all_done(run, items)
  if run.expected ~= "done" or #items == 0 then return false end
  return journal_records.all_done(run.db, run.workflow.name, items)
end

-- All lines of a reading in one transaction, which may be undone: nothing is counted here.
local function claim_together(run, items, ends)
  local claimed = nothing_claimed(items)
  local ok, err = claim_ends(run, ends, claimed)
  if not ok then return nil, err end
  local done
  done, err = all_done(run, items)
  if done then
    claimed.new, claimed.known = {}, claimed.known + #items
    return claimed
  elseif err then
    return nil, err
  end
  local added
  added, err = batch.change(run.db, journal_records.additions(run.db, scope_of(run), items))
  if not added then return nil, err end
  if added < #items then
    claimed.new = {}
    ok, err = sort_out(run, items, claimed)
    if not ok then return nil, err end
  end
  if added > 0 then run.expected = nil else run.expected = #claimed.new > 0 and "known" or "done" end
  return claimed
end

-- Mostly all lines are new ones of this run: they are added beside everything else that is written. Then nobody else
-- takes them, and what is found there belongs to what was there.
local function claim(run, items, ends)
  local claimed = nothing_claimed(items)
  if run.works and #ends == 0 and not run.expected then
    local added = run.writer:add(scope_of(run), items)
    if not added then return nil end
    if added == #items then return claimed end
  end
  return run.writer:call(function() return claim_together(run, items, ends) end)
end

local function by_line(a, b) return a.line < b.line end

-- A line that cannot be read is at its end before any record begins; among the first it is only by its place.
local function enter_in_order(alike, claimed)
  if alike.is_decided then return end
  local all = {}
  for _, list in ipairs { claimed.failed, claimed.new } do
    for _, item in ipairs(list) do all[#all + 1] = item end
  end
  table.sort(all, by_line)
  for _, item in ipairs(all) do item.is_first = alike:enter() end
end

local function hand_on(run, claimed)
  local counts = run.counts
  counts.known = counts.known + claimed.known + claimed.corrected
  counts.waiting = counts.waiting + claimed.waiting
  counts.corrected = counts.corrected + claimed.corrected
  counts.duplicates = counts.duplicates + claimed.duplicates
  counts.skipped = counts.skipped + claimed.duplicates
  enter_in_order(counts.alike, claimed)
  for _, item in ipairs(claimed.failed) do
    counts:finished("failed", item, { code = item.code, step = "source", message = item.message })
  end
  run:check_failures()
  if not run.works then return end
  for _, item in ipairs(claimed.new) do jobs.start(run, item) end
end

-- What has come of a slow stream is not kept waiting for what has not.
local function would_wait(source)
  return source.window ~= nil and source.window:would_wait()
end

-- The next lines of the source: records, and lines that are at their end already.
local function read_batch(run, source)
  local items, ends = {}, {}
  local left = (run.options.limit or math.huge) - run.counts.read
  local most, bytes = math.min(left, BATCH, run.bounds:wait_for_room()), 0
  for count = 1, most do
    if run.stopping or bytes > BATCH_BYTES or count > 1 and would_wait(source) then return items, ends, false end
    local item, err = source:next()
    if not item then return items, ends, true, err end
    run.counts.read, bytes, run.last_line = run.counts.read + 1, bytes + #item.raw, item.line
    local made = entry(run, item)
    local list = made.event and ends or items
    list[#list + 1] = made
  end
  return items, ends, most == left
end

local function is_limited(run)
  return run.options.limit ~= nil and run.counts.read >= run.options.limit
end

-- Of a file it can be told without waiting.
local function has_no_more(source)
  if not journal_runs.file_of(source) then return false end
  local item, err = source:next()
  return not item and not err
end

--- Reads the source to its end, or until the run stops.
---@param run credenco.pipeline.Run
---@param source credenco.pipeline.Source
---@return boolean complete the end was reached
---@return string? err the source could not be read on
function M.feed(run, source)
  local items, ends, ended, source_err
  repeat
    items, ends, ended, source_err = read_batch(run, source)
    if not familiar.may_begin(run, items) then return false end
    if #items + #ends > 0 then
      local claimed = claim(run, items, ends)
      if not claimed then return false end
      hand_on(run, claimed)
    end
  until ended or run.stopping
  if run.stopping or source_err then return false, source_err end
  return not is_limited(run) or has_no_more(source), nil
end

return M
