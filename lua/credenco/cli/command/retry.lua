--- `credenco retry`: opens failed records again.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local counted = require "credenco.cli.pipeline.counted"
local journal_report = require "credenco.journal.overview"
local journal_retry = require "credenco.journal.retry"
local nothing = require "credenco.cli.pipeline.nothing"
local opened = require "credenco.cli.pipeline.opened"
local usage = require "credenco.cli.usage"
local which = require "credenco.cli.pipeline.which"

local M = {
  wraps = true,
  description = [[
Opens failed records again, so that the next `credenco run` or `credenco work` continues them. With --unknown it opens
records whose outcome is unknown: they continue with the offer they have, never with a new one. With --skipped it
removes skipped records from the journal, or opens them if earlier steps were issued, and the next run that reads their
lines issues them. It also removes failed lines without a key, which you name with --code or --line: the next run that
reads them tries them again.]],
  epilog = [[
Examples:
  credenco retry company.lua
  credenco retry company.lua --code server_error
  credenco retry company.lua --key 90004760
  credenco retry company.lua --line companies.csv:12 && credenco run company.lua companies.csv
  credenco retry company.lua --skipped && credenco run company.lua companies.csv

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("Which",
    command:flag "--unknown" :description "Open records whose outcome is unknown, instead of failed ones.",
    command:flag "--skipped" :description "Remove skipped records from the journal, instead of opening failed ones.",
    which.declare(command))
end

local function state_of(args)
  if args.unknown and args.skipped then usage.fail "--unknown and --skipped exclude each other" end
  return args.unknown and "unknown" or args.skipped and "skipped" or "failed"
end

local forget = {}

function forget.skipped(db, workflow, wanted)
  local lines, err = journal_retry.forget_lines(db, workflow, "skipped", wanted)
  if not lines or wanted.line then return lines, err end
  local records, records_err = journal_retry.forget_skipped(db, workflow, wanted)
  return records and lines + records, records_err
end

-- Lines without a key, selected by name or cause. They count nowhere until a run reads them again.
function forget.failed(db, workflow, wanted)
  if not wanted.line and not wanted.code then return 0 end
  return journal_retry.forget_lines(db, workflow, "failed", wanted)
end

function forget.unknown() return 0 end

local function retry(db, workflow, state, wanted)
  local reopened, err = 0, nil
  if not wanted.line then
    reopened, err = journal_retry.open_again(db, workflow, { state = state, code = wanted.code, key = wanted.key })
  end
  local forgotten
  if reopened then forgotten, err = forget[state](db, workflow, wanted) end
  if forgotten then return { opened = reopened, forgotten = forgotten } end
  return nil, err
end

local OPENED = "%s opened again; the same `credenco run` or `credenco work` continues %s"
local CONTINUED = "%s opened again; the skipped step follows when the next `credenco run` or `credenco load` reads %s"
local FORGOTTEN = "%s removed from the journal; the next `credenco run` or `credenco load` that reads %s decides again"

local function text_of(state, done)
  local lines = {}
  local function add(form, count, what, ...)
    if count > 0 then lines[#lines + 1] = form:format(counted(count, what), ...) end
  end
  if state == "skipped" then
    add(CONTINUED, done.opened, "skipped record", done.opened == 1 and "its line" or "their lines")
  else
    add(OPENED, done.opened, state .. " record", done.opened == 1 and "it" or "them")
  end
  local one = done.forgotten == 1
  if state == "skipped" then
    add(FORGOTTEN, done.forgotten, "skipped record", one and "its line" or "their lines")
  else
    add(FORGOTTEN, done.forgotten, "line", one and "it" or "them")
  end
  return table.concat(lines, "\n")
end

-- Records in other states that the user may have meant.
local function found_none(db, workflow, state, args)
  local totals, err = journal_report.totals(db, workflow)
  if not totals then return nil, { code = "journal", message = err } end
  return nothing.like_that(state, args, totals)
end

function M.run(args)
  local state, wanted = state_of(args), which.read(args)
  return opened.use(args, function(db, workflow)
    local done, err = retry(db, workflow, state, wanted)
    if not done then return nil, { code = "journal", message = err } end
    local fields = { workflow = workflow, opened = done.opened + done.forgotten, forgotten = done.forgotten }
    if fields.opened > 0 then return fields, text_of(state, done) end
    local text, code = found_none(db, workflow, state, args)
    if not text then return nil, code end
    return fields, text, code
  end)
end

return M
