--- `credenco find`: everything the journal has about a business key.
local arguments = require "credenco.cli.pipeline.arguments"
local correlation = require "credenco.pipeline.correlation"
local exit_code = require "credenco.cli.exit_code"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.report"
local journal_steps = require "credenco.journal.steps"
local json = require "credenco.base.json"

local M = {
  description = [[
Shows the state of the record with a business key, in every workflow of the journal, with the ids of its
credentials. `revocation_uuid` is there when the run confirmed the issue (`--confirm`); else `credenco status`
tells it for the correlation id. No workflow is named here, so the journal has to be: with --journal or
CREDENCO_JOURNAL.]],
  epilog = [[
Examples:
  credenco find 90004760 --journal company.journal

]] .. arguments.JOURNAL,
}

function M.declare(command)
  command:argument "key" :description "The business key."
  command:group("Journal", arguments.declare_journal(command))
end

local function lines_of(record)
  local lines = { ("%s  %s: %s"):format(record.workflow, record.key, record.state) }
  local function add(...) lines[#lines + 1] = "  " .. string.format(...) end
  local step = record.step > 1 and (", step %d"):format(record.step) or ""
  add("from %s, line %d%s", record.source or "?", record.line, step)
  if record.code then add("%s at %s: %s", record.code, record.stage or "?", record.message or "") end
  if record.wallet_key then add("its wallet: %s", record.wallet_key) end
  for _, credential in ipairs(record.credentials) do
    add("%s  correlation_id %s%s%s", credential.template_id, credential.correlation_id,
      credential.status and ", status " .. credential.status or "",
      credential.revocation_uuid and ", revocation_uuid " .. credential.revocation_uuid or "")
  end
  return lines
end

-- The last step that an offer was asked for: not one that a record is still to take, or was stopped in front of.
local function last_asked(record)
  if record.copy ~= "" then return 0 end
  local before = record.state == "pending" or record.state == "skipped"
    or record.state == "failed" and (record.stage == "prepare" or record.stage == "source")
  return before and record.step - 1 or record.step
end

-- Steps that were asked for and never asked about stand nowhere; but under which id is known.
local function complete(record, templates)
  local noted = {}
  for _, credential in ipairs(record.credentials) do noted[credential.step] = true end
  for step = 1, last_asked(record) do
    local template = templates[step]
    if template and template ~= journal_steps.BY_RECORD and not noted[step] then
      table.insert(record.credentials, { step = step, template_id = template,
        correlation_id = correlation.id(record.workflow, record.key, template) })
    end
  end
  table.sort(record.credentials, function(a, b) return a.step < b.step end)
  record.credentials = json.array(record.credentials)
end

local function find(db, key)
  local found, err = journal_report.find(db, key)
  for _, record in ipairs(found or {}) do
    local templates, templates_err = journal_steps.lasting_templates(db, record.workflow)
    if not templates then return nil, templates_err end
    complete(record, templates)
  end
  return found, err
end

function M.run(args)
  local held, err = journal.open(arguments.journal(args), { existing = true })
  if not held then return nil, { code = "journal", message = err } end
  local found, find_err = find(held.db, args.key)
  held:close()
  if not found then return nil, { code = "journal", message = find_err } end
  if #found == 0 then return { records = json.array() }, "no record has this key", exit_code.rejected end
  local lines = {}
  for _, record in ipairs(found) do
    for _, line in ipairs(lines_of(record)) do lines[#lines + 1] = line end
  end
  return { records = json.array(found) }, table.concat(lines, "\n")
end

return M
