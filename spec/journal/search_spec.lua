-- Searches for an id: the index that each uses, and how much of a journal it reads.
local correlation = require "credenco.pipeline.correlation"
local database = require "credenco.journal.database"
local explained = require "credenco.cli.explain.found"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local schema = require "credenco.journal.tables"
local search = require "credenco.journal.search"

local IN_JOURNAL = 3000

local RUN = "INSERT INTO credenco_run (id, workflow, source, format, complete, started) VALUES (1, 'w', 's.csv', 'csv', 1, 0)"
local STEPS = "INSERT INTO credenco_meta (name, value) VALUES ('steps of w', '[\"t\"]')"
local NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d) "
local RECORDS = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, wallet, updated)
%sSELECT 'w', 1, 'key ' || (10000 + n), '', n, 'issued', 1, 'wallet ' || n, 0 FROM numbers]]
local CREDENTIALS = [[
INSERT INTO credenco_credential (workflow, key, step, template_id, correlation_id, revocation_uuid, updated)
%sSELECT 'w', 'key ' || (10000 + n), 1, 't', 'own ' || n, 'rev ' || n, 0 FROM numbers]]

local function fill(db)
  local numbers = NUMBERS:format(IN_JOURNAL)
  for _, sql in ipairs { RUN, STEPS, RECORDS:format(numbers), CREDENTIALS:format(numbers) } do assert(db:execute(sql)) end
end

local function key(n) return "key " .. 10000 + n end

-- The plans of all that a function asks.
local function plans_of(db, prefix, column, fn)
  local plans, rows = {}, db.rows
  db.rows = function(self, sql, ...)
    for _, row in ipairs(assert(rows(self, prefix .. sql, ...))) do plans[#plans + 1] = row[column] end
    return rows(self, sql, ...)
  end
  assert(fn())
  db.rows = nil
  return table.concat(plans, "\n")
end

-- Specs for both kinds of journal.
local function finds(db_of)
  it("finds a record by its key, its credentials' ids and its wallet", function()
    local db = db_of()
    assert.equal("s.csv", assert(search.by_key(db, "w", key(7)))[1].source)
    assert.same({}, search.by_key(db, "w", "nobody"))
    for id, as in pairs { ["own 7"] = "correlation id", ["rev 7"] = "revocation id", ["wallet 7"] = "wallet key" } do
      assert.same({ { key = key(7), as = as } }, assert(search.by_id(db, "w", id, IN_JOURNAL)))
      local found = assert(explained.find(db, id, IN_JOURNAL))
      assert.same({ 1, as, key(7), false }, { #found, found[1].as, found[1].key, found.more })
    end
  end)

  it("reads no more of it than allowed, and says so", function()
    local db = db_of()
    for _, name in ipairs { "own ", "rev ", "wallet " } do
      assert.equal(1, #assert(search.by_id(db, "w", name .. 100, 100)))
      assert.equal(0, #assert(search.by_id(db, "w", name .. 101, 100)))
    end
    assert.is_true(assert(explained.find(db, "rev 101", 100)).more)
    assert.equal(1, #assert(explained.find(db, key(2999), 100)))
    local id = correlation.id("w", key(1500), "t")
    assert.equal(0, #assert(explained.find(db, id, 1499)))
    assert.equal(key(1500), assert(explained.find(db, id, 1500))[1].key)
  end)
end

describe("the search in a SQLite journal", function()
  local db
  setup(function()
    db = assert(database.open ":memory:")
    assert(schema.ensure(db, {}))
    fill(db)
  end)
  teardown(function() db:close() end)

  finds(function() return db end)

  it("by key goes through the primary key, and sorts no more than it finds", function()
    local plan = plans_of(db, "EXPLAIN QUERY PLAN ", 4, function() return search.by_key(db, "w", key(7)) end)
    assert.matches("SEARCH r USING PRIMARY KEY %(workflow=%? AND key=%?%)", plan)
    assert.matches("SEARCH credenco_credential USING INDEX [%w_]+ %(workflow=%? AND key=%?%)", plan)
    assert.is_nil(plan:find "SCAN")
  end)

  it("by another id reads the first rows in the order of the key, and sorts none", function()
    local plan = plans_of(db, "EXPLAIN QUERY PLAN ", 4, function() return search.by_id(db, "w", "x", 10) end)
    assert.is_nil(plan:find("TEMP B-TREE", 1, true), plan)
    assert.matches("SEARCH credenco_record USING PRIMARY KEY %(workflow=%?%)", plan)
    plan = plans_of(db, "EXPLAIN QUERY PLAN ", 4, function()
      return search.key_that(db, "w", function(other) return other == key(10) end, 10)
    end)
    assert.matches("SEARCH credenco_record USING PRIMARY KEY %(workflow=%? AND key>%?%)", plan)
  end)
end)

describe("the search in a PostgreSQL journal", function()
  local server, db
  setup(function()
    server = postgres.start()
    local url = server:database()
    assert(journal.open(url)):close()
    db = assert(database.open(url))
    fill(db)
  end)
  teardown(function()
    db:close()
    server:stop()
  end)

  finds(function() return db end)

  it("goes through the primary keys", function()
    local plan = plans_of(db, "EXPLAIN ", 1, function()
      return search.by_key(db, "w", key(7)) and search.by_id(db, "w", "x", 10)
    end)
    assert.matches("Index Scan using credenco_record_pkey", plan)
    assert.is_nil(plan:find "Seq Scan on credenco_record")
  end)
end)
