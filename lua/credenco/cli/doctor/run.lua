--- The run that is planned: the workflow, the source, and its first records as they would be sent.
local caught = require "credenco.cli.doctor.caught"
local exit_code = require "credenco.cli.exit_code"
local quoted = require("credenco.cli.pipeline.command_line").quoted

local M = { name = "run", title = "Run", code = exit_code.usage }

local FIRST = 100 -- records to try, unless --limit says otherwise

local ROCKS = { "luv", "lpeg", "luaossl" }

local function arguments()
  return require "credenco.cli.pipeline.shared_arguments"
end

local function check_workflow(context)
  local workflow, flaw = caught(arguments().workflow, context.args.workflow, context.args.source)
  if not workflow then return "failure", flaw, "correct the file: docs/pipeline.md describes workflows" end
  context.workflow = workflow
  return "ok", workflow.name
end

-- What to do about a source that cannot be read: a query has no encoding, and no file name that shows its format.
local function readable(args, advice)
  return args.query and "correct the query, or the URL of its database" or advice
end

local function check_source(context)
  local source, flaw = caught(arguments().source_or_none, context.args)
  if not source then
    return "failure", flaw, readable(context.args,
      "name an existing file; if its name does not show its format, give --format or --encoding")
  end
  context.source = source
  return "ok", ("%s, %s, %s"):format(source.name, source.format, source.encoding or "UTF-8")
end

local function first_problem(report)
  local problem = report.problems[1]
  if problem then
    local column = problem.column and (" (column %s)"):format(problem.column) or ""
    local fits = problem.refused or problem.fits and "would fit: " .. problem.fits or "refused"
    return ("line %d, %s%s: %s; %s"):format(problem.line, problem.path, column, problem.found, fits)
  end
  return require("credenco.cli.pipeline.findings").missing_columns(report.unknown_columns, report.unused_columns)[1]
end

local function claims_check(args)
  local words = { "credenco claims check", quoted(args.workflow), quoted(args.source) }
  for _, name in ipairs { "format", "encoding", "query" } do
    if args[name] then words[#words + 1] = ("--%s %s"):format(name, quoted(args[name])) end
  end
  return table.concat(words, " ")
end

local function judged(context, report)
  if report.refused > 0 or report.hopeless then
    return "failure", ("%d of the first %d do not fit; %s"):format(report.refused, report.lines, first_problem(report)),
      "correct the source or the workflow; for all problems, run  " .. claims_check(context.args), exit_code.rejected
  elseif report.lines == 0 then
    return "warning", "there are none", "is this the right file?"
  end
  return "ok", ("the first %d fit"):format(report.lines)
end

local function check_records(context)
  local limit = arguments().count(context.args.limit, "--limit") or FIRST
  local report, err = require("credenco.pipeline.trial").run(context.workflow, context.source, limit)
  context.source:close()
  if not report then
    return "failure", err, readable(context.args, "give its encoding:  --encoding NAME, as in `iconv -l`")
  end
  context.first = report.first
  return judged(context, report)
end

--- The rocks that the run needs.
---@param args table
---@return string[] empty if no workflow is named
function M.rocks(args)
  return args.workflow and ROCKS or {}
end

--- The deliveries of the first record, in the order of the workflow's steps.
---@param context credenco.doctor.Context
---@return { template_id: string, claims: table, wallet_key: string?, delivery: string }[]
function M.deliveries(context)
  local first = context.first
  local list = { first }
  for i, sent in ipairs(first and first.next_steps or {}) do list[i + 1] = sent end
  return list
end

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local args = context.args
  if not args.workflow then return {} end
  local rows = { { id = "workflow", title = "workflow", rocks = ROCKS, check = check_workflow } }
  if args.source then
    rows[2] = { id = "source", title = "source", needs = { "workflow" }, check = check_source }
    rows[3] = { id = "records", title = "records", needs = { "source" }, check = check_records }
  end
  return rows
end

return M
