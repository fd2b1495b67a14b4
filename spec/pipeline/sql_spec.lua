-- Queries as sources: what is wrong with one is said without a value of its rows.
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local postgres = require "spec.pipeline.postgres"
local program = require "spec.cli.program"
local source = require "credenco.pipeline.source"

local WORKFLOW = "spec/pipeline/company.lua"

-- Reads to the end, or to what is in its way.
local function read(opened)
  local rows = 0
  while true do
    local item, err = opened:next()
    if not item then
      opened:close()
      return rows, err
    end
    rows = rows + 1
  end
end

local function filled(url)
  local db = assert(database.open(url))
  assert(db:execute "CREATE TABLE company (id INTEGER, name TEXT)")
  assert(db:execute "INSERT INTO company VALUES (1, '12'), (2, '13')")
  return db
end

local function contract(place)
  for name, query in pairs { nothing = "", ["semicolons and blanks"] = " ; \n;", ["a remark alone"] = "-- nothing" } do
    it("refuse a query that is " .. name .. ", and name it", function()
      local opened, err = source.open(place(), { query = query })
      assert.is_nil(opened)
      assert.matches("^query: ", err)
      for _, command in ipairs { { "claims", "check" }, { "run", "--dry-run" } } do
        for _, word in ipairs { WORKFLOW, place(), "--query=" .. query } do command[#command + 1] = word end
        local done = program.run(command)
        assert.equal(2, done.code, done.err)
        assert.matches("^credenco: %-%-query: ", done.err)
        assert.is_nil(done.err:find("traceback", 1, true))
      end
    end)
  end

  it("say what is wrong with a query", function()
    local _, err = source.open(place(), { query = "SELECT missing FROM company" })
    assert.matches("^query: .*missing", err)
  end)
end

describe("queries of SQLite", function()
  local folder
  setup(function()
    folder = files.temporary_folder()
    filled(folder .. "/reg.db"):close()
  end)
  teardown(function() files.remove_folder(folder) end)

  contract(function() return folder .. "/reg.db" end)

  it("name the columns that hold what no JSON can", function()
    for query, said in pairs {
      ["SELECT id, x'00' AS \"the \"\"seal\"\"\", name FROM company"] =
        'the query failed before its first row: JSON cannot hold BLOB values (column "the "seal"")',
      ["SELECT id, CASE id WHEN 2 THEN x'00' END AS seal, CASE id WHEN 2 THEN x'' END AS photo FROM company"] =
        'the query failed after row 1: JSON cannot hold BLOB values (columns "seal", "photo")',
    } do
      local opened, err = source.open(folder .. "/reg.db", { query = query })
      if opened then err = select(2, read(opened)) end
      assert.equal(said, err)
    end
  end)

  it("say behind which row they failed", function()
    local opened = assert(source.open(folder .. "/reg.db",
      { query = "SELECT id, CASE id WHEN 2 THEN json(name || '{') END AS x FROM company" }))
    local _, err = read(opened)
    assert.equal("the query failed after row 1: malformed JSON", err)
  end)
end)

describe("queries of PostgreSQL", function()
  local server, url
  setup(function()
    server = postgres.start()
    url = server:database()
    local db = filled(url)
    assert(db:execute "INSERT INTO company SELECT n, n::text FROM generate_series(3, 700) n")
    assert(db:execute [[UPDATE company SET name = 'Geheim "BV" a:12: 123456782' || E'\nDETAIL: 4711' WHERE id = 600]])
    db:close()
  end)
  teardown(function() server:stop() end)

  contract(function() return url end)

  it("say behind which row they failed, and quote no value", function()
    local opened = assert(source.open(url, { query = "SELECT name::integer FROM company" }))
    local rows, err = read(opened)
    assert.equal(500, rows)
    assert.equal("the query failed after row 500: invalid input syntax for type integer: ...", err)
  end)

  it("say so before the first row", function()
    local opened = assert(source.open(url, { query = "SELECT name::integer FROM company WHERE id = 600" }))
    local _, err = read(opened)
    assert.equal("the query failed before its first row: invalid input syntax for type integer: ...", err)
  end)

  it("keep the details of the server's errors, which are rows, to themselves", function()
    local db = assert(database.open(url))
    local _, err = db:execute "CREATE UNIQUE INDEX one_name ON company (name)"
    assert.equal('could not create unique index "one_name" ...', err)
    _, err = db:execute [[DO $$ BEGIN EXECUTE 'SELECT ''4711''::date'; END $$]]
    assert.is_nil(err:find("CONTEXT", 1, true))
    assert.is_nil(err:find("QUERY", 1, true))
    db:close()
  end)
end)
