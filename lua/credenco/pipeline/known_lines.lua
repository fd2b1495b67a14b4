--- The meaning of a line whose key the journal has already: the same line again, its correction, a second line with the
--- same key, or the record at another place. The journal then follows the line, unless the record is at work.

local journal_records = require "credenco.journal.records"
local journal_runs = require "credenco.journal.runs"

local M = {}

-- The identity of a line that repeats a key.
local function copy_of(item)
  return ("line %d"):format(item.line)
end

local function duplicate_of(run, item, existing)
  return { workflow = run.workflow.name, key = item.key, copy = copy_of(item), run = run.id,
    line = item.line, event = "add_repeated", code = "duplicate",
    message = ("repeats the key of line %d"):format(existing.line) }
end

-- The place of a record in the journal from now on.
local function placed(run, item)
  return { workflow = run.workflow.name, key = item.key, run = run.id, line = item.line, input = item.input,
    owner = run:adding_owner() }
end

-- Whether lines of another reading mean the same as this one's: a line's columns depend on its reading's header.
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

-- A second line with the key of an earlier line of this reading.
local function repeated(run, item, existing)
  local added, err = journal_records.add_end(run.db, duplicate_of(run, item, existing))
  if not added then return nil, err end
  return added > 0 and "duplicates" or "known"
end

-- The journal now has the record at this line, unless another worker has opened it meanwhile.
local function replace(run, item, existing, change, meaning)
  local changed, err = change(run.db, placed(run, item))
  if not changed then return nil, err end
  if changed == 0 then return "known" end
  existing.run, existing.line = run.id, item.line
  return meaning
end

-- Whether a record's line may still be corrected: nothing was issued, and nobody works on it.
local function is_correctable(existing)
  return existing.state == "failed" or existing.state == "pending" and not existing.owner
end

-- The same line again. A later line with its key repeats it, so a batch remembers the key. The journal gets the line if
-- a later line would otherwise count as its correction.
local function same_place(run, item, existing, same)
  if existing.run == run.id then return "known" end
  if same and is_correctable(existing) then return replace(run, item, existing, journal_records.move, "known") end
  existing.run = run.id
  return "known"
end

-- A finished record at another place, unless an earlier reading knows the line there as a repetition of the key.
local function moved(run, item, existing)
  local repeats, err = journal_records.has(run.db, run.workflow.name, item.key, copy_of(item))
  if repeats == nil then return nil, err end
  if repeats then return "known" end
  return replace(run, item, existing, journal_records.move, "known")
end

--- Says how to count a line whose record the journal has.
---@param run credenco.pipeline.Run
---@param item credenco.pipeline.Job
---@param existing credenco.journal.Found updated if the journal follows the line
---@return "known"|"corrected"|"duplicates"|nil meaning
---@return string? err
function M.meet(run, item, existing)
  if existing.run == run.id and existing.line ~= item.line then return repeated(run, item, existing) end
  local alike, err = reads_alike(run, existing.run)
  if alike == nil then return nil, err end
  local same = alike and existing.input == item.input
  if is_correctable(existing) and not same then
    return replace(run, item, existing, journal_records.correct, "corrected")
  end
  if existing.line == item.line then return same_place(run, item, existing, same) end
  if same then return replace(run, item, existing, journal_records.move, "known") end
  if not existing.input then return moved(run, item, existing) end
  return "known" -- a stored line that differs keeps its own header
end

return M
