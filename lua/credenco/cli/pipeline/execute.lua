--- The parts that `run`, `load` and `work` share: client, progress, Ctrl-C, summary.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local audit_file = require "credenco.cli.pipeline.audit_file"
local check = require "credenco.pipeline.trial"
local claims_columns = require "credenco.claims.columns"
local collector = require "credenco.cli.pipeline.collector"
local command_line = require "credenco.cli.pipeline.command_line"
local core = require "credenco.core"
local credenco = require "credenco"
local exit_code = require "credenco.cli.exit_code"
local familiar = require "credenco.pipeline.familiar"
local findings = require "credenco.cli.pipeline.findings"
local interrupt = require "credenco.cli.pipeline.interrupt"
local json = require "credenco.base.json"
local journal_url = require "credenco.journal.dialect.url"
local library = require "credenco.cli.library"
local listeners = require "credenco.base.listeners"
local loop = require "credenco.loop"
local metrics_file = require "credenco.cli.pipeline.metrics_file"
local pipeline = require "credenco.pipeline"
local production = require "credenco.cli.pipeline.production"
local progress = require "credenco.cli.pipeline.progress"
local report = require "credenco.cli.reporter"
local settings = require "credenco.cli.server_settings"
local summary = require "credenco.cli.pipeline.summary"
local usage = require "credenco.cli.usage"
local uv = require "luv"

local M = {}

local SECONDS = 1000

--- Adds the flags for the speed, the limits and the means of a run.
function M.declare_work(command)
  command:group("Work",
    command:option "--concurrency" :argname "N" :description "Requests in flight (default: 64).",
    command:option "--rate" :argname "RATE" :description "Start at most this many records: 50/s, 600/m or 1000/h.",
    command:option "--max-failures" :argname "N|N%" :target "max_failures"
      :description "Stop when more records have failed than this number or percentage.",
    command:flag "--keep-going" :target "keep_going"
      :description "Continue when the first 20 records all fail for the same reason.",
    command:flag "--new-journal" :target "new_journal"
      :description "Start a new journal even if the issuer knows its records, and issue them again.",
    command:option "--attempts" :argname "N"
      :description "If the server fails, send each request at most this often (default: 5).",
    command:option "--offer-lifetime" :argname "SECONDS" :target "offer_lifetime"
      :description "How long an offer is certainly valid; if it is older, the status decides (default: 2).",
    command:option "--patience" :argname "SECONDS"
      :description "Stop when no request has succeeded for this long (default: 60).",
    command:flag "--yes" :description "Begin without a question, even if the profile is marked production.",
    command:flag "--confirm" :description "Ask for each issue's status until it is final.",
    command:option "--confirm-timeout" :argname "SECONDS" :target "confirm_timeout"
      :description "How long to ask for the status (default: 60).")
end

function M.declare_progress(command)
  return command:option "--progress" :argname "HOW" :choices { "bar", "lines", "jsonl", "none" }
    :description "How to show progress: bar (default on a terminal), lines (elsewhere; every ten seconds), jsonl, none."
end

--- Adds the flags for files that `run` and `work` write beside the journal.
function M.declare_watching(command)
  return metrics_file.declare(command), audit_file.declare(command)
end

local SOURCE = { run = arguments.source_or_none, load = arguments.source, work = function() return nil end }

local function options_of(args, mode)
  local patience = arguments.count(args.patience, "--patience")
  local lifetime = arguments.count(args.offer_lifetime, "--offer-lifetime")
  local confirm = args.confirm or args.confirm_timeout
  return {
    workflow = arguments.workflow(args.workflow, args.source),
    journal = arguments.journal(args),
    concurrency = arguments.count(args.concurrency, "--concurrency", pipeline.MAX_CONCURRENCY),
    per_s = arguments.rate(args.rate, pipeline.MIN_PER_S),
    max_failures = arguments.max_failures(args.max_failures),
    keep_going = args.keep_going,
    new_journal = args.new_journal,
    patience_ms = patience and patience * SECONDS,
    attempts = arguments.count(args.attempts, "--attempts", pipeline.MAX_ATTEMPTS),
    offer_lifetime_ms = lifetime and lifetime * SECONDS,
    confirm_ms = confirm and (arguments.count(args.confirm_timeout, "--confirm-timeout") or 60) * SECONDS or nil,
    limit = arguments.count(args.limit, "--limit"),
    source = SOURCE[mode](args),
  }
end

-- Every line would fail, and the journal would hold the whole file as refused.
local function check_columns(workflow, source, out)
  if not source or not source.columns then return end
  local unknown, unused = claims_columns.compare(workflow.columns, source.columns, check.is_nested(source))
  local missing = findings.missing_columns(unknown, unused)
  local needed = check.needed_columns(workflow)
  for i, name in ipairs(unknown) do
    if needed[name] then
      usage.fail(("%s: %s; nothing was read or sent"):format(source.name, missing[i]))
    end
  end
  for _, line in ipairs(missing) do out:note("credenco: " .. line) end
end

-- The user may have meant to continue, and be in another directory.
local function begins_journal(options)
  local path = options.journal
  return options.source and not journal_url.is_server(path) and not uv.fs_stat(path)
end

-- A reader of JSON lines gets nothing else.
local function in_json_lines(args, out)
  if args.progress ~= "jsonl" then return out end
  local in_json = report.new(true)
  return {
    note = function(_, text) io.stderr:write(json.encode { note = text:match "^%s*(.*)" }, "\n") end,
    failure_text = function(_, err) return in_json:failure_text(err) end,
  }
end

-- Runs, and then closes everything.
local function watched(mode, options, out, args, listening, measured)
  local shown = progress.new(args.progress or (args.json and "none") or progress.default_style(), options.source,
    loop.now_ms())
  options.on_warning = function(message) out:note("credenco: " .. message) end
  options.on_tick = function(run)
    listening:poll()
    shown:tick(run)
    if measured then measured:tick(run) end
  end
  local is_new = begins_journal(options)
  local result, err = pipeline[mode](options, function(run)
    listening:spare(run)
    if is_new then out:note("credenco: a new journal begins: " .. options.journal) end
  end)
  if result then shown:finish(listening.run) end
  return result, err
end

-- A client whose events go to all listeners.
local function client_of(mode, args, measured)
  if mode == "load" then return nil end
  local options = settings.options(args)
  if measured then options.on_event = listeners.both(options.on_event, measured.on_event) end
  return library.call(credenco.new, options)
end

local function finish_measuring(measured, result, code, out)
  if not measured then return end
  local ok, problem = measured:finish(result and result.totals, code)
  if not ok then out:note("credenco: " .. problem) end
end

-- LuaJIT gives each process the same random numbers, and the functions of a workflow may need others.
local function seed_random()
  math.randomseed(tonumber(core.uuid():sub(1, 7), 16))
end

-- Whether the same command would do more.
local function can_continue(mode, result)
  if mode == "load" or result.err and result.err.code == familiar.CODE then return false end
  return result.stopped ~= nil or result.totals ~= nil and result.totals.pending > 0
end

--- Runs one of the three.
---@param mode "run"|"load"|"work"
---@param args table
---@param out credenco.cli.Report
function M.run(mode, args, out)
  collector.set()
  seed_random()
  out = in_json_lines(args, out)
  local measured = args.metrics and metrics_file.new(args.metrics)
  local client = client_of(mode, args, measured)
  -- before the source is opened, which may take long
  local listening = interrupt.listen(out, function() return "continue with: " .. command_line.called(mode) end)
  local options = options_of(args, mode)
  options.client = client
  check_columns(options.workflow, options.source, out)
  options.on_ended = args.audit and audit_file.open(args.audit) or nil
  local result, err = true, nil
  if client then result, err = production.ask(args, options) end
  if not result then measured = nil end -- the file is still that of the last run
  if measured then measured:begin(options.workflow.name) end
  if result then result, err = watched(mode, options, out, args, listening, measured) end
  listening:close()
  if client then client:close() end
  if options.source then options.source:close() end
  local code = result and summary.exit_code(result) or exit_code.of(err)
  finish_measuring(measured, result, code, out)
  if not result then return nil, err end
  local go_on = can_continue(mode, result) and command_line.called(mode) or nil
  local why = command_line.about("report " .. command_line.quoted(args.workflow), options.journal)
  return summary.fields(result), summary.text(result, go_on, why), code
end

return M
