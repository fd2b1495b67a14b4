-- What each statement of a worker reads in PostgreSQL does not grow with the table: neither while nothing has told the
-- planner about it, nor afterwards.
local batch = require "credenco.journal.batch"
local database = require "credenco.journal.database"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local records = require "credenco.journal.records"
local report = require "credenco.journal.overview"
local taking = require "credenco.journal.taking"
local workers = require "credenco.journal.workers"

local unpack = table.unpack or unpack
local IN_TABLE, OPEN, ITEMS = 20000, 2000, 200

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, owner, updated)
SELECT 'w', 1, 'filled ' || n, '', n, '%s', 1, %s, 0 FROM generate_series(%d, %d) n]]

local function fill(db)
  assert(db:execute "ALTER TABLE credenco_record SET (autovacuum_enabled = off)")
  assert(db:execute(FILL:format("issued", "NULL", 1, IN_TABLE)))
  assert(db:execute(FILL:format("pending", "NULL", IN_TABLE + 1, IN_TABLE + OPEN)))
  assert(db:execute(FILL:format("pending", "'me'", IN_TABLE + OPEN + 1, IN_TABLE + 2 * OPEN)))
  assert(db:execute "INSERT INTO credenco_worker VALUES ('me', 'w', 1e12)")
end

local SCOPE = { workflow = "w", run = 1, owner = "me" }

local function items(first)
  local list = {}
  for i = 1, ITEMS do
    list[i] = { key = "filled " .. first + i, line = first + i, input = "a line", offer = "an offer", step = 2,
      message = "m", workflow = "w", template_id = "t", correlation_id = "c" }
  end
  return list
end
local mine, new = items(IN_TABLE + OPEN), items(10 * IN_TABLE)
local one = { workflow = "w", key = "filled 1", run = 1, line = 1, input = "a line" }

-- Everything that a worker does again and again, by what one statement of it may read.
local DONE = {
  additions = function(db) return batch.change(db, records.additions(db, SCOPE, new)) end,
  ["additions of what is there"] = function(db) return batch.change(db, records.additions(db, SCOPE, mine)) end,
  find = function(db) return records.find(db, "w", mine) end,
  all_done = function(db) return records.all_done(db, "w", mine) end,
  notes = function(db) return batch.change(db, records.notes(db, mine)) end,
  take = function(db) return db:rows_of(taking.write(SCOPE, ITEMS)) end,
  ["take what is begun"] = function(db) return db:rows_of(taking.write(SCOPE, ITEMS, true)) end,
  ["take from a place"] = function(db)
    return db:rows_of(taking.write(SCOPE, ITEMS, false, { run = 1, line = IN_TABLE + OPEN / 2 }))
  end,
  correct = function(db) return records.correct(db, one) end,
  move = function(db) return records.move(db, one) end,
  has = function(db) return records.has(db, "w", "filled 1", "line 2") end,
  state_of_broken = function(db)
    return records.state_of_broken(db, { workflow = "w", copy = "line 1", message = "m" })
  end,
  move_broken = function(db)
    return records.move_broken(db, { workflow = "w", copy = "line 1", run = 1, line = 1 })
  end,
  open_elsewhere = function(db) return db:rows_of(workers.open_elsewhere(SCOPE)) end,
  renew = function(db) return workers.renew(db, "me") end,
}
for _, event in ipairs { "offered", "pushed", "next_step", "issued", "failed", "unknown", "skipped" } do
  DONE[event] = function(db) return batch.change(db, records.changes(db, event, SCOPE, mine)) end
end

local HAND_OVER = ("UPDATE credenco_record SET owner = ? WHERE line > %d AND line <= %d"):format(IN_TABLE, IN_TABLE + OPEN)

-- The rows that are read when no record is free any more, by the records of other workers.
local LOOKS = {
  not_issued = function(db) return report.not_issued(db, "w") end,
  open_elsewhere = function(db) return db:rows_of(workers.open_elsewhere(SCOPE)) end,
  bury = function(db)
    db.transaction = function(_, work) return work() end -- the one that is undone will do
    local ok, err = workers.bury(db, SCOPE, true)
    db.transaction = nil
    return ok, err
  end,
}

-- How many rows a function changes without a word to any index, and undoes. The server counts those of a session, until it
-- adds them up elsewhere between two transactions.
local UNINDEXED = "SELECT CAST(pg_stat_get_xact_tuples_hot_updated(CAST('credenco_record' AS regclass)) AS INTEGER)"

local function changed_outside_indexes(db, fn)
  local count
  db:transaction(function()
    local before = assert(db:row(UNINDEXED))[1]
    assert(fn(db))
    count = assert(db:row(UNINDEXED))[1] - before
    return nil
  end)
  return count
end

-- The statements that a function runs, and undoes.
local function statements_of(db, fn)
  local list, run = {}, db.run
  db.run = function(self, sql, ...)
    if not sql:find "^%u+$" then list[#list + 1] = { sql = sql, count = select("#", ...), ... } end
    return run(self, sql, ...)
  end
  local ok, err = db:transaction(function()
    local result, fn_err = fn(db)
    assert(result ~= nil, fn_err)
    return nil, "undone"
  end)
  db.run = nil
  assert(not ok and err == "undone", err)
  return list
end

local function explained(db, statement)
  local lines = {}
  db:transaction(function()
    local rows = assert(db:rows("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " .. statement.sql,
      unpack(statement, 1, statement.count)))
    for i, row in ipairs(rows) do lines[i] = row[1] end
    return nil
  end)
  return table.concat(lines, "\n")
end

-- The most rows that any part of a plan looks at.
local function most_rows(plan)
  local most = 0
  for line in plan:gmatch "[^\n]+" do
    local rows, loops = line:match "actual rows=(%d+) loops=(%d+)"
    local removed = line:match "Rows Removed by %a+ ?%a*: (%d+)"
    most = math.max(most, rows and rows * loops or 0, tonumber(removed or 0))
  end
  return most
end

-- What keeps the server from using several processes for one statement.
local PARALLEL = { "parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size",
  "min_parallel_index_scan_size" }

describe("a statement of a worker on PostgreSQL", function()
  local server, db
  setup(function()
    server = postgres.start()
    local url = server:database()
    assert(journal.open(url, { queue = true })):close()
    db = assert(database.open(url))
    fill(db)
    assert(db.dialect.look_up_by_key(db))
  end)
  teardown(function()
    db:close()
    server:stop()
  end)

  it("changes no index as long as a worker has a record", function()
    assert.equal(ITEMS, changed_outside_indexes(db, DONE.take))
    assert.equal(ITEMS, changed_outside_indexes(db, DONE.offered))
  end)

  local function each_reads_little()
    for name, fn in pairs(DONE) do
      local statements = statements_of(db, fn)
      assert.equal(1, #statements, name .. ": a group is one statement")
      local plan = explained(db, statements[1])
      assert.truthy(most_rows(plan) <= ITEMS + 1, name .. " reads too much:\n" .. plan)
    end
  end

  it("reads no more of a large table about which the planner has no statistics", each_reads_little)

  it("looks for held records without reading issued ones", function()
    assert(db:execute(HAND_OVER, "me"))
    assert.same({ failed = 0, unknown = 0, skipped = 0, pending = 2 * OPEN }, report.not_issued(db, "w"))
    assert.equal("nothing", db:rows_of(workers.open_elsewhere(SCOPE))[1][1])
    for name, fn in pairs(LOOKS) do
      for _, statement in ipairs(statements_of(db, fn)) do
        local plan = explained(db, statement)
        assert.truthy(most_rows(plan) <= 2 * OPEN, name .. " reads too much:\n" .. plan)
      end
    end
    assert(db:execute(HAND_OVER, nil))
  end)

  it("reads no more afterwards", function()
    assert(db.dialect.gather_statistics(db))
    each_reads_little()
  end)

  -- 16 workers that end at once would make the server start 32.
  it("makes the server start no other processes", function()
    for _, setting in ipairs(PARALLEL) do assert(db:execute(("SET %s = 0"):format(setting))) end
    for name, fn in pairs(LOOKS) do
      for _, statement in ipairs(statements_of(db, fn)) do
        local plan = explained(db, statement)
        assert.is_nil(plan:find("Gather", 1, true), name .. ":\n" .. plan)
      end
    end
  end)
end)
