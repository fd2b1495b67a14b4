--- The issued credentials, one by one, for `report --issued` and `confirm`.
local correlation = require "credenco.pipeline.correlation"
local event_time = require "credenco.cli.event_time"
local journal_report = require "credenco.journal.overview"
local journal_steps = require "credenco.journal.workflow_steps"

local M = {}

--- The columns of their file.
M.COLUMNS = { "key", "source", "line", "step", "template_id", "wallet_key", "delivery", "correlation_id", "status",
  "revocation_uuid", "issued_at" }

-- The journal has no entry for a credential that nobody asked about, but its id is known.
local function credential(workflow, record, step, template, delivery)
  local noted = record.noted[step]
  local known = template ~= journal_steps.BY_RECORD and template or nil
  return {
    key = record.key, source = record.source, line = record.line, step = step,
    template_id = noted and noted.template_id or known,
    correlation_id = noted and noted.correlation_id or known and correlation.id(workflow, record.key, known),
    wallet_key = noted and noted.wallet_key or step == record.steps and record.wallet_key or nil,
    delivery = noted and noted.delivery or delivery ~= journal_steps.BY_RECORD and delivery or nil,
    status = noted and noted.status, revocation_uuid = noted and noted.revocation_uuid,
    issued_at = event_time.of(step == record.steps and record.updated or noted and noted.updated or record.updated),
  }
end

--- Every issued credential, in the order of the keys.
---@param db credenco.journal.Database
---@param workflow string
---@return (fun(): table|false|nil, string?)? next false and an error if the journal fails
---@return string? err
function M.each(db, workflow)
  local templates, err = journal_steps.lasting_templates(db, workflow)
  if not templates then return nil, err end
  local deliveries, deliveries_err = journal_steps.deliveries(db, workflow)
  if not deliveries then return nil, deliveries_err end
  local next_record = journal_report.each_issued(db, workflow)
  local record, step = nil, 0
  return function()
    step = step + 1
    while not record or step > record.steps do
      local next_err
      record, next_err = next_record()
      if not record then return record, next_err end
      step = 1
    end
    return credential(workflow, record, step, templates[step], deliveries[step])
  end
end

return M
