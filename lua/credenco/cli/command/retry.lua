--- `credenco retry`: opens failed records again.
local arguments = require "credenco.cli.pipeline.arguments"
local journal_retry = require "credenco.journal.retry"
local opened = require "credenco.cli.pipeline.opened"
local usage = require "credenco.cli.usage"

local M = {
  summary = "Open failed records again.",
  description = [[
Opens failed records again, so that the next `credenco run` or `credenco work` takes them up. With
--unknown those whose outcome is unknown: they go on with the offer they have, never with a new one.]],
  epilog = [[
Examples:
  credenco retry company.lua
  credenco retry company.lua --code server_error
  credenco retry company.lua --key 90004760

]] .. arguments.JOURNAL,
}

function M.declare(command)
  opened.declare(command)
  command:group("Which",
    command:flag "--unknown" :description "Those whose outcome is unknown, instead of the failed ones.",
    command:option "--code" :argname "CODE" :description "Only those with this cause, see `credenco report`.",
    command:option "--key" :argname "KEY" :description "Only the one with this business key.")
end

function M.run(args)
  if args.code and args.key then usage.fail "--code and --key exclude each other" end
  local state = args.unknown and "unknown" or "failed"
  return opened.use(args, function(db, workflow)
    local count, err = journal_retry.open_again(db, workflow, { state = state, code = args.code, key = args.key })
    if not count then return nil, { code = "journal", message = err } end
    if count == 0 then
      return { workflow = workflow, opened = 0 }, ("no %s record is like that; see `credenco report`"):format(state)
    end
    local text = ("%d %s record%s opened again; the same `credenco run` or `credenco work` takes %s up"):format(
      count, state, count == 1 and "" or "s", count == 1 and "it" or "them")
    return { workflow = workflow, opened = count }, text
  end)
end

return M
