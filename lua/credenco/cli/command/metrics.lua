--- `credenco metrics`: a journal's records by state, for Prometheus.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local records_metrics = require "credenco.cli.pipeline.records_metrics"
local usage = require "credenco.cli.usage"

local M = {
  description = [[
Prints how many records of each workflow are in each state, in Prometheus' text format. Run it from a timer, for the
textfile collector of node_exporter. It counts all records each time. It takes no workflow, so you have to name the
journal, with --journal, CREDENCO_JOURNAL or a profile. For the metrics of a run, use `run --metrics FILE`.]],
  epilog = [[
Examples:
  credenco metrics --journal postgres://reader@db.example/credentials
  credenco metrics --journal company.journal > journal.prom.new && mv journal.prom.new journal.prom

]] .. arguments.JOURNAL,
}

function M.declare(command)
  command:group("Journal", arguments.declare_journal_alone(command))
end

local function totals_of(db)
  local workflows, err = journal_report.workflows(db)
  if not workflows then return nil, err end
  local totals = {}
  for _, workflow in ipairs(workflows) do
    totals[workflow], err = journal_report.totals(db, workflow)
    if not totals[workflow] then return nil, err end
  end
  return totals
end

function M.run(args)
  local place = arguments.journal_or_none(args) or usage.fail "which journal? Give --journal or CREDENCO_JOURNAL"
  local held, err = journal.open(place, { existing = true })
  local totals
  if held then
    totals, err = totals_of(held.db)
    held:close()
  end
  if not totals then return nil, { code = "journal", message = err } end
  return { workflows = totals }, records_metrics.text(totals)
end

return M
