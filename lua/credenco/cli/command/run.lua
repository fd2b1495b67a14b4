--- `credenco run`: issues a whole source into wallets.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local claims = require "credenco.cli.command.claims"
local execute = require "credenco.cli.pipeline.execute"
local settings = require "credenco.cli.server_settings"

local M = {
  wraps = true,
  description = [[
Issues the workflow's credentials for every record of the source, and stores the state of each record in the
journal. If the run stops for any reason, the same command continues it: nothing is issued twice.]],
  epilog = [[
Examples:
  credenco run company.lua companies.csv --dry-run
  credenco run company.lua companies.csv --rate 50/s --max-failures 5%
  export-records | credenco run company.lua - --format jsonl --confirm

--rate without a unit is per second: 50 means 50/s.

Exit codes: 0 all issued, 3 authentication or role, 4 some failed, 5 some unknown,
            7 server cannot be reached, 8 too many failed, or the first 20 for one reason,
            9 journal problem, 130 interrupted.

]] .. arguments.JOURNAL .. "\n\n" .. settings.ENVIRONMENT,
}

function M.declare(command)
  command:argument "workflow" :description "The workflow, a Lua file."
  arguments.declare_source(command, "continue the records of the journal")
  execute.declare_work(command)
  command:group("Journal and output",
    arguments.declare_journal(command),
    command:flag "--dry-run" :target "dry_run" :description "Send and write nothing, like `claims check`.",
    execute.declare_progress(command))
  command:group("Watching", execute.declare_watching(command))
  settings.declare(command, "each call")
end

function M.run(args, out)
  if args.dry_run then return claims.run(args) end
  return execute.run("run", args, out)
end

return M
