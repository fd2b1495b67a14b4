-- Databases that are not as one would expect.
local database = require "credenco.journal.database"
local driver = require "credenco.journal.dialect.driver"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local report = require "credenco.journal.overview"
local uv = require "luv"

describe("a PostgreSQL journal", function()
  local server
  setup(function() server = postgres.start() end)
  teardown(function() server:stop() end)

  local function execute(url, sql)
    local db = assert(database.open(url))
    assert(db:execute(sql))
    db:close()
  end

  it("in a database that does not hold every text is refused before anything is read", function()
    local url = server:database()
    execute(url, "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    local latin = url:gsub("/spec%d+", "/latin")
    local held, err = journal.open(latin, { queue = true })
    assert.is_nil(held)
    assert.matches("the encoding LATIN1.-createdb %-%-encoding=UTF8", err)
  end)

  it("is usable without the right to create anything, once it is there", function()
    local url = server:database()
    assert(journal.open(url, { queue = true })):close()
    execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    execute(url, "DROP ROLE IF EXISTS clerk")
    execute(url, "CREATE ROLE clerk LOGIN")
    execute(url, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk")
    local as_clerk = url:gsub("//[^@]*@", "//clerk@")
    for _, options in ipairs { { queue = true }, { existing = true } } do
      local held = assert(journal.open(as_clerk, options))
      assert.equal(0, assert(report.totals(held.db, "w")).input)
      held:close()
    end
    execute(url, "REASSIGN OWNED BY clerk TO postgres")
    execute(url, "DROP OWNED BY clerk")
  end)

  it("is on disk when a commit returns, and sees what others commit, whatever is set for the database", function()
    local url = server:database()
    for _, setting in ipairs { "synchronous_commit = off", "default_transaction_isolation = 'serializable'" } do
      execute(url, "ALTER DATABASE " .. url:match "/(spec%d+)" .. " SET " .. setting)
    end
    local held = assert(journal.open(url, { queue = true }))
    assert.equal("on", held.db:row("SHOW synchronous_commit")[1])
    assert.equal("read committed", held.db:row("SHOW transaction_isolation")[1])
    held:close()
  end)

  it("can be reported on if it is read-only, as on a standby", function()
    local url = server:database()
    assert(journal.open(url, { queue = true })):close()
    execute(url, "ALTER DATABASE " .. url:match "/(spec%d+)" .. " SET default_transaction_read_only = on")
    local held = assert(journal.open(url, { existing = true }))
    assert.equal(0, assert(report.totals(held.db, "w")).input)
    held:close()
  end)

  it("behind a pooler that changes sessions gives an error that names the pooler", function()
    for _, said in ipairs { 'ERROR:  prepared statement "dbd-1" does not exist',
      'ERROR:  prepared statement "dbd-1" already exists' } do
      assert.matches("pooler in between, as PgBouncer in transaction mode", driver.plain_error(said))
    end
    assert.is_nil(driver.plain_error('ERROR:  relation "x" does not exist'):find("pooler", 1, true))
  end)
end)

describe("the SQLite database of another program", function()
  it("is no journal, and stays as it is", function()
    local folder = files.temporary_folder()
    finally(function() files.remove_folder(folder) end)
    local path = folder .. "/register.db"
    local db = assert(database.open(path, { plain = true }))
    assert(db:execute "CREATE TABLE company (id TEXT)")
    db:close()
    uv.fs_chmod(path, 420)
    local before = files.read(path)
    for _, options in ipairs { { existing = true }, { alone = true }, { queue = true } } do
      local held, err = journal.open(path, options)
      assert.is_nil(held)
      assert.matches("register%.db: is the database of another program", err)
    end
    assert.equal(before, files.read(path))
    assert.equal(420, uv.fs_stat(path).mode % 512)
  end)
end)

describe("a SQLite journal on a medium that cannot be written", function()
  it("can be reported on, and leaves nothing there", function()
    local folder = files.temporary_folder()
    local path = folder .. "/j?.journal"
    assert(journal.open(path)):close()
    local fs_access = uv.fs_access
    finally(function()
      uv.fs_access = fs_access
      uv.fs_chmod(folder, 448)
      files.remove_folder(folder)
    end)
    uv.fs_access = function() return nil, "EROFS" end -- the user of the specs may write everywhere
    uv.fs_chmod(folder, 320)
    uv.fs_chmod(path, 256)
    local held = assert(journal.open(path, { existing = true }))
    assert.equal(0, assert(report.totals(held.db, "w")).input)
    for name in uv.fs_scandir_next, assert(uv.fs_scandir(folder)) do assert.is_nil(name:find "%-wal" or name:find "%-shm") end
    held:close()
    assert.equal(256, uv.fs_stat(path).mode % 512)
  end)
end)
