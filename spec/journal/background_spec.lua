-- Transactions in a thread: what goes in comes out as if it had been done here, and nobody else waits for it.
local background = require "credenco.journal.background"
local batch = require "credenco.journal.batch"
local columns = require "credenco.journal.dialect.column_types"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local loop = require "credenco.loop"
local postgres = require "spec.pipeline.postgres"
local uv = require "luv"
local wait = require "spec.support.wait"
local workers = require "credenco.journal.workers"

local STATEMENT = { sql = "INSERT INTO t (k, v) SELECT v.key, v.code {from_v}", columns = { "key", "code" }, scope = {} }
local ONE_BY_ONE = { sql = STATEMENT.sql, columns = STATEMENT.columns, scope = {}, each = true }

-- Runs a function in a task of its own, and waits for its results.
local function in_task(work)
  local done, result, err
  loop.spawn(function()
    result, err = work()
    done = true
  end)
  while not done do loop.sleep(1) end
  return result, err
end

local function contract(locate)
  local url, db, thread

  before_each(function()
    url = locate()
    db = assert(database.open(url))
    assert(db:execute "DROP TABLE IF EXISTS t")
    assert(db:execute "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)")
    thread = assert(background.open(url))
  end)

  after_each(function()
    thread:close()
    db:close()
  end)

  local function writes(items, statement)
    return batch.writes(db, statement or STATEMENT, {}, items)
  end

  for name, statement in pairs { ["in portions"] = STATEMENT, ["one by one"] = ONE_BY_ONE } do
    it("makes every change of a transaction, and counts rows by group, " .. name, function()
      local many = {}
      for i = 1, 300 do many[i] = { key = "k" .. i, code = i % 3 ~= 0 and "v" .. i or nil } end
      assert.same({ 300, 1 }, (thread:carry_out { writes(many, statement), writes({ { key = "other" } }, statement) }))
      assert.equal(301, db:row "SELECT CAST(COUNT(*) AS DOUBLE PRECISION) FROM t"[1])
      assert.equal("v299", db:row "SELECT v FROM t WHERE k = 'k299'"[1])
      assert.is_nil(db:row "SELECT v FROM t WHERE k = 'k300'"[1])
    end)
  end

  it("brings text over as it is", function()
    local texts = { "quotes \" ' \\", "line\nbreaks\r\n", "caf\195\169 \226\130\172", "\\u0041 \127 tab\t", "" }
    local items = {}
    for i, text in ipairs(texts) do items[i] = { key = tostring(i), code = text } end
    assert(thread:carry_out { writes(items) })
    for i, text in ipairs(texts) do
      assert.equal(text, db:row("SELECT v FROM t WHERE k = ?", tostring(i))[1])
    end
  end)

  it("gives the rows of a statement that asks, with gaps, after the writes before it", function()
    local items = {}
    for i = 1, 3000 do items[i] = { key = ("%04d"):format(i), code = i % 2 == 0 and ("v"):rep(100) or nil } end
    local asking = { sql = "SELECT v, k FROM t WHERE k > ? ORDER BY k", asks = true, scope = {}, width = 1, values = { "" } }
    local results = assert(thread:carry_out { writes(items), { asking } })
    assert.equal(3000, results[1])
    assert.equal(3000, #results[2])
    for i, row in ipairs(results[2]) do
      assert.same({ items[i].code or columns.NULL, items[i].key }, row)
    end
  end)

  it("undoes everything when one statement fails, says why, and serves on", function()
    local changed, err = thread:carry_out { writes { { key = "a" } }, writes { { key = "a" } } }
    assert.is_nil(changed)
    assert.matches("[Uu][Nn][Ii][Qq][Uu][Ee]", err)
    assert.same({}, db:rows "SELECT k FROM t")
    assert.same({ 1 }, (thread:carry_out { writes { { key = "a" } } }))
  end)
end

describe("a journal's thread on SQLite", function()
  local folder
  setup(function() folder = files.temporary_folder() end)
  teardown(function() files.remove_folder(folder) end)

  contract(function() return folder .. "/t.journal" end)

  it("lets other tasks continue while the database makes it wait", function()
    local url = folder .. "/busy.journal"
    local db = assert(database.open(url))
    assert(db:execute "CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT)")
    local thread = assert(background.open(url))
    assert(db:execute "BEGIN IMMEDIATE")
    local changed
    loop.spawn(function()
      changed = thread:carry_out { batch.writes(db, STATEMENT, {}, { { key = "a" } }) }
    end)
    for _ = 1, 20 do loop.sleep(1) end
    assert.is_nil(changed)
    assert(db:execute "COMMIT")
    while not changed do loop.sleep(1) end
    assert.same({ 1 }, changed)
    thread:close()
    db:close()
  end)

  it("is refused for a database that cannot be opened", function()
    local thread, err = background.open(folder)
    assert.is_nil(thread)
    assert.is_string(err)
  end)

  it("is refused if the system gives no thread", function()
    local new_thread = uv.new_thread
    uv.new_thread = function() return nil, "EAGAIN: resource temporarily unavailable" end -- luacheck: ignore 122
    local thread, err = background.open(folder .. "/none.journal")
    uv.new_thread = new_thread -- luacheck: ignore 122
    assert.is_nil(thread)
    assert.matches("^EAGAIN", err)
  end)

  it("is not used if a new Lua state does not find the modules", function()
    local held = assert(journal.open(folder .. "/alone.journal", { alone = true }))
    local scope = assert(held:join({ name = "w" }, false))
    local path = package.path
    local writer = held:writer(scope)
    package.path = ""
    assert.equal(1, in_task(function()
      return writer:add({ workflow = "w", run = 1, owner = scope.owner }, { { key = "1", line = 2, input = "1\n" } })
    end))
    package.path = path
    writer:close()
    held:close()
  end)
end)

describe("a journal's thread on PostgreSQL", function()
  local server
  setup(function() server = postgres.start() end)
  teardown(function() server:stop() end)

  contract(function() return server:database() end)

  it("keeps its worker from being taken for dead when the run's own connection breaks first", function()
    local url = server:database()
    local held, other = assert(journal.open(url)), assert(database.open(url))
    local scope = assert(held:join({ name = "w" }, false))
    local writer = held:writer(scope)
    assert(in_task(function() return writer:ask(workers.open_elsewhere(scope)) end)) -- opens the thread's connection
    assert(other:rows("SELECT pg_terminate_backend(CAST(? AS INTEGER))", held.db:row "SELECT pg_backend_pid()"[1]))
    local function is_free()
      return other:row("SELECT CAST(pg_try_advisory_xact_lock(hashtextextended(?, 0)) AS INTEGER)", scope.owner)[1] == 1
    end
    for _ = 1, 5 do
      loop.sleep(10)
      assert.is_false(is_free())
    end
    writer:close()
    wait.until_true(is_free)
    other:close()
    held:close()
  end)
end)
