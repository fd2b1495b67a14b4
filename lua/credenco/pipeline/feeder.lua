--- Reads the source into the journal: every line becomes a record there before any request for it. Starts new records.
--- For known records the journal decides.

local familiar = require "credenco.pipeline.familiar"
local intakes = require "credenco.pipeline.intake"
local jobs = require "credenco.pipeline.job"
local journal_runs = require "credenco.journal.runs"
local line_entry = require "credenco.pipeline.line_entry"

local M = {}

local BATCH, BATCH_BYTES = 384, 2097152

-- Lines that a slow stream has delivered do not wait for later lines.
local function would_wait(source)
  return source.window ~= nil and source.window:would_wait()
end

-- The next lines of the source: records, and lines that have ended already.
local function read_batch(run, source)
  local items, ends = {}, {}
  local left = (run.options.limit or math.huge) - run.counts.read
  local most, bytes = math.min(left, BATCH, run.bounds:wait_for_room()), 0
  for count = 1, most do
    if run.stopping or bytes > BATCH_BYTES or count > 1 and would_wait(source) then return items, ends, false end
    local item, err = source:next()
    if not item then return items, ends, true, err end
    run.counts.read, bytes, run.last_line = run.counts.read + 1, bytes + #item.raw, item.line
    local made = line_entry.of_line(run, item)
    local list = made.event and ends or items
    list[#list + 1] = made
  end
  return items, ends, most == left
end

local function by_line(a, b) return a.line < b.line end

-- A line that cannot be read ends before a record begins. Only its place makes it one of the first.
local function enter_in_order(alike, intake)
  if alike.is_decided then return end
  local all = {}
  for _, list in ipairs { intake.failed, intake.new } do
    for _, item in ipairs(list) do all[#all + 1] = item end
  end
  table.sort(all, by_line)
  for _, item in ipairs(all) do item.is_first = alike:enter() end
end

local function hand_on(run, intake)
  local counts = run.counts
  counts.known = counts.known + intake.known + intake.corrected
  counts.waiting = counts.waiting + intake.waiting
  counts.corrected = counts.corrected + intake.corrected
  counts.duplicates = counts.duplicates + intake.duplicates
  counts.skipped = counts.skipped + intake.duplicates
  enter_in_order(counts.alike, intake)
  for _, item in ipairs(intake.failed) do
    counts:finished("failed", item, { code = item.code, step = "source", message = item.message })
  end
  run:check_failures()
  if not run.works then return end
  for _, item in ipairs(intake.new) do jobs.start(run, item) end
end

local function is_limited(run)
  return run.options.limit ~= nil and run.counts.read >= run.options.limit
end

-- A file can tell without waiting.
local function has_no_more(source)
  if not journal_runs.file_of(source) then return false end
  local item, err = source:next()
  return not item and not err
end

--- Reads the source to its end, or until the run stops.
---@param run credenco.pipeline.Run
---@param source credenco.pipeline.Source
---@return boolean complete whether the source was read to its end
---@return string? err why the source could not be read further
function M.feed(run, source)
  local items, ends, ended, source_err
  repeat
    items, ends, ended, source_err = read_batch(run, source)
    if not familiar.may_begin(run, items) then return false end
    if #items + #ends > 0 then
      local intake = intakes.take_in(run, items, ends)
      if not intake then return false end
      hand_on(run, intake)
    end
  until ended or run.stopping
  run.has_read = ended and not source_err
  if run.stopping or source_err then return false, source_err end
  return not is_limited(run) or has_no_more(source), nil
end

return M
