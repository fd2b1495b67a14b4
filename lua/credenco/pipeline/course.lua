--- The course of a run: opens the journal, works through the source and the journal's records, and reports the result.

local descriptors = require "credenco.pipeline.descriptors"
local feeder = require "credenco.pipeline.feeder"
local journal = require "credenco.journal"
local journal_runs = require "credenco.journal.runs"
local journal_workers = require "credenco.journal.workers"
local loop = require "credenco.loop"
local queue = require "credenco.pipeline.open_records"
local report = require "credenco.journal.overview"
local run_module = require "credenco.pipeline.run"

local M = {}

-- Prints as one line, like the client's errors.
local Failure = { __tostring = function(self) return self.message end }

local function failure(err)
  return setmetatable({ code = "journal", message = err }, Failure)
end

local FEWER = "%d requests in flight instead of %d: this process may open no more files and connections (ulimit -n)"

-- Allows fewer requests in flight if there are not enough descriptors for their connections.
local function fit_in(settings)
  local wanted = settings.concurrency
  local concurrency, err = descriptors.bounded(wanted)
  if not concurrency then return nil, err end
  settings.concurrency = concurrency
  if concurrency < wanted and settings.on_warning then settings.on_warning(FEWER:format(concurrency, wanted)) end
  return true
end

local function begin(settings, mode)
  local fits, fits_err = fit_in(settings)
  if not fits then return nil, failure(fits_err) end
  -- Without a source the journal must exist: a missing one is a mistyped name.
  local held, err = journal.open(settings.journal,
    { alone = mode ~= "load", queue = mode ~= "run", existing = settings.source == nil })
  if not held then return nil, failure(err) end
  local scope, join_err = held:join(settings.workflow, mode ~= "load")
  if not scope then
    held:close()
    return nil, failure(join_err)
  end
  return run_module.new {
    workflow = settings.workflow, client = settings.client, journal = held, scope = scope,
    works = mode ~= "load", shares_rate = held.shared and settings.per_s ~= nil, options = settings,
    on_warning = settings.on_warning,
  }
end

local function read_source(run, source)
  local id, err = journal_runs.begin(run.db, run.workflow.name, source)
  if not id then
    run:journal_failed(err)
    return false
  end
  run.id, run.source = id, source
  local complete, source_err = feeder.feed(run, source)
  if source_err then run:stop("source", { code = "source", message = ("%s: %s"):format(source.name, source_err) }) end
  return complete
end

local CORRECTED = "%s: %d refused without a key before, and the file has other lines in their places: they count as "
  .. "corrected"

local function note_complete(run, source)
  local forgotten, err = journal_runs.complete(run.db, run.id, run.workflow.name, source, run.last_line or 0)
  if not forgotten then return run:journal_failed(err) end
  if forgotten > 0 then run:warn(CORRECTED:format(source.name, forgotten)) end
  local ok, stats_err = run.db.dialect.gather_statistics(run.db)
  if not ok then run:journal_failed(stats_err) end
end

-- First come records with an offer from an earlier run, before those are too old. Then a file, which may correct
-- records that have not begun, and the rest. A stream may never end, so it comes after everything else.
local function work(run, mode, source)
  local complete = mode == "work"
  if mode == "run" then queue.drain(run, source ~= nil and journal_runs.file_of(source) ~= nil) end
  if source and not run.stopping then complete = read_source(run, source) end
  if run.works and not run.stopping then run.drained = queue.work_off(run) end
  run.bounds:wait_for_all()
  local ok, err = run.writer:flush()
  if ok then err = run.journal:flaw() end
  if err then run:journal_failed(err) end
  if source and complete and not run.writer.failure then note_complete(run, source) end
  return complete
end

local function tidy(run)
  local ok, err = run.journal:tidy()
  if not ok then run:warn("unused parts of the journal may still hold erased data: " .. err) end
end

-- Counting reads the whole table, so only one worker counts everything: the first that finds nothing open; if records
-- stay open, the last to leave.
local function count(run, left)
  local counts_all = not run.journal.shared or run.found_drained or not run.drained and left == "last"
  if counts_all then return report.totals(run.db, run.workflow.name) end
  return report.not_issued(run.db, run.workflow.name, run.drained)
end

-- The journal's numbers at the end; nothing if it can no longer be read.
local function look_back(run, left)
  if run.writer.failure then return nil end
  local totals, err = count(run, left)
  local unread
  if totals then unread, err = journal_runs.unread(run.db, run.workflow.name) end
  if unread then
    if totals.pending == 0 and run.counts:done() > 0 then tidy(run) end
    return totals, unread
  end
  run:journal_failed(err)
end

-- Leaves the workers, and says whether others work on. Those that died do not.
local function leave_workers(run)
  if run.writer.failure or run.journal.shared and not run:bury_the_dead() then return nil end
  local left, err = journal_workers.leave(run.db, run.scope, run.counts.open > 0)
  if not left then run:journal_failed(err) end
  return left
end

local function leave(run)
  run.over = true
  local left = leave_workers(run)
  run.writer:close()
  local totals, unread = look_back(run, left)
  run.journal:close()
  return totals, unread
end

-- A caller's function threw: a source's iterator or `on_tick`. The journal has all that is needed to continue.
local function abandon(run, problem)
  run.over = true
  run.writer.failure = run.writer.failure or "the run has ended" -- for requests that are still in flight
  run:stop "source"
  run.writer:close()
  run.journal:close()
  error(problem, 0)
end

--- Runs a pipeline from beginning to end, in a task of the loop.
---@param settings credenco.pipeline.Options checked and complete
---@param mode "run"|"load"|"work"
---@param handle? fun(run: credenco.pipeline.Run)
---@return credenco.pipeline.Result?
---@return { code: "journal", message: string }? err
function M.execute(settings, mode, handle)
  local run, err = begin(settings, mode)
  if not run then return nil, err end
  if handle then handle(run) end
  loop.spawn(function() run:watch() end)
  local ok, complete = xpcall(work, debug.traceback, run, mode, settings.source)
  if not ok then abandon(run, complete) end
  run:tick()
  if run.problem then abandon(run, run.problem) end
  local totals, unread = leave(run)
  return { counts = run.counts, totals = totals, unread = unread or {}, complete = complete,
    stopped = run.stopping, err = run.stop_error }
end

return M
