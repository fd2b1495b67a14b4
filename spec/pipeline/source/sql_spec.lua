-- Queries as sources: what is wrong with one is said without a value of its rows.
local credenco = require "credenco"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local json = require "credenco.base.json"
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

local function items_of(place, query)
  local opened = assert(source.open(place, { query = query }))
  local items = {}
  for item in opened.next, opened do items[#items + 1] = item end
  opened:close()
  return items
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
        assert.matches("^credenco: %-%-query", done.err)
        assert.is_nil(done.err:find("traceback", 1, true))
      end
    end)
  end

  it("read to the end of a statement, and not into the remark behind it", function()
    for _, query in ipairs { "SELECT id FROM company ORDER BY id -- the first", "SELECT id FROM company ORDER BY id; -- all\n ;",
      "SELECT id /* ; -- */ FROM company ORDER BY id /* rest", "SELECT id, '-- ;' AS x FROM company ORDER BY id;;" } do
      assert.equal(1, items_of(place(), query)[1].record.id, query)
    end
  end)

  it("refuse two columns of one name, and name them", function()
    for _, query in ipairs { 'SELECT id, name, id + 1 AS id, 2 AS name FROM company', 'SELECT *, id, name FROM company' } do
      local opened, err = source.open(place(), { query = query })
      assert.is_nil(opened)
      assert.matches('^query: more than one columns "id", "name": give each a name of its own', err)
    end
    assert.matches('^query: more than one column "id": ', select(2, source.open(place(), { query =
      "SELECT a.id, b.id FROM company a JOIN company b ON a.id = b.id" })))
  end)

  it("refuse a query without a column that every record needs, before anything is read", function()
    local folder = files.temporary_folder()
    for _, command in ipairs { "run", "load" } do
      local done = program.run({ command, WORKFLOW, place(), "--query", "SELECT id AS coc_number, name AS legal_name FROM company",
        "--journal", folder .. "/j.journal" }, { CREDENCO_API_KEY = "k", CREDENCO_BASE_URL = "http://127.0.0.1:1" })
      assert.equal(2, done.code, done.out .. done.err)
      assert.matches('column "wallet" is used by the workflow, and the source does not have it', done.err)
      assert.is_nil(files.read(folder .. "/j.journal"))
    end
    files.remove_folder(folder)
  end)

  it("may name their columns as they like", function()
    local record = items_of(place(), "SELECT id AS q, name AS c1, id AS v FROM company WHERE id = 1")[1].record
    assert.same({ q = 1, c1 = "12", v = 1 }, record)
  end)

  it("keep what is in braces", function()
    assert.equal("{now} {storage}", items_of(place(), "SELECT '{now} {storage}' AS a FROM company")[1].record.a)
  end)

  it("refuse a row with a number that would be rounded, and continue", function()
    local items = items_of(place(), [[SELECT CAST('9007199254740993' AS BIGINT) AS n FROM company WHERE id = 1
      UNION ALL SELECT CAST('9007199254740992' AS BIGINT) ORDER BY n DESC]])
    assert.matches("cannot be held exactly; give it as text .*SELECT CAST%(number AS TEXT%)", items[1].broken)
    assert.equal(9007199254740992, items[2].record.n)
  end)

  it("name the problem of a query", function()
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

  it("refuse rows with values that JSON cannot hold, name the columns, and continue", function()
    for query, said in pairs {
      ["SELECT id, CASE id WHEN 1 THEN x'00' END AS \"the \"\"seal\"\"\", name FROM company"] = 'column "the "seal""',
      ["SELECT id, CASE id WHEN 1 THEN x'' END AS seal, CASE id WHEN 1 THEN x'0c' END AS photo FROM company"] =
        'columns "seal", "photo"',
      ["SELECT id, CASE id WHEN 1 THEN 9e999 END AS n FROM company"] = 'column "n"',
    } do
      local items = items_of(folder .. "/reg.db", query)
      assert.equal(said .. ": JSON cannot hold BLOBs and infinite numbers; leave them out, or read hex(...)", items[1].broken)
      assert.equal(2, items[2].record.id)
    end
  end)

  -- SQLite 3.45 reads these BLOBs as JSON: null, true, 0 and text.
  it("take no BLOB for JSON", function()
    for _, blob in ipairs { "x'00'", "x'01'", "x'1330'", "x'1741'", "'[1]'" } do
      local item = items_of(folder .. "/reg.db", "SELECT " .. blob .. " AS a")[1]
      assert.equal(blob == "'[1]'" and "[1]" or nil, item.record and item.record.a)
    end
  end)

  it("leave text that is JSON as text, and numbers all their digits", function()
    local record = items_of(folder .. "/reg.db", [[SELECT json('[]') AS list, 0.1 + 0.2 AS sum, 1.0 AS one, -2.5e-9 AS little,
      9007199254740992 AS whole, 1e22 AS large, 'a' || char(10) || '%d "' AS "na%me", NULL AS none]])[1].record
    assert.same({ list = "[]", sum = 0.1 + 0.2, one = 1, little = -2.5e-9, whole = 9007199254740992, large = 1e22,
      ["na%me"] = 'a\n%d "', none = credenco.null }, record)
  end)

  it("tell apart columns whose names differ in capitals alone, or are words of SQL", function()
    local record = items_of(folder .. "/reg.db", "SELECT id, name AS ID, TRUE FROM company ORDER BY 1")[1].record
    assert.same({ id = 1, ID = "12", TRUE = 1 }, record)
  end)

  it("may have a thousand columns", function()
    local columns = {}
    for i = 1, 1000 do columns[i] = ("%d AS 'n\"%d'"):format(i, i) end
    local record = items_of(folder .. "/reg.db", "SELECT " .. table.concat(columns, ", "))[1].record
    for i = 1, 1000 do assert.equal(i, record[('n"%d'):format(i)]) end
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
    assert(db:execute("ALTER DATABASE " .. url:match "/(spec%d+)" .. " SET extra_float_digits = 0"))
    assert(db:execute [[UPDATE company SET name = 'Geheim "BV" a:12: 123456782' || E'\nDETAIL: 4711' WHERE id = 600]])
    db:close()
  end)
  teardown(function() server:stop() end)

  contract(function() return url end)

  it("keep empty lists, and every digit, whatever is set for the database", function()
    local record = items_of(url, [[SELECT '{}'::text[] AS list, '{}'::json AS object, 0.1::float8 + 0.2::float8 AS sum,
      12345678901.25::numeric AS n]])[1].record
    assert.equal('[]', json.encode(record.list))
    assert.equal('{}', json.encode(record.object))
    assert.same({ 0.1 + 0.2, 12345678901.25 }, { record.sum, record.n })
  end)

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
