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

local course = require "credenco.pipeline.course"
local loop = require "credenco.loop"
local options = require "credenco.base.options"
local source_module = require "credenco.pipeline.source"

local M = {}

M.MAX_CONCURRENCY = 10000
M.MAX_ATTEMPTS = 100
M.MIN_PER_S = 0.01

local function workflow_problem(workflow)
  if type(workflow.steps) ~= "table" or type(workflow.mappings) ~= "table" then
    return "must be a workflow from workflow.load or workflow.new"
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
  per_s = { type = "number", min = M.MIN_PER_S },
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
---@field watch_ms? integer the time between two calls of `on_tick` (100); a second or more while a worker waits for a turn
---@field on_tick? fun(run: credenco.pipeline.Run) is called every `watch_ms` during the run
---@field on_ended? fun(ended: credenco.pipeline.Ended, run: credenco.pipeline.Run): boolean? is called for each issued credential, and for each record that ended without one; after false the record stays open, and the next run continues it
---@field on_warning? fun(message: string) is called with each warning

--- The result of a run.
---@class credenco.pipeline.Result
---@field counts credenco.pipeline.Counts of this run
---@field totals? credenco.journal.Totals of the journal; nil if it can no longer be read; without `input` and `issued`
---  while other workers are still running
---@field stopped? "interrupted"|"failures"|"alike"|"refused"|"outage"|"journal"|"source" nil if the run came to its end
---@field complete boolean whether the source was read to its end
---@field unread string[] sources of this and earlier runs that were not read to their end
---@field err? { code: string, message: string } the reason why the run stopped early

-- Everything happens in tasks of the loop. The caller may be one, or a plain script.
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

-- The options that each of the three requires.
local NEEDED = { run = "client", work = "client", load = "source" }

local function is_source(given)
  return type(given) == "table" and given.next ~= nil
end

-- The public functions end with a call of this one, so that error levels name their caller.
local function start(mode, given, handle)
  local settings = options.read("pipeline." .. mode, OPTIONS, given, 2)
  local needed = NEEDED[mode]
  if not settings[needed] then error(("pipeline.%s: %s is missing"):format(mode, needed), 2) end
  if settings.source and not is_source(settings.source) then settings.source = source_module.open(settings.source) end
  return in_task(function() return course.execute(settings, mode, handle) end)
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
