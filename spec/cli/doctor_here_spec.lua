-- `credenco doctor` on a machine with one thing wrong at a time: rocks, nginx, the journal.
local cjson = require "cjson"
local database = require "credenco.journal.database"
local doctor = require "spec.cli.doctor"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local program = require "spec.cli.program"
local some_rocks = require "spec.cli.some_rocks"
local uv = require "luv"
local World = require "spec.sandbox.world"

local world, server, folder
local count = 0

local function path_of(name)
  count = count + 1
  return ("%s/%d-%s"):format(folder, count, name)
end

local function env(more)
  local all = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = world.server.api_key }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

local function without(rock)
  return env(some_rocks.environment(path_of "rocks", some_rocks.without(rock)))
end

-- This checkout's Lua where no build for LuaJIT stands beside it.
local function elsewhere()
  local copy = path_of "copy"
  assert(uv.fs_mkdir(copy, 448))
  assert(os.execute(("cp -r lua '%s'"):format(copy)))
  return { LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s"):format(copy, copy, package.path) }
end

local function journal_of(path, options)
  return assert(journal.open(path, options))
end

local function changed(path, sql)
  journal_of(path):close()
  local db = assert(database.open(path))
  assert(db:execute(sql))
  db:close()
  return path
end

local function in_database(sql, name)
  local url = server:database()
  local db = assert(database.open(url))
  assert(db:execute((sql:gsub("NAME", url:match "/(spec%d+)"))))
  db:close()
  return name and url:gsub("/spec%d+", "/" .. name) or url
end

local function on(url)
  return {}, env { CREDENCO_JOURNAL = url }
end

local held -- by another run

-- No file may grow beyond 64 or 128 KiB, as the shell counts: a full disk that needs no disk.
local LITTLE_ROOM = [[trap "" XFSZ; ulimit -f 128; exec "$0" bin/credenco doctor --json]]

local function with_little_room(call)
  return program.run_command("/bin/sh", { "-c", LITTLE_ROOM, uv.exepath() }, call[2])
end

local function with_few_files(call)
  return program.run_command("/bin/sh", { "-c", [[ulimit -n 50; exec "$0" bin/credenco doctor --json]], uv.exepath() },
    call[2])
end

local LUAROCKS = "luarocks %-%-lua%-version=" .. _VERSION:match "%d%.%d" .. " "

local FAULTS = {
  { "a rock for pipelines is missing", line = "rock_lpeg", state = "warning", code = 0, words = "not there, for pipelines",
    advice = LUAROCKS .. "install lpeg, or apt%-get install lua%-lpeg",
    broken = function() return {}, without "lpeg" end, healed = function() return {}, env() end },
  { "the rock is missing that most others are of no use without", line = "rock_luv", state = "warning", code = 0,
    advice = LUAROCKS .. "install luv", broken = function() return {}, without "luv" end,
    healed = function() return {}, env() end },
  { "a rock is missing that this journal needs", line = "rock_luadbi-sqlite3", code = 2,
    advice = "apt%-get install lua%-dbi%-sqlite3",
    broken = function() return { "--journal", path_of "new.journal" }, without "luadbi-sqlite3" end,
    healed = function() return { "--journal", path_of "new.journal" }, env() end },
  { "few files may be open", line = "open_files", state = "warning", code = 0, words = "%-%-concurrency %d+",
    advice = "ulimit %-n 1024", run = with_few_files,
    broken = function() return {}, env() end, healed = function() return {}, env() end },
  { "nginx is missing", line = "nginx", state = "warning", code = 0, words = "sandbox", advice = "apt%-get install nginx",
    broken = function() return { "--nginx", "/nowhere/nginx" }, env() end,
    healed = function() return {}, env() end },
  { "the build for LuaJIT is missing", line = "luajit_build", state = "warning", code = 0,
    words = "not built for LuaJIT", advice = "CREDENCO_LUAJIT_CPATH",
    broken = function() return {}, env(elsewhere()) end,
    healed = function()
      local there = elsewhere()
      there.CREDENCO_LUAJIT_CPATH = uv.cwd() .. "/build/luajit/lib/?.so"
      return {}, env(there)
    end },
  { "the journal's URL has a password", line = "journal_name", code = 2, words = "every user", advice = "CREDENCO_JOURNAL",
    broken = function() return { "--journal", "postgres://me:secret@localhost/journals" }, env() end,
    healed = function() return on(server:database()) end },
  { "the journal is to be in another kind of database", line = "journal_name", code = 2, words = "SQLite file, or postgres",
    advice = "%-%-journal FILE", broken = function() return on "mysql://localhost/journals" end,
    healed = function() return on(path_of "new.journal") end },
  { "the journal's folder is missing", line = "journal_place", code = 9, words = "No such file", advice = "make .*nowhere",
    broken = function() return on(folder .. "/nowhere/a.journal") end,
    healed = function()
      assert(uv.fs_mkdir(folder .. "/nowhere", 448))
      return on(folder .. "/nowhere/a.journal")
    end },
  { "the journal's folder cannot be written", line = "journal_place", code = 9, words = "/sys/a%.journal: %u",
    advice = "name another place", broken = function() return on "/sys/a.journal" end,
    healed = function() return on(path_of "a.journal") end },
  { "a folder is named as the journal", line = "journal_place", code = 9, words = "is not a file", advice = "journal's file",
    broken = function() return on(folder) end, healed = function() return on(folder .. "/a.journal") end },
  { "the disk is full", line = "journal_room", code = 9, words = "4 MiB cannot be written: File too large",
    advice = "make room", run = with_little_room,
    broken = function() return on(path_of "a.journal") end, healed = function() return on(path_of "a.journal") end },
  { "another run is at work on the journal", line = "journal_run", code = 9, words = "another run is at work",
    advice = "wait until it has ended",
    broken = function()
      held = journal_of(folder .. "/busy.journal", { alone = true })
      return on(folder .. "/busy.journal")
    end,
    healed = function()
      held:close()
      return on(folder .. "/busy.journal")
    end },
  { "the journal is of another version", line = "journal", code = 9, words = "its format is 3", advice = "that version",
    broken = function()
      return on(changed(path_of "old.journal", "UPDATE credenco_meta SET value = '3' WHERE name = 'schema'"))
    end,
    healed = function() return on(path_of "new.journal") end },
  { "something else is named as the journal", line = "journal", code = 9, words = "not a database",
    advice = "name another place", broken = function() return on "README.md" end,
    healed = function() return on(path_of "a.journal") end },
  { "no PostgreSQL answers", line = "journal_place", code = 9, advice = "`psql postgres://127",
    broken = function() return on "postgres://127.0.0.1:1/journals" end,
    healed = function() return on(server:database()) end },
  { "the database has the encoding LATIN1", line = "journal_encoding", code = 9, words = "the encoding LATIN1",
    advice = "createdb %-%-encoding=UTF8",
    broken = function()
      return on(in_database("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", "latin"))
    end,
    healed = function()
      return on(in_database("CREATE DATABASE utf8 ENCODING 'UTF8' TEMPLATE template0", "utf8"))
    end },
  { "the database can only be read", line = "journal_rights", code = 9, words = "only be read", advice = "primary server",
    broken = function() return on(in_database "ALTER DATABASE NAME SET default_transaction_read_only = on") end,
    healed = function() return on(in_database "ALTER DATABASE NAME SET default_transaction_read_only = off") end },
  { "the user may not make the journal", line = "journal_rights", code = 9, words = "may not create tables",
    advice = "GRANT CREATE",
    broken = function()
      local url = in_database "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
      held = url
      local db = assert(database.open(url))
      db:execute "CREATE ROLE clerk LOGIN"
      db:close()
      return on((url:gsub("//[^@]*@", "//clerk@")))
    end,
    healed = function()
      local db = assert(database.open(held))
      assert(db:execute "GRANT CREATE ON SCHEMA public TO clerk")
      db:close()
      return on((held:gsub("//[^@]*@", "//clerk@")))
    end },
}

describe("credenco doctor", function()
  setup(function()
    world, server, folder = World.start(), postgres.start(), files.temporary_folder()
  end)
  teardown(function()
    world:stop()
    server:stop()
    files.remove_folder(folder)
  end)

  for _, fault in ipairs(FAULTS) do
    it("says it where " .. fault[1] .. ", and nothing else", function() doctor.try(fault) end)
  end

  it("leaves no file beside a journal, and makes no journal", function()
    local place = path_of "empty"
    assert(uv.fs_mkdir(place, 448))
    assert.same({}, doctor.unwell(doctor.run { on(place .. "/a.journal") }))
    assert.is_nil(uv.fs_scandir_next(uv.fs_scandir(place)))
    journal_of(place .. "/a.journal"):close()
    local outcome = doctor.run { on(place .. "/a.journal") }
    assert.same({}, doctor.unwell(outcome))
    local checks = cjson.decode(outcome.out).checks
    assert.same({ "journal", "empty" }, { checks[#checks].id, checks[#checks].words })
  end)
end)
