--- `credenco report`: the number of records in each state, and the reasons.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local counted = require "credenco.cli.pipeline.counted"
local files = require "credenco.cli.files"
local journal_report = require "credenco.journal.overview"
local journal_runs = require "credenco.journal.runs"
local json = require "credenco.base.json"
local opened = require "credenco.cli.pipeline.opened"
local report_files = require "credenco.cli.pipeline.report_files"
local summary = require "credenco.cli.pipeline.summary"
local way_out = require "credenco.cli.pipeline.way_out"

local CAUSES = 10

local M = {
  wraps = true,
  description = [[
Prints counts that add up (input = issued + failed + unknown + skipped + pending), and the most frequent causes with
what to do about each. With --csv, --json-file or --issued it also writes a file with every record that was not
issued, or with every credential that was issued.]],
  epilog = [[
Examples:
  credenco report company.lua
  credenco report company.lua --csv problems.csv
  credenco report company.lua --issued issued.jsonl

`credenco confirm` adds the status and revocation_uuid of credentials issued without
--confirm.

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("Files",
    files.written(command:option "--csv" :argname "FILE"
      :description "Write every failed, unknown and skipped record to this file."),
    files.written(command:option "--json-file" :argname "FILE" :target "json_file"
      :description "Write the report and these records to this file, as JSON."),
    files.written(command:option "--issued" :argname "FILE"
      :description "Write every issued credential to this file: CSV, or JSON Lines if FILE ends in .jsonl."),
    files.declare_force(command))
end

local function add_messages(lines, cause)
  for _, example in ipairs(cause.examples) do
    lines[#lines + 1] = ("%10s %d: %s"):format("", example.count, example.message)
  end
  local others = cause.messages - #cause.examples
  if others > 0 then
    lines[#lines + 1] = ("%10s and %s, see --csv FILE"):format("", counted(others, "other message"))
  end
end

-- The causes that need a person, and the commands for them.
local function add_ways(lines, ways)
  for i, way in ipairs(ways) do
    lines[#lines + 1] = ("%10s %s%s%s"):format("", i == 1 and "what to do: " or "", way.what,
      #way.commands > 0 and ":" or "")
    for _, command in ipairs(way.commands) do lines[#lines + 1] = ("%12s %s"):format("", command) end
  end
end

local function add_cause(lines, cause)
  local only = cause.messages <= 1 and cause.examples[1]
  lines[#lines + 1] = ("%8d %s  %s at %s%s"):format(cause.count, cause.state, cause.code or "?", cause.stage or "?",
    only and ": " .. only.message or cause.messages == 0 and ": no message" or "")
  if cause.messages > 1 then add_messages(lines, cause) end
  add_ways(lines, cause.ways)
end

local function cause_lines(report)
  local lines = {}
  for _, cause in ipairs(report.causes) do add_cause(lines, cause) end
  if report.other > 0 then
    lines[#lines + 1] = ("%8d for other reasons: every record is written with --csv FILE"):format(report.other)
  end
  lines[#lines + 1] = summary.unread(report.unread)
  lines[#lines + 1] = summary.trust(report.totals.issued)
  return lines
end

-- The records whose causes are not shown.
local function others(totals, causes)
  local count = totals.failed + totals.unknown + totals.skipped
  for _, cause in ipairs(causes) do count = count - cause.count end
  return count
end

local function add_ways_out(causes, db, workflow, journal, args)
  local sources, err = journal_runs.sources(db, workflow)
  if not sources then return nil, err end
  local out = way_out.new(args, workflow, journal, sources)
  for _, cause in ipairs(causes) do cause.ways = json.array(out:of(cause)) end
  return true
end

local function collect(db, workflow, journal, args)
  local totals, err = journal_report.totals(db, workflow)
  local causes
  if totals then causes, err = journal_report.causes(db, workflow, CAUSES) end
  if not causes then return nil, err end
  local unread
  unread, err = journal_runs.unread(db, workflow)
  if not unread then return nil, err end
  local added, ways_err = add_ways_out(causes, db, workflow, journal, args)
  if not added then return nil, ways_err end
  return { workflow = workflow, totals = totals, causes = json.array(causes), other = others(totals, causes),
    unread = json.array(unread) }
end

local function failure(err) return { code = "journal", message = err } end

function M.run(args)
  return opened.use(args, function(db, workflow, journal)
    local ok, err = report_files.check(args, db, workflow)
    local report
    if ok then report, err = collect(db, workflow, journal, args) end
    if not report then return nil, failure(err) end
    local written, write_err = report_files.write(args, db, report)
    if not written then return nil, write_err end
    local lines = cause_lines(report)
    table.insert(lines, 1, ("%s: %s"):format(workflow, summary.totals(report.totals)))
    return report, table.concat(lines, "\n")
  end)
end

return M
