--- Opens a journal for commands that read or change it, and finds the workflow.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local usage = require "credenco.cli.usage"

local M = {}

local function declare_workflow(command)
  command:argument "workflow" :args "?" :description "The workflow's file, or its name in the journal."
end

function M.declare(command)
  declare_workflow(command)
  command:group("Journal", arguments.declare_journal_alone(command))
end

--- The same for a command that also declares the settings of a connection.
function M.declare_connected(command)
  declare_workflow(command)
  command:group("Journal", arguments.declare_journal(command))
end

local function holds(known, name)
  for _, known_name in ipairs(known) do
    if name == known_name then return true end
  end
  return false
end

local function name_of(args, known)
  if not args.workflow then
    if #known == 1 then return known[1] end
    usage.fail(#known == 0 and "the journal holds no records yet"
      or "the journal holds several workflows, name one: " .. table.concat(known, ", "))
  end
  if holds(known, args.workflow) then return args.workflow end
  local name = arguments.workflow(args.workflow).name
  if holds(known, name) then return name end
  usage.fail(("the journal holds no records of the workflow %s%s"):format(name,
    #known > 0 and "; it holds those of " .. table.concat(known, ", ") or ""))
end

--- Calls a function with the journal and the workflow's name, and closes the journal.
---@param args table
---@param use fun(db: credenco.journal.Database, workflow: string, url: string): ...
---@param options? table for `credenco.journal.open`
function M.use(args, use, options)
  local url = arguments.journal(args)
  local held, err = journal.open(url, { existing = true, alone = options and options.alone })
  if not held then return nil, { code = "journal", message = err } end
  local known, known_err = journal_report.workflows(held.db)
  if not known then
    held:close()
    return nil, { code = "journal", message = known_err }
  end
  local ok, first, second, third = pcall(function() return use(held.db, name_of(args, known), url) end)
  held:close()
  if not ok then error(first, 0) end
  return first, second, third
end

return M
