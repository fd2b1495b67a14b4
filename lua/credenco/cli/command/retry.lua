--- `credenco retry`: opens failed records again.
local arguments = require "credenco.cli.pipeline.arguments"
local counted = require "credenco.cli.pipeline.counted"
local journal_retry = require "credenco.journal.retry"
local nothing = require "credenco.cli.pipeline.nothing"
local opened = require "credenco.cli.pipeline.opened"
local usage = require "credenco.cli.usage"

local M = {
  description = [[
Opens failed records again, so that the next `credenco run` or `credenco work` takes them up. With
--unknown those whose outcome is unknown: they go on with the offer they have, never with a new one. With
--skipped those that were left out, by the workflow or by `credenco settle`: the journal forgets them, and the
next run that reads their lines takes them up.]],
  epilog = [[
Examples:
  credenco retry company.lua
  credenco retry company.lua --code server_error
  credenco retry company.lua --key 90004760
  credenco retry company.lua --skipped && credenco run company.lua companies.csv

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("Which",
    command:flag "--unknown" :description "Those whose outcome is unknown, instead of the failed ones.",
    command:flag "--skipped" :description "Those that were left out, instead of the failed ones.",
    command:option "--code" :argname "CODE" :description "Only those with this cause, see `credenco report`.",
    command:option "--key" :argname "KEY" :description "Only the one with this business key.")
end

local function state_of(args)
  if args.unknown and args.skipped then usage.fail "--unknown and --skipped exclude each other" end
  return args.unknown and "unknown" or args.skipped and "skipped" or "failed"
end

local function open_again(db, workflow, state, args)
  local which = { state = state, code = args.code, key = args.key }
  if state == "skipped" then return journal_retry.forget_skipped(db, workflow, which) end
  return journal_retry.open_again(db, workflow, which)
end

local OPENED = "%s opened again; the same `credenco run` or `credenco work` takes %s up"
local FORGOTTEN = "%s forgotten; the next `credenco run` or `credenco load` that reads %s takes %s up"

local function text_of(state, count)
  local records = counted(count, state .. " record")
  local them = count == 1 and "it" or "them"
  if state ~= "skipped" then return OPENED:format(records, them) end
  return FORGOTTEN:format(records, count == 1 and "its line" or "their lines", them)
end

function M.run(args)
  if args.code and args.key then usage.fail "--code and --key exclude each other" end
  local state = state_of(args)
  return opened.use(args, function(db, workflow)
    local count, err = open_again(db, workflow, state, args)
    if not count then return nil, { code = "journal", message = err } end
    local fields = { workflow = workflow, opened = count }
    if count == 0 then return fields, nothing.like_that(state, args) end
    return fields, text_of(state, count)
  end)
end

return M
