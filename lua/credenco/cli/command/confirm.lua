--- `credenco confirm`: the status and the revocation id of credentials that were issued without `--confirm`.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local ask = require "credenco.pipeline.ask"
local batch = require "credenco.journal.batch"
local counted = require "credenco.cli.pipeline.counted"
local exit_code = require "credenco.cli.exit_code"
local issued = require "credenco.cli.pipeline.issued"
local journal_records = require "credenco.journal.records"
local library = require "credenco.cli.library"
local opened = require "credenco.cli.pipeline.opened"
local outcome = require "credenco.pipeline.outcome"
local pipeline = require "credenco.pipeline"
local settings = require "credenco.cli.server_settings"
local sorted_keys = require "credenco.base.sorted_keys"

local CONCURRENCY = 64
local PAGE = 500

local M = {
  wraps = true,
  description = [[
Asks the issuer for the status of every issued credential of a journal that has no final status yet. Stores the status
and the revocation_uuid, for `credenco explain` and `credenco report --issued`. Nothing is issued. If the command stops
for any reason, the same command continues it.]],
  epilog = [[
Examples:
  credenco confirm company.lua
  credenco report company.lua --issued issued.csv

Exit code 4: the issuer reports an error for some credentials.

]] .. arguments.JOURNAL .. "\n\n" .. settings.ENVIRONMENT,
}

function M.declare(command)
  opened.declare_connected(command)
  command:group("Work",
    command:option "--concurrency" :argname "N" :description "Requests in flight (default: 64).")
  settings.declare(command, "each call")
end

-- The next credentials that can be asked about and have no final status.
local function next_page(next_credential, counts)
  local page = {}
  while #page < PAGE do
    local credential, err = next_credential()
    if not credential then return page, err end
    if not credential.correlation_id then
      counts.without_id = counts.without_id + 1
    elseif not outcome.of_status(credential.status) then
      page[#page + 1] = credential
    end
  end
  return page
end

local function write(db, workflow, page)
  local notes = {}
  for _, credential in ipairs(page) do
    if credential.responded then
      credential.workflow = workflow
      notes[#notes + 1] = credential
    end
  end
  if #notes == 0 then return true end
  return db:transaction(function() return batch.change(db, journal_records.notes(db, notes)) end)
end

local function count(counts, page)
  for _, credential in ipairs(page) do
    if credential.responded then
      local status = tostring(credential.status)
      counts.statuses[status] = (counts.statuses[status] or 0) + 1
      counts.asked = counts.asked + 1
    else
      counts.not_known = counts.not_known + 1
    end
  end
end

local function confirm_all(db, workflow, client, concurrency)
  local counts = { asked = 0, not_known = 0, without_id = 0, statuses = {} }
  local next_credential, err = issued.each(db, workflow)
  if not next_credential then return nil, { code = "journal", message = err } end
  repeat
    local page, page_err = next_page(next_credential, counts)
    if page_err then return nil, { code = "journal", message = page_err } end
    local ok, failure = ask.about(client, page, concurrency)
    local written, write_err = write(db, workflow, page)
    if not written then return nil, { code = "journal", message = write_err } end
    if not ok then return nil, failure end
    count(counts, page)
  until #page < PAGE
  return counts
end

local function text_of(counts)
  local lines = { counted(counts.asked, "credential") .. " asked about" }
  for _, status in ipairs(sorted_keys(counts.statuses)) do
    lines[#lines + 1] = ("%8d %s"):format(counts.statuses[status], status)
  end
  if counts.not_known > 0 then lines[#lines + 1] = ("%8d not known to the issuer"):format(counts.not_known) end
  if counts.without_id > 0 then
    lines[#lines + 1] = ("%8d whose correlation id is not in the journal"):format(counts.without_id)
  end
  return table.concat(lines, "\n")
end

local function has_failed(counts)
  for status in pairs(counts.statuses) do
    if outcome.of_status(status) == "failed" then return true end
  end
  return false
end

function M.run(args)
  local concurrency = arguments.count(args.concurrency, "--concurrency", pipeline.MAX_CONCURRENCY) or CONCURRENCY
  local client = library.new_client(settings.options(args))
  local counts, err = opened.use(args, function(db, workflow) return confirm_all(db, workflow, client, concurrency) end)
  client:close()
  if not counts then return nil, err end
  return counts, text_of(counts), has_failed(counts) and exit_code.rejected or exit_code.done
end

return M
