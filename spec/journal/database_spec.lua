-- The databases under the journal: what luadbi does that nobody would expect is not to be seen from above.
local bytes = require "credenco.journal.bytes_as_text"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local journal_url = require "credenco.journal.dialect.url"
local postgres = require "spec.pipeline.postgres"
local uv = require "luv"

local function contract(open)
  local db
  before_each(function()
    db = assert(open())
    assert(db:execute "DROP TABLE IF EXISTS t")
    assert(db:execute "CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER, f DOUBLE PRECISION)")
  end)
  after_each(function() db:close() end)

  it("holds numbers exactly, whole ones and fractions", function()
    assert(db:execute("INSERT INTO t VALUES ('a', ?, ?)", 12, 1764000000.123))
    assert.same({ { 12, 1764000000.123 } }, db:rows "SELECT n, f FROM t")
  end)

  it("takes a whole float for an integer", function()
    assert(db:execute("INSERT INTO t VALUES ('a', ?, NULL)", 3.0))
    assert.equal(1, #db:rows("SELECT k FROM t WHERE n = CAST(? AS INTEGER)", 3.0))
  end)

  it("holds null in every place of a row", function()
    assert(db:execute("INSERT INTO t VALUES (?, ?, ?)", "a", nil, nil))
    local row = db:row "SELECT n, k, f FROM t"
    assert.is_nil(row[1])
    assert.equal("a", row[2])
    assert.is_nil(row[3])
  end)

  it("undoes a transaction in which anything failed, even if its work did not care", function()
    local ok = db:transaction(function()
      assert(db:execute "INSERT INTO t VALUES ('a', 1, 1)")
      db:execute "INSERT INTO t VALUES ('a', 1, 1)"
      return true
    end)
    assert.is_nil(ok)
    assert.same({}, db:rows "SELECT k FROM t")
  end)

  it("undoes a transaction whose work throws", function()
    assert.has_error(function()
      db:transaction(function()
        assert(db:execute "INSERT INTO t VALUES ('a', 1, 1)")
        error("no", 0)
      end)
    end, "no")
    assert.same({}, db:rows "SELECT k FROM t")
  end)

  it("runs a statement again after it failed", function()
    local insert = "INSERT INTO t VALUES (?, 1, 1)"
    assert(db:execute(insert, "a"))
    assert.is_nil((db:execute(insert, "a")))
    assert.truthy(db:execute(insert, "b"))
  end)

  it("counts the rows that a statement changed", function()
    assert.equal(2, db:change "INSERT INTO t VALUES ('a', 1, 1), ('b', 1, 1)")
    assert.equal(0, db:change "UPDATE t SET n = 2 WHERE k = 'z'")
  end)

  it("gives an error in one line without luadbi's words around it", function()
    local _, err = db:execute "SELECT * FROM nowhere"
    assert.matches("nowhere", err)
    assert.is_nil(err:find("statement handle", 1, true))
    assert.is_nil(err:find("\n", 1, true))
  end)

  it("is an error, not a crash, once it is closed", function()
    db:close()
    local ok, err = db:execute "SELECT 1"
    assert.is_nil(ok)
    assert.equal("the database is closed", err)
    db:close()
  end)

  it("holds any bytes in their text form", function()
    local every = {}
    for byte = 0, 255 do every[#every + 1] = string.char(byte) end
    for _, text in ipairs { table.concat(every), "\\x41", "caf\195\169", "" } do
      assert(db:execute("DELETE FROM t"))
      assert(db:execute("INSERT INTO t VALUES (?, 1, 1)", bytes.encode(text)))
      assert.equal(text, bytes.decode(db:row("SELECT k FROM t")[1]))
    end
  end)
end

describe("SQLite", function()
  local folder
  setup(function() folder = files.temporary_folder() end)
  teardown(function() files.remove_folder(folder) end)

  contract(function() return database.open(folder .. "/t.db") end)

  it("makes files for their owner only, even if others could read them before", function()
    local path = folder .. "/open.db"
    uv.fs_close(uv.fs_open(path, "w", 420))
    local db = assert(database.open(path))
    assert(db:execute "CREATE TABLE t (k TEXT)")
    for _, suffix in ipairs { "", "-wal", "-shm" } do assert.equal(384, uv.fs_stat(path .. suffix).mode % 512) end
    db:close()
  end)

  it("survives a power cut, and overwrites what it erases, whatever SQLite was built for", function()
    local db = assert(database.open(folder .. "/safe.db"))
    local found = {}
    for i, name in ipairs { "journal_mode", "synchronous", "secure_delete" } do found[i] = db:row("PRAGMA " .. name)[1] end
    db:close()
    assert.same({ "wal", 2, 1 }, found)
  end)

  it("says so when the file is not a database", function()
    local path = folder .. "/text.db"
    files.write(path, ("no database "):rep(100))
    uv.fs_chmod(path, 420)
    local db, err = database.open(path)
    assert.is_nil(db)
    assert.matches("text.db: .*not a database", err)
    assert.equal(420, uv.fs_stat(path).mode % 512)
  end)
end)

describe("a journal's place", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  it("is a file: a directory is refused, and its mode does not change", function()
    uv.fs_chmod(folder, 493)
    local held, err = journal.open(folder, { alone = true })
    assert.is_nil(held)
    assert.equal(folder .. ": is not a file; name the journal's file, which is created if it is missing", err)
    assert.equal(493, uv.fs_stat(folder).mode % 512)
    assert.is_nil(uv.fs_stat(folder .. ".lock"))
  end)
end)

describe("PostgreSQL", function()
  local server, url
  setup(function()
    server = postgres.start()
    url = server:database()
  end)
  teardown(function() server:stop() end)

  contract(function() return database.open(url) end)

  it("that does not exist is not reported as a server that terminated abnormally", function()
    local db, err = database.open((server:database():gsub("/spec%d+", "/nowhere")))
    assert.is_nil(db)
    assert.matches("^postgres://.-/nowhere.-: the connection failed; .* `psql` with the same URL does", err)
  end)

  it("that went away is an error, not a crash, and a new connection works", function()
    local db = assert(database.open(url))
    assert(db:execute "SELECT 1")
    server:restart()
    local ok, err = db:execute "SELECT 1"
    assert.is_nil(ok)
    assert.is_string(err)
    db:close()
    assert.truthy(assert(database.open(url)):execute "SELECT 1")
  end)
end)

describe("a journal's URL", function()
  it("names a database by its scheme, and anything else is the path of a file", function()
    local cases = {
      { "postgres://h/d", dialect = "postgresql", rock = "luadbi-postgresql" },
      { "postgresql://h/d", dialect = "postgresql", rock = "luadbi-postgresql" },
      { "/tmp/company.journal", dialect = "sqlite", rock = "luadbi-sqlite3" },
      { "postgres.journal", dialect = "sqlite", rock = "luadbi-sqlite3" },
      { "mysql://h/d", dialect = "sqlite", rock = "luadbi-sqlite3", flaw = "a journal is a SQLite file, or postgres://" },
    }
    for _, case in ipairs(cases) do
      local url = case[1]
      assert.equal(case.dialect, journal_url.dialect(url))
      assert.equal(case.rock, journal_url.driver_rock(url))
      assert.equal(case.dialect == "postgresql", journal_url.is_server(url))
      assert.equal(case.flaw, case.flaw and journal_url.flaw(url):sub(1, #case.flaw))
      assert.equal(case.flaw == nil, journal_url.flaw(url) == nil)
    end
  end)

  it("is printed without its password", function()
    local cases = {
      ["postgres://u:p@h/d"] = "postgres://u@h/d",
      ["postgresql://u:p%40q@h:5/d?x=1"] = "postgresql://u@h:5/d?x=1",
      ["postgres://u@h/d?password=p&x=1"] = "postgres://u@h/d?password=...&x=1",
      ["postgres://u:p/q@h/d"] = "postgres://u@h/d",
      ["postgres://u:p@q@h/d"] = "postgres://u@h/d",
      ["postgres://u@h/d?sslpassword=p"] = "postgres://u@h/d?sslpassword=...",
      ["postgres://u@h/d"] = "postgres://u@h/d",
      ["postgres://h:5432/d"] = "postgres://h:5432/d",
      ["file:with@colon"] = "file:with@colon",
    }
    for url, shown in pairs(cases) do
      assert.equal(shown, journal_url.without_password(url))
      assert.equal(url ~= shown, journal_url.has_password(url))
    end
  end)
end)
