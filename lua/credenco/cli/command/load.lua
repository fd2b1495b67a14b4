--- `credenco load`: fills a journal for workers.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local execute = require "credenco.cli.pipeline.execute"

local M = {
  wraps = true,
  description = [[
Reads a source into the journal without sending anything. Then any number of `credenco work` processes issue its
records. If the journal is a PostgreSQL database, they can run on any number of machines.]],
  epilog = [[
Examples:
  export CREDENCO_JOURNAL=postgres://issuer@db.example/credentials
  credenco load company.lua companies.csv
  credenco work company.lua

]] .. arguments.JOURNAL,
}

function M.declare(command)
  command:argument "workflow" :description "The workflow, a Lua file."
  arguments.declare_source(command)
  command:group("Journal and output",
    execute.declare_progress(command),
    arguments.declare_journal_alone(command))
end

function M.run(args, out)
  return execute.run("load", args, out)
end

return M
