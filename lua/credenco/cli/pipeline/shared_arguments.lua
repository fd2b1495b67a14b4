--- The arguments that the pipeline's commands share, and their values.
local bytes = require "credenco.pipeline.source.bytes"
local encoding = require "credenco.pipeline.source.encoding"
local files = require "credenco.cli.files"
local forbidden = require "credenco.base.forbidden"
local journal_url = require "credenco.journal.dialect.url"
local profile = require "credenco.cli.profile"
local rows = require "credenco.cli.setting_rows"
local source = require "credenco.pipeline.source"
local source_arguments = require "credenco.cli.pipeline.source_arguments"
local sources = require "credenco.cli.setting_sources"
local usage = require "credenco.cli.usage"
local uv = require "luv"
local workflow = require "credenco.workflow"

local M = {}

M.JOURNAL = "The journal is " .. journal_url.FORMS .. [[. It stores the state of
every record, so keep it. The default is CREDENCO_JOURNAL, else the profile's `journal`, else a
file with the workflow's name in the same directory: company.journal. Never put a password into
an argument: use CREDENCO_JOURNAL, PGPASSWORD or ~/.pgpass.]]

local JOURNAL = rows.OWN.journal

local function without_extension(path)
  return (path:gsub("%.lua$", ""))
end

local function journal_of(args)
  local named, origin = sources.value(args, JOURNAL)
  return named or args.workflow and without_extension(args.workflow) .. ".journal" or nil, origin
end

-- Files that SQLite keeps beside a journal, and the lock of a run.
local BESIDE_JOURNAL = { "", "-wal", "-shm", "-journal", ".lock" }

local function files_of_journal(_, args)
  local place = journal_of(args)
  if not place or journal_url.is_server(place) then return {} end
  local paths = {}
  for i, suffix in ipairs(BESIDE_JOURNAL) do paths[i] = place .. suffix end
  return paths
end

function M.declare_journal(command)
  return files.written(command:option "--journal" :argname "FILE|URL" :description "The journal, see below.",
    { kept = true, what = "a file of the journal", paths = files_of_journal })
end

--- The same for a command that calls no server, and so does not use a profile otherwise.
function M.declare_journal_alone(command)
  return M.declare_journal(command), profile.declare(command)
end

M.declare_source = source_arguments.declare

local MOST = 2147483647

--- A whole number from 1 on; else a usage mistake.
---@param text string?
---@param option string
---@param most? integer the library's limit; beyond it the mistake is the user's, not a bug
---@return integer?
function M.count(text, option, most)
  if not text then return nil end
  most = most or MOST
  local number = text:find("^%d+$") and tonumber(text)
  if not number or number < 1 or number > most then
    usage.fail(("%s: a whole number from 1 to %d"):format(option, most))
  end
  return number
end

local PER = { s = 1, m = 60, h = 3600 }

local FASTEST_PER_S = 1000000

--- A rate such as `50/s` or `600/m`.
---@param text string?
---@param slowest_per_s number the library's limit
---@return number? per_s
function M.rate(text, slowest_per_s)
  if not text then return nil end
  local number, unit = text:match("^(%d+%.?%d*)/?([smh]?)$")
  local per_s = number and tonumber(number) / PER[unit ~= "" and unit or "s"]
  if not per_s then usage.fail "--rate: records and a time, as 50/s, 600/m or 1000/h" end
  if per_s < slowest_per_s or per_s > FASTEST_PER_S then
    usage.fail(("--rate: at least %g/h, at most %d/s"):format(slowest_per_s * PER.h, FASTEST_PER_S))
  end
  return per_s
end

--- `20` or `5%`.
---@param text string?
---@return { count: integer?, share: number? }?
function M.max_failures(text)
  if not text then return nil end
  local number, percent = text:match("^(%d+%.?%d*)(%%?)$")
  number = tonumber(number)
  if not number or (percent == "%" and number > 100) or (percent == "" and number % 1 ~= 0) then
    usage.fail("--max-failures: a number, as 20, or a share, as 5%")
  end
  return percent == "%" and { share = number / 100 } or { count = number }
end

-- An existing file that is not Lua, by content and name: most likely the source.
local function is_no_lua(path)
  return not path:find "%.lua$" and uv.fs_stat(path) ~= nil and not loadfile(path)
end

--- Reads the workflow, or reports all of its mistakes.
---@param path string
---@param place? string of the source
---@return credenco.Workflow
function M.workflow(path, place)
  forbidden.keep_out()
  if place and bytes.is_standard_input(place) and uv.guess_handle(0) ~= "tty" then forbidden.keep_from_input() end
  local loaded, problems = workflow.load(path)
  if loaded then return loaded end
  local text = table.concat(problems, "\n")
  if not text:find(path, 1, true) then text = path .. ": " .. text end
  if is_no_lua(path) then
    text = ("%s is not a workflow: a workflow is a Lua file, and comes before the source (%s)"):format(path, text)
  end
  usage.fail(text)
end

local IN_ARGUMENT = "an argument, which every user of the machine can see,"
local NO_PASSWORD = "%s: %s must not hold a password; put the URL into CREDENCO_JOURNAL, or the password into "
  .. "PGPASSWORD or ~/.pgpass"

-- The Lua modules take it, for tests.
local IN_MEMORY = ":memory:"
local LOST = "%s: a journal in memory would be lost when the command ends: name a file"

--- The journal's place, if one is named.
---@param args table
---@return string?
function M.journal_or_none(args)
  local place, origin = journal_of(args)
  if place == IN_MEMORY then usage.fail(LOST:format(origin)) end
  if place and origin ~= "CREDENCO_JOURNAL" and journal_url.has_password(place) then
    usage.fail(NO_PASSWORD:format(origin, origin == JOURNAL.flag.name and IN_ARGUMENT or "a configuration file"))
  end
  return place
end

--- The same, for a command that needs a journal.
---@param args table
---@return string
function M.journal(args)
  return M.journal_or_none(args)
    or usage.fail "which journal? Give --journal or CREDENCO_JOURNAL, or the workflow's file"
end

-- Options that say how to read a source. Ignoring `--limit` would issue all open records.
local OF_SOURCE = { "format", "encoding", "query", "limit" }

local function check_no_source(args)
  for _, name in ipairs(OF_SOURCE) do
    if args[name] then usage.fail(("--%s: name the source that it is for"):format(name)) end
  end
end

--- Opens the source, if one is named.
---@param args table
---@return credenco.pipeline.Source?
function M.source_or_none(args)
  if not args.source then return check_no_source(args) end
  if args.query and journal_url.has_password(args.source) then
    usage.fail "the source's URL: an argument must not hold a password; use PGPASSWORD or ~/.pgpass"
  end
  local _, flaw = encoding.named(args.encoding or encoding.UTF8)
  if flaw then usage.fail("--encoding: " .. flaw) end
  local opened, err = source.open(args.source, { format = args.format, encoding = args.encoding, query = args.query,
    name = args.query and journal_url.without_password(args.source) or nil })
  if not opened then usage.fail((err:gsub("^query: ", "--%0"))) end
  return opened
end

--- Opens the source, for a command that needs one.
---@param args table
---@return credenco.pipeline.Source
function M.source(args)
  return M.source_or_none(args) or usage.fail "which source? Name a file, or `-` for standard input"
end

return M
