--- Records by state as metrics: those of a journal, and those that have ended in a run.

local M = {}

local OF_JOURNAL = { "issued", "failed", "unknown", "skipped", "pending" }
local OF_RUN = { "issued", "failed", "unknown", "skipped" }

local function add(list, workflow, numbers, states)
  for _, state in ipairs(states) do
    local value = numbers[state]
    if value then list[#list + 1] = { labels = { workflow = workflow, state = state }, value = value } end
  end
end

--- Adds the records of a journal.
---@param metrics credenco.Metrics
---@param totals fun(): table<string, credenco.journal.Totals>  by workflow
function M.of_journal(metrics, totals)
  metrics:watch("credenco_records", "Records of the journal by state.", function()
    local list = {}
    for workflow, numbers in pairs(totals()) do add(list, workflow, numbers, OF_JOURNAL) end
    return list
  end)
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
