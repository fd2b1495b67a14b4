--- The pipeline issues the credentials of a workflow for the records of a source, with a client, and stores the state
--- of each record in a journal.
---
---     local pipeline = require "credenco.pipeline"
---     local report, err = pipeline.run {
---       workflow = assert(require "credenco.workflow".load("company.lua")),
---       source = assert(require "credenco.pipeline.source".open("companies.csv")),
---       journal = "companies.journal", client = client,
---     }
---
--- The first comment of `credenco.pipeline.lifecycle` explains why nothing is issued twice and nothing is lost.

local descriptors = require "credenco.pipeline.descriptors"
local feeder = require "credenco.pipeline.feeder"
local journal = require "credenco.journal"
local journal_runs = require "credenco.journal.runs"
local journal_workers = require "credenco.journal.workers"
local loop = require "credenco.loop"
local options = require "credenco.base.options"
local queue = require "credenco.pipeline.open_records"
local report = require "credenco.journal.overview"
local run_module = require "credenco.pipeline.run"
local source_module = require "credenco.pipeline.source"

local M = {}

M.MAX_CONCURRENCY = 10000
M.MAX_ATTEMPTS = 100

local function workflow_problem(workflow)
  if type(workflow.steps) ~= "table" or type(workflow.mappings) ~= "table" then
    return "must be what workflow.load or workflow.new gave"
  end
end

local function max_failures_problem(most)
  if type(most.count) ~= "number" and type(most.share) ~= "number" then
    return "must be { count = 20 } or { share = 0.05 }"
  end
end

local OPTIONS = {
  workflow = { type = "table", required = true, check = workflow_problem },
  journal = { type = "string", required = true },
  client = { type = "table" },
  source = { type = { "table", "function" } },
  concurrency = { type = "integer", min = 1, max = M.MAX_CONCURRENCY, default = 64 },
  per_s = { type = "number", min = 0.01 },
  limit = { type = "integer", min = 1 },
  max_failures = { type = "table", check = max_failures_problem },
  new_journal = { type = "boolean" },
  keep_going = { type = "boolean" },
  confirm_ms = { type = "integer", min = 1 },
  attempts = { type = "integer", min = 1, max = M.MAX_ATTEMPTS, default = 5 },
  patience_ms = { type = "integer", min = 0, default = 60000 },
  offer_lifetime_ms = { type = "integer", min = 0, default = 2000 },
  stale_confirm_ms = { type = "integer", min = 1, default = 30000 },
  watch_ms = { type = "integer", min = 1, default = 100 },
  on_tick = { type = "function" },
  on_ended = { type = "function" },
  on_warning = { type = "function" },
}

--- The options of a run.
---@class credenco.pipeline.Options
---@field workflow credenco.Workflow from `workflow.load` or `workflow.new`
---@field journal string a SQLite file or `postgres://...`
---@field client? credenco.Client `run` and `work` need it; the pipeline repeats requests itself
---@field source? credenco.pipeline.Source|table[]|fun(): table? from `source.open`, or an array or iterator of records
---@field concurrency? integer requests in flight (64)
---@field per_s? number start at most this many records per second, of all workers together; at least 0.01
---@field limit? integer read at most this many records
---@field max_failures? { count: integer?, share: number? } stop when more records than this have failed or are unknown: a number, or a share from 0 to 1
---@field keep_going? boolean continue if the first 20 records all fail for the same reason
---@field confirm_ms? integer how long to ask for each issue's status until it is final; nil: do not ask
---@field attempts? integer if the server fails, send each request at most this often (5)
---@field new_journal? boolean start a new journal even if the issuer knows its records, and issue them again
---@field offer_lifetime_ms? integer how long an offer is certainly valid (2000)
---@field stale_confirm_ms? integer how long to ask for the status if an offer may have expired before its delivery (30000)
---@field patience_ms? integer stop when no request has succeeded for this long (60000)
---@field watch_ms? integer the time between two calls of `on_tick` (100)
---@field on_tick? fun(run: credenco.pipeline.Run) is called every `watch_ms` during the run
---@field on_ended? fun(ended: credenco.pipeline.Ended, run: credenco.pipeline.Run) is called for each issued credential, and for each record that ended without one
---@field on_warning? fun(message: string) is called with each warning

--- How a run ended.
---@class credenco.pipeline.Result
---@field counts credenco.pipeline.Counts of this run
---@field totals? credenco.journal.Totals of the journal; nil if it can no longer be read; without `input` and `issued`
---  while other workers are still running
---@field stopped? "interrupted"|"failures"|"alike"|"refused"|"outage"|"journal"|"source" nil if the run came to its end
---@field complete boolean whether the source was read to its end
---@field unread string[] sources of this and earlier runs that were not read to their end
---@field err? { code: string, message: string } the reason why the run stopped early

-- Prints as one line, as the client's errors do.
local Trouble = { __tostring = function(self) return self.message end }

local function trouble(err)
  return setmetatable({ code = "journal", message = err }, Trouble)
end

local FEWER = "%d requests in flight instead of %d: this process may open no more files and connections (ulimit -n)"

-- Fewer requests in flight where there is no room for so many connections.
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
  if not fits then return nil, trouble(fits_err) end
  -- Without a source there is only what the journal holds, and one that is not there is a mistyped name.
  local held, err = journal.open(settings.journal,
    { alone = mode ~= "load", queue = mode ~= "run", existing = settings.source == nil })
  if not held then return nil, trouble(err) end
  local scope, join_err = held:join(settings.workflow, mode ~= "load")
  if not scope then
    held:close()
    return nil, trouble(join_err)
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

local CORRECTED = "%s: %d refused without a key before, where other lines stand now, taken for corrected"

local function note_complete(run, source)
  local forgotten, err = journal_runs.complete(run.db, run.id, run.workflow.name, source, run.last_line or 0)
  if not forgotten then return run:journal_failed(err) end
  if forgotten > 0 then run:warn(CORRECTED:format(source.name, forgotten)) end
  local ok, stats_err = run.db.dialect.gather_statistics(run.db)
  if not ok then run:journal_failed(stats_err) end
end

-- What an earlier run left behind an offer comes first, before that is too old. Then a file, which may correct what was
-- not begun, and all that is left. A stream may last for ever: there everything comes first.
local function work(run, mode, source)
  local complete = mode == "work"
  if mode == "run" then queue.drain(run, source ~= nil and journal_runs.file_of(source) ~= nil) end
  if source and not run.stopping then complete = read_source(run, source) end
  if run.works and not run.stopping then queue.work_off(run) end
  run.bounds:wait_for_all()
  local ok, err = run.writer:flush()
  if ok then err = run.journal:flaw() end
  if err then run:journal_failed(err) end
  if source and complete and not run.writer.trouble then note_complete(run, source) end
  return complete
end

local function tidy(run)
  local ok, err = run.journal:tidy()
  if not ok then run:warn("unused parts of the journal may still hold what was erased: " .. err) end
end

-- Of many workers the last to leave counts everything: each of them would read the whole table.
local function count(run)
  local others, err = false, nil
  if run.journal.shared and run:bury_the_dead() then others, err = journal_workers.has_others(run.db, run.scope) end
  if others == nil then return nil, err end
  return (others and report.not_issued or report.totals)(run.db, run.workflow.name)
end

-- What the journal says in the end; nothing when it cannot be read any more.
local function look_back(run)
  if run.writer.trouble then return nil end
  local totals, err = count(run)
  local unread
  if totals then unread, err = journal_runs.unread(run.db, run.workflow.name) end
  if unread then
    if totals.pending == 0 and run.counts:done() > 0 then tidy(run) end
    return totals, unread
  end
  run:journal_failed(err)
end

local function leave(run)
  run.over = true
  if not run.writer.trouble then
    local ok, err = journal_workers.leave(run.db, run.scope, run.counts.open > 0)
    if not ok then run:journal_failed(err) end
  end
  run.writer:close()
  local totals, unread = look_back(run)
  run.journal:close()
  return totals, unread
end

-- Something threw that is not ours, a source's iterator or `on_tick`. What the journal has is enough to go on.
local function abandon(run, problem)
  run.over = true
  run.writer.trouble = run.writer.trouble or "the run has ended" -- for requests that are still in flight
  run:stop "source"
  run.writer:close()
  run.journal:close()
  error(problem, 0)
end

local function execute(settings, mode, handle)
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

-- Everything happens in tasks of the loop; the caller may be one, or a plain script.
local function in_task(fn)
  local ticket = loop.self()
  if ticket.task then return fn() end
  loop.spawn(function()
    loop.sleep(0)
    local ok, result, err = xpcall(fn, debug.traceback)
    loop.wake(ticket, ok, result, err)
  end)
  local ok, result, err = loop.wait(ticket)
  if not ok then error(result, 0) end
  return result, err
end

-- What each of the three cannot do without.
local NEEDED = { run = "client", work = "client", load = "source" }

local function is_source(given)
  return type(given) == "table" and given.next ~= nil
end

-- The public functions end in a call of this one, so that its caller is theirs, and the one to blame.
local function start(mode, given, handle)
  local settings = options.read("pipeline." .. mode, OPTIONS, given, 2)
  local needed = NEEDED[mode]
  if not settings[needed] then error(("pipeline.%s: %s is missing"):format(mode, needed), 2) end
  if settings.source and not is_source(settings.source) then settings.source = source_module.open(settings.source) end
  return in_task(function() return execute(settings, mode, handle) end)
end

--- Issues every record of a source, and continues the records that an earlier run left open. A wrong option throws an error.
---@param given credenco.pipeline.Options
---@param handle? fun(run: credenco.pipeline.Run) is called with the run at its start, so that you can stop it with `run:stop("interrupted")`
---@return credenco.pipeline.Result?
---@return { code: "journal", message: string }? err the journal cannot be used
function M.run(given, handle)
  return start("run", given, handle)
end

--- Puts every record of a source into the journal, for workers to take.
---@param given credenco.pipeline.Options no client is needed
---@param handle? fun(run: credenco.pipeline.Run) as for `run`
---@return credenco.pipeline.Result?
---@return { code: "journal", message: string }? err as for `run`
function M.load(given, handle)
  return start("load", given, handle)
end

--- Issues the records of a journal, together with any number of other workers.
---@param given credenco.pipeline.Options no source is needed
---@param handle? fun(run: credenco.pipeline.Run) as for `run`
---@return credenco.pipeline.Result?
---@return { code: "journal", message: string }? err as for `run`
function M.work(given, handle)
  return start("work", given, handle)
end

return M
