--- Asks for confirmation before a run that uses a profile marked `production`.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local core = require "credenco.core"
local counted = require "credenco.cli.pipeline.counted"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local profile_of = require("credenco.cli.profile").of
local rows = require "credenco.cli.setting_rows"
local settings = require "credenco.cli.server_settings"
local usage = require "credenco.cli.usage"
local uv = require "luv"

local M = {}

-- Opens the source once more to count its records, so that the run still reads its own from the beginning. Not for a
-- pipe, which would be empty afterwards.
local function records_of_source(args, limit)
  local source, count = arguments.source(args), 0
  while count < (limit or math.huge) and source:next() do count = count + 1 end
  source:close()
  return counted(count, "record") .. " of " .. args.source
end

local function records_of_journal(options)
  local held = journal.open(options.journal, { existing = true })
  local totals = held and journal_report.totals(held.db, options.workflow.name)
  if held then held:close() end
  return totals and counted(totals.pending, "open record") .. " of the journal" or "the open records of the journal"
end

local function records(args, options)
  if not options.source then return records_of_journal(options) end
  if args.source == "-" then return "the records of standard input" end
  if core.file_type(args.source) == "other" then return "the records of " .. args.source end
  return records_of_source(args, options.limit)
end

local function templates(workflow)
  local names = {}
  for i, step in ipairs(workflow.steps) do
    names[i] = type(step.template_id) == "string" and step.template_id or "a template by record"
  end
  return table.concat(names, ", ")
end

local QUESTION = "%s is marked production: issues %s\n  template  %s\n  at        %s\nBegin? [y/N] "

-- The terminal for the question; nil if nobody would see it.
local function open_terminal()
  return uv.guess_handle(2) == "tty" and io.open("/dev/tty", "r") or nil
end

local function agreed(terminal, question)
  io.stderr:write(question)
  local answer = terminal:read "*l"
  terminal:close()
  return answer ~= nil and answer:lower():find "^%s*ye?s?%s*$" ~= nil
end

--- Asks, if the profile is marked.
---@param args table
---@param options table the options of the pipeline
---@return boolean? ok
---@return { code: string, message: string }? err
function M.ask(args, options)
  local profile = profile_of(args)
  if not profile.production or args.yes then return true end
  local name = ("the profile [%s]"):format(profile.name)
  local terminal = open_terminal()
  if not terminal then
    usage.fail(name .. " is marked production, and credenco cannot ask you without a terminal: give --yes to begin")
  end
  local host = settings.value(args, rows.OF_PROFILES.base_url)
  local question = QUESTION:format(name, records(args, options), templates(options.workflow), host)
  if agreed(terminal, question) then return true end
  return nil, { code = "interrupted", message = "not begun; nothing was sent" }
end

return M
