--- `credenco work`: one of any number of workers on a journal.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local execute = require "credenco.cli.pipeline.execute"
local settings = require "credenco.cli.server_settings"

local M = {
  wraps = true,
  description = [[
Takes records from the journal in batches of its own, and issues them until no record is open. If a worker dies, its
records become available to the others, at the latest after half a minute.]],
  epilog = [[
Examples:
  credenco work company.lua --journal postgres://issuer@db.example/credentials --rate 100/s

All workers share one --rate.
--rate without a unit is per second: 50 means 50/s.

The exit codes are those of `credenco run`.

]] .. arguments.JOURNAL .. "\n\n" .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:argument "workflow" :description "The workflow, a Lua file: the same as for `load`."
  execute.declare_work(command)
  command:group("Journal and output",
    arguments.declare_journal(command),
    execute.declare_progress(command))
  command:group("Watching", execute.declare_watching(command))
  settings.declare(command, "each call")
end

function M.run(args, out)
  return execute.run("work", args, out)
end

return M
