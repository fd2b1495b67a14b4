--- The journal: whether a run could use it. Changes nothing in it.
local caught = require "credenco.cli.doctor.caught"
local core = require "credenco.core"
local exit_code = require "credenco.cli.exit_code"
local setting_rows = require "credenco.cli.setting_rows"
local sources = require "credenco.cli.setting_sources"
local url_of = require "credenco.journal.dialect.url"

local M = { name = "journal", title = "Journal", code = exit_code.journal }

local ELSEWHERE = "or name another place with --journal or CREDENCO_JOURNAL"

-- A file -----------------------------------------------------------------------------

local function directory_of(path)
  return path:match "^(.+)/[^/]*$" or path:match "^/" or "."
end

local function without_prefix(err)
  return (tostring(err):gsub("^.*: ", ""))
end

-- Creates a file beside the journal, as a run would: only writing shows that it is possible.
local function try_beside(path, use)
  local beside = ("%s.%s.doctor"):format(path, core.uuid():sub(1, 8))
  core.signals_remove(beside)
  local ok, err = core.create_private(beside)
  if ok then
    ok, err = use(beside)
    os.remove(beside)
  end
  core.signals_keep(beside)
  return ok, err
end

local function check_place(context)
  local path = context.journal
  if (core.file_type(path) or "file") ~= "file" then
    return "failure", path .. " is not a file",
      "name the journal's file, which is created if it is missing: --journal FILE"
  end
  local ok, err = try_beside(path, function() return true end)
  local file = ok and core.file_type(path) and io.open(path, "r+b")
  if file then file:close() end
  if ok and (file or not core.file_type(path)) then return "ok", path end
  return "failure", ("%s: %s"):format(path, ok and "it cannot be written" or without_prefix(err)),
    ("make %s and all files in it writable for you, %s"):format(directory_of(path), ELSEWHERE)
end

local ROOM_BYTES = 4194304 -- some thousand records

local function write_much(path)
  local file, err = io.open(path, "wb")
  if not file then return nil, err end
  local ok
  ok, err = file:write(("\0"):rep(ROOM_BYTES))
  local closed, close_err = file:close()
  return ok and closed, err or close_err
end

local function check_room(context)
  local ok, err = try_beside(context.journal, write_much)
  if ok then return "ok", "4 MiB can be written" end
  return "failure", "4 MiB cannot be written: " .. without_prefix(err), "make room there (`df -h`), " .. ELSEWHERE
end

-- A run locks a file beside the journal. Without that file there was no run.
local function check_other_run(context)
  local place = require("luv").fs_realpath(context.journal) or context.journal
  if not core.file_type(place .. ".lock") then return "ok", "none" end
  local lock, err = require("credenco.journal.lock").take(context.journal)
  if not lock then
    return "failure", err:gsub(";.*", ""), "wait until it has ended, or use a PostgreSQL journal, which runs can share"
  end
  lock:close()
  return "ok", "none"
end

-- Both ---------------------------------------------------------------------------------

local function held_workflows(url)
  local held, err = require("credenco.journal").open(url, { existing = true })
  if not held then return nil, err end
  local known, known_err = require("credenco.journal.overview").workflows(held.db)
  held:close()
  return known, known_err
end

local function check_content(context)
  if not context.journal_is_there then return "ok", "does not exist yet: the first run creates it" end
  local known, err = held_workflows(context.journal)
  if known then return "ok", #known > 0 and "of " .. table.concat(known, ", ") or "empty" end
  return "failure", err, err:find "another version" and "use that version of credenco, " .. ELSEWHERE
    or "this is not a journal: " .. ELSEWHERE:gsub("^or ", "")
end

-- Joins as a run would, and leaves again.
local function flaw_of_steps(held, workflow)
  local flaw
  held.db:transaction(function()
    local scope = { workflow = workflow.name, owner = "" }
    local _, err = require("credenco.journal.workflow_steps").keep(held.db, scope, workflow)
    flaw = err
    return nil, "only looked at"
  end)
  return flaw
end

local function check_steps(context)
  if not context.journal_is_there then return nil end
  local held, flaw = require("credenco.journal").open(context.journal, { existing = true })
  if held then
    flaw = flaw_of_steps(held, context.workflow)
    held:close()
  end
  if not flaw then return "ok", "those of the workflow" end
  return "failure", flaw:gsub("; nothing was sent$", ""), "use the workflow as it was, " .. ELSEWHERE
end

local function check_file_content(context)
  local file = io.open(context.journal, "rb")
  context.journal_is_there = file and file:read(1) ~= nil
  if file then file:close() end
  return check_content(context)
end

local IN_A_FILE = {
  { id = "journal_place", title = "file", check = check_place },
  { id = "journal_room", title = "room", needs = { "journal_place" }, check = check_room },
  { id = "journal_run", title = "other runs", needs = { "journal_place" }, check = check_other_run },
  { id = "journal", title = "content", needs = { "journal_place" }, check = check_file_content },
}

-- PostgreSQL --------------------------------------------------------------------------

local function with_database(url, use)
  local db, err = require("credenco.journal.database").open(url)
  if not db then return nil, err end
  local found, flaw = use(db)
  db:close()
  return found, flaw
end

local function check_connection(context)
  local row, err = with_database(context.journal, function(db) return db:row "SHOW server_version" end)
  local shown = url_of.without_password(context.journal)
  if row then return "ok", ("%s, PostgreSQL %s"):format(shown, row[1]) end
  return "failure", err, ("start the server, or correct the URL until `psql %s` works"):format(shown)
end

local function check_encoding(context)
  local flaw = with_database(context.journal, function(db) return db.dialect.unfit(db) end)
  if not flaw then return "ok", "can store every text" end
  return "failure", flaw:gsub(": make one.*", ""), "createdb --encoding=UTF8 --template=template0 NAME"
end

local function look_at_database(db)
  local read_only, err = db:row "SHOW transaction_read_only"
  if not read_only then return nil, err end
  local there
  there, err = db.dialect.has_object(db, "credenco_meta")
  if there == nil then return nil, err end
  local may, may_err = db:row "SELECT CAST(has_schema_privilege(current_schema(), 'CREATE') AS TEXT)"
  if not may then return nil, may_err end
  return { read_only = read_only[1] == "on", there = there, may_create = may[1] == "true" }
end

local function check_rights(context)
  local found, err = with_database(context.journal, look_at_database)
  if not found then return "failure", err, "look at the database with psql" end
  context.journal_is_there = found.there
  if found.read_only then
    return "failure", "the database can only be read", "name the primary server, not a standby, or set "
      .. "default_transaction_read_only = off"
  elseif not found.there and not found.may_create then
    return "failure", "there is no journal yet, and this user may not create tables",
      "let a user who may create them run `credenco load` once, or GRANT CREATE ON SCHEMA public"
  end
  return "ok", "can be written"
end

local AT_WORK = "SELECT CAST(COUNT(*) AS TEXT) FROM credenco_worker WHERE lease_until > {now}"

local function check_workers(context)
  if not context.journal_is_there then return "ok", "none" end
  local row, err = with_database(context.journal, function(db) return db:row(AT_WORK) end)
  if not row then return "failure", err, "look at the database with psql" end
  return "ok", row[1] == "0" and "none" or row[1] .. " workers, which share it"
end

local IN_POSTGRESQL = {
  { id = "journal_place", title = "database", check = check_connection },
  { id = "journal_encoding", title = "encoding", needs = { "journal_place" }, check = check_encoding },
  { id = "journal_rights", title = "rights", needs = { "journal_place" }, check = check_rights },
  { id = "journal", title = "content", needs = { "journal_place", "journal_encoding", "journal_rights" },
    check = check_content },
  { id = "journal_run", title = "other runs", needs = { "journal" }, check = check_workers },
}

local STEPS = { id = "journal_steps", title = "steps", needs = { "journal_name", "journal_place", "journal_run",
  "journal_encoding", "journal_rights", "journal" }, check = check_steps }

-- The journal to check -------------------------------------------------------------------

local function not_looked_at()
  return "skipped", "not checked: give --journal, or the workflow"
end

local function check_name(context)
  local flaw
  context.journal, flaw = caught(require("credenco.cli.pipeline.shared_arguments").journal, context.args)
  flaw = flaw or url_of.flaw(context.journal)
  if flaw then return "failure", flaw, "name it with --journal FILE, or with CREDENCO_JOURNAL", exit_code.usage end
  return "ok", url_of.without_password(context.journal)
end

-- Until the workflow's name is checked.
local function named_by(args)
  return caught(sources.value, args, setting_rows.OWN.journal) or args.workflow
end

--- The rocks that a run needs for it.
---@param args table
---@return string[] empty if no journal is named
function M.rocks(args)
  local named = named_by(args)
  if not named then return {} end
  return { "luv", "lpeg", "luaossl", "luadbi", url_of.driver_rock(named) }
end

---@param context credenco.doctor.Context
---@return credenco.doctor.Row[]
function M.rows(context)
  local named = named_by(context.args)
  if not named then return { { id = "journal", title = "journal", check = not_looked_at } } end
  local rows = { { id = "journal_name", title = "name", rocks = M.rocks(context.args), check = check_name } }
  for _, row in ipairs(url_of.is_server(named) and IN_POSTGRESQL or IN_A_FILE) do
    local needs = { "journal_name" }
    for _, id in ipairs(row.needs or {}) do needs[#needs + 1] = id end
    rows[#rows + 1] = { id = row.id, title = row.title, needs = needs, check = row.check }
  end
  if context.workflow then rows[#rows + 1] = STEPS end
  return rows
end

return M
