--- `credenco claims check`: tries a workflow's mapping on a file; nothing is sent.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local check = require "credenco.pipeline.trial"
local exit_code = require "credenco.cli.exit_code"
local findings = require "credenco.cli.pipeline.findings"

local M = {
  wraps = true,
  description = [[
Reads every line of a source, maps it as the workflow says, and prints what does not fit, which columns
are missing or unused, and the first record as it would be sent. Nothing is sent, and no journal is made.]],
  epilog = [[
Examples:
  credenco claims check company.lua companies.csv
  credenco claims check company.lua companies.csv --json

Exit code 4 when lines do not fit, or none can for want of a column.]],
}

function M.declare(command)
  command:argument "action" :choices { "check" } :description "What to do: `check`."
  command:argument "workflow" :description "The workflow, a Lua file."
  arguments.declare_source(command)
end

function M.run(args)
  local workflow = arguments.workflow(args.workflow)
  local source = arguments.source(args)
  local report, err = check.run(workflow, source, arguments.count(args.limit, "--limit"))
  source:close()
  if not report then return nil, { code = "unexpected", message = err } end
  local bad = report.refused > 0 or report.hopeless
  return findings.fields(report), findings.text(report), bad and exit_code.rejected or exit_code.done
end

return M
