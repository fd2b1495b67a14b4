--- `credenco claims check`: tries a workflow's mapping on a file; nothing is sent.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local check = require "credenco.pipeline.trial"
local exit_code = require "credenco.cli.exit_code"
local findings = require "credenco.cli.pipeline.findings"

local M = {
  wraps = true,
  description = [[
Reads every line of a source and maps it with the workflow. Prints the values that do not fit, the columns that are
missing or unused, and the first record's claims. It sends nothing and creates no journal.]],
  epilog = [[
Examples:
  credenco claims check company.lua companies.csv
  credenco claims check company.lua companies.csv --json

Exit code 4: some lines do not fit, or a column is missing that every line needs.]],
}

function M.declare(command)
  command:argument "action" :choices { "check" } :description "The action: `check`."
  command:argument "workflow" :description "The workflow, a Lua file."
  arguments.declare_source(command)
end

function M.run(args)
  local workflow = arguments.workflow(args.workflow, args.source)
  local source = arguments.source(args)
  local report, err = check.run(workflow, source, arguments.count(args.limit, "--limit"))
  source:close()
  if not report then return nil, { code = "unexpected", message = err } end
  local bad = report.refused > 0 or report.hopeless
  return findings.fields(report), findings.text(report), bad and exit_code.rejected or exit_code.done
end

return M
