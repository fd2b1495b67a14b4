--- `credenco find`: everything the journal has about a business key.
local arguments = require "credenco.cli.pipeline.arguments"
local exit_code = require "credenco.cli.exit_code"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.report"
local json = require "credenco.json"

local M = {
  summary = "Find a record by its business key.",
  description = [[
Shows what became of the record with a business key, in every workflow of the journal, with the ids of its
credentials. `revocation_uuid` is there when the run confirmed the issue (`--confirm`). No workflow is
named here, so the journal has to be: with --journal or CREDENCO_JOURNAL.]],
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
  for _, credential in ipairs(record.credentials) do
    add("%s  correlation_id %s%s%s", credential.template_id, credential.correlation_id,
      credential.status and ", status " .. credential.status or "",
      credential.revocation_uuid and ", revocation_uuid " .. credential.revocation_uuid or "")
  end
  return lines
end

function M.run(args)
  local held, err = journal.open(arguments.journal(args), { existing = true })
  if not held then return nil, { code = "journal", message = err } end
  local found, find_err = journal_report.find(held.db, args.key)
  held:close()
  if not found then return nil, { code = "journal", message = find_err } end
  if #found == 0 then return { records = json.array() }, "no record has this key", exit_code.rejected end
  local lines = {}
  for _, record in ipairs(found) do
    record.credentials = json.array(record.credentials)
    for _, line in ipairs(lines_of(record)) do lines[#lines + 1] = line end
  end
  return { records = json.array(found) }, table.concat(lines, "\n")
end

return M
