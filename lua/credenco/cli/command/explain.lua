--- `credenco explain`: everything that is known about a key or an id, and the next commands.
local arguments = require "credenco.cli.pipeline.shared_arguments"
local exit_code = require "credenco.cli.exit_code"
local facts = require "credenco.cli.explain.facts"
local fields = require "credenco.cli.fields"
local journal = require "credenco.journal"
local journal_url = require "credenco.journal.dialect.url"
local json = require "credenco.base.json"
local options = require "credenco.base.options"
local records = require "credenco.cli.explain.found"
local service = require "credenco.cli.explain.service"
local settings = require "credenco.cli.server_settings"
local text = require "credenco.cli.explain.prose"
local usage = require "credenco.cli.usage"
local ways = require "credenco.cli.explain.ways"

-- The rows of each table that are read, in about a second. Records with an index are always found.
local MOST, ALL = 100000, 2147483647

local M = {
  wraps = true,
  description = [[
Takes a business key, a correlation id, a revocation_uuid or a wallet's key. Prints what the journal (if you name one)
and the service know about it, what that means, and which commands to use next. It shows no claims and no offers.

It finds a business key in the journal at once. For any other id it reads the first 100,000 records, or all records
with --all.]],
  epilog = [[
Examples:
  credenco explain 90004760 --journal company.journal
  credenco explain 90004760 --journal company.journal --offline
  credenco explain 89cba89

Exit code 4: nothing is known about the id.

]] .. settings.ENVIRONMENT .. "\n\n" .. arguments.JOURNAL,
}

function M.declare(command)
  command:argument "id" :description "A business key, a correlation id, a revocation_uuid or a wallet's key."
  command:group("Where to look",
    arguments.declare_journal(command),
    command:flag "--all" :description "Read all records of the journal.",
    command:flag "--offline" :description "Do not ask the service.")
  settings.declare(command, "each call")
end

local function failure(err) return nil, { code = "journal", message = err } end

local function in_journal(args, place)
  if not place then return {} end
  local held, err = journal.open(place, { existing = true })
  if not held then return failure(err) end
  local found, find_err = records.find(held.db, args.id, args.all and ALL or MOST)
  held:close()
  if not found then return failure(find_err) end
  return found
end

-- The journal that was searched. Its URL may hold a password.
local function places(id, found, place, asked)
  local list = {}
  if place then
    list[1] = ("in the journal %s%s"):format(journal_url.without_password(place),
      found.more and (": by its key; as another id among the first %d records"):format(MOST) or "")
  end
  local unfit = options.identifier(id)
  list[#list + 1] = asked.problem and "at the service: " .. asked.problem
    or unfit and "at the service: not asked: a correlation id " .. unfit
    or ("at %s, as a correlation id"):format(asked.base_url)
  return json.array(list)
end

-- Whether the service was already asked about the id, with a record.
local function was_asked(found, id)
  for _, record in ipairs(found) do
    for _, credential in ipairs(record.credentials) do
      if credential.correlation_id == id then return true end
    end
  end
  return false
end

local function explained(args, found, place, asked)
  local list = {}
  for i, record in ipairs(found) do list[i] = facts.of_record(record, asked, place) end
  local issue = not was_asked(found, args.id) and asked:status(args.id)
  if issue then list[#list + 1] = facts.of_issue(args.id, issue) end
  local result = fields.pick(args, { "id" })
  result.found, result.looked = json.array(list), places(args.id, found, place, asked)
  if #list == 0 then result.ways = json.array(ways.of_nothing(args.id, place, found.more)) end
  return result
end

local function check(args)
  local place = arguments.journal_or_none(args)
  if args.offline and not place then usage.fail "--offline: which journal? Give --journal or CREDENCO_JOURNAL" end
  return place
end

function M.run(args)
  local place = check(args)
  local asked = service.new(args, place ~= nil)
  local found, err = in_journal(args, place)
  if not found then
    asked:close()
    return nil, err
  end
  local result = explained(args, found, place, asked)
  asked:close()
  if #result.found == 0 and asked.err then return nil, asked.err end
  return result, text.of(result), #result.found == 0 and exit_code.rejected or exit_code.done
end

return M
