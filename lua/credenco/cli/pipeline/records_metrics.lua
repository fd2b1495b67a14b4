--- Records by state as metrics: those of a journal, and those that have ended in a run.

local exposition = require "credenco.metrics.exposition"

local M = {}

local JOURNAL = { name = "credenco_records", type = "gauge", help = "Records of the journal by state." }

local OF_JOURNAL = { "issued", "failed", "unknown", "skipped", "pending" }
local OF_RUN = { "issued", "failed", "unknown", "skipped" }

local function add(list, workflow, numbers, states)
  for _, state in ipairs(states) do
    local value = numbers[state]
    if value then list[#list + 1] = { labels = { workflow = workflow, state = state }, value = value } end
  end
end

local function rows_of_journal(totals)
  local list = {}
  for workflow, numbers in pairs(totals) do add(list, workflow, numbers, OF_JOURNAL) end
  return list
end

--- Adds the records of a journal.
---@param metrics credenco.Metrics
---@param totals fun(): table<string, credenco.journal.Totals>  by workflow
function M.of_journal(metrics, totals)
  metrics:watch(JOURNAL.name, JOURNAL.help, function() return rows_of_journal(totals()) end)
end

--- The records of a journal alone, as text. A process that has sent nothing has no other metrics.
---@param totals table<string, credenco.journal.Totals>  by workflow
---@return string
function M.text(totals)
  local lines = {}
  exposition.add(lines, JOURNAL, exposition.by_labels(rows_of_journal(totals)))
  return table.concat(lines, "\n")
end

--- Adds the records of a run.
---@param metrics credenco.Metrics
---@param workflow string
---@param counts fun(): credenco.pipeline.Counts?
function M.of_run(metrics, workflow, counts)
  metrics:watch("credenco_run_records_total", "Records that have ended in this run, by state.", function()
    local list = {}
    add(list, workflow, counts() or {}, OF_RUN)
    return list
  end)
end

return M
