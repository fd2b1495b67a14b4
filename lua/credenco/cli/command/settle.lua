--- `credenco settle`: records the outcome that a person found for records that the program cannot decide.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local counted = require "credenco.cli.pipeline.counted"
local journal_settle = require "credenco.journal.settle"
local journal_steps = require "credenco.journal.workflow_steps"
local nothing = require "credenco.cli.pipeline.nothing"
local opened = require "credenco.cli.pipeline.opened"
local usage = require "credenco.cli.usage"
local which = require "credenco.cli.pipeline.which"

local M = {
  wraps = true,
  description = [[
Records an outcome that you found and the program cannot. For a record whose outcome is unknown, look into the wallet
first: use `--as issued` if the credential is there (then the record's next step continues), and `--as failed` if it is
not there and can no longer arrive (then `credenco retry` requests a new offer). For a failed record, `--as skipped`
abandons it, for example because you corrected its line under another key. Nothing is sent.]],
  epilog = [[
Examples:
  credenco settle company.lua --key 90004760 --as issued
  credenco settle company.lua --code timeout --as failed
  credenco settle company.lua --key 1234567 --as skipped
  credenco settle company.lua --line companies.csv:12 --as skipped

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("What",
    command:option "--as" :argname "STATE" :choices { "issued", "failed", "skipped" }
      :description "The outcome: issued, failed or skipped.",
    which.declare(command))
end

local function what_next(as, steps)
  if as == "issued" then return steps > 1 and "; steps behind it are taken up by the next run" or "" end
  if as == "failed" then return "; `credenco retry` asks for a new offer" end
  return "; counted as skipped from now on, `credenco retry --skipped` undoes it"
end

local function found_none(args)
  return nothing.like_that(journal_settle.from(args.as), args)
end

local function check(args)
  if not args.as then usage.fail "--as is missing: issued, failed or skipped" end
  if which.count(args) == 0 then usage.fail "name a record with --key, a line with --line, or a cause with --code" end
end

local function settle(db, workflow, args)
  local templates, err = journal_steps.templates(db, workflow)
  if not templates then return nil, err end
  if args.as == "issued" and #templates == 0 then
    usage.fail "the journal does not have the number of the workflow's steps yet: run the workflow once, then settle"
  end
  local steps = math.max(1, #templates)
  local count, settle_err = journal_settle.settle(db, workflow, args.as, which.read(args), steps)
  return count, settle_err, steps
end

function M.run(args)
  check(args)
  return opened.use(args, function(db, workflow)
    local count, err, steps = settle(db, workflow, args)
    if not count then return nil, { code = "journal", message = err } end
    local fields = { workflow = workflow, settled = count }
    if count == 0 then return fields, found_none(args) end
    return fields, ("%s settled as %s%s"):format(counted(count, "record"), args.as, what_next(args.as, steps))
  end)
end

return M
