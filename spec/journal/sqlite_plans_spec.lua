-- SQLite's plan for each statement of a run.
local database = require "credenco.journal.database"
local records = require "credenco.journal.records"
local report = require "credenco.journal.overview"
local schema = require "credenco.journal.tables"
local taking = require "credenco.journal.taking"

local SCOPE = { workflow = "w", run = 1, owner = "me" }
local ITEM = { key = "k", line = 1, input = "a line", offer = "an offer", step = 2, wallet_key = "w", message = "m" }

local CHANGES = {}
for _, event in ipairs { "offered", "pushed", "next_step", "issued", "failed", "unknown", "skipped" } do
  CHANGES[event] = function(db) return records.changes(db, event, SCOPE, { ITEM }) end
end
CHANGES.additions = function(db) return records.additions(db, SCOPE, { ITEM }) end

describe("a statement on a SQLite journal", function()
  local db

  before_each(function()
    db = assert(database.open ":memory:")
    assert(schema.ensure(db, { queue = true }))
  end)

  after_each(function() db:close() end)

  for name, writes_of in pairs(CHANGES) do
    it("makes no table of its own: " .. name, function()
      local write = writes_of(db)[1]
      write.sql = "EXPLAIN " .. write.sql
      for _, row in ipairs(assert(db:rows_of(write))) do
        assert.is_nil(row[2]:find("OpenEphemeral", 1, true))
        assert.is_nil(row[2]:find("OpenAutoindex", 1, true))
      end
    end)
  end

  local function plan_of(fn)
    local plan, rows = {}, db.rows
    db.rows = function(self, sql, ...)
      for _, row in ipairs(assert(rows(self, "EXPLAIN QUERY PLAN " .. sql, ...))) do plan[#plan + 1] = row[4] end
      return rows(self, sql, ...)
    end
    assert(fn() ~= false)
    db.rows = nil
    return table.concat(plan, "\n")
  end

  it("reads a page of problems in order", function()
    local plan = plan_of(function() return report.each_problem(db, "w")() end)
    assert.matches("credenco_record_problems", plan)
    assert.is_nil(plan:find("TEMP B-TREE", 1, true))
  end)

  it("takes open records in order", function()
    for _, only_begun in ipairs { false, true } do
      local plan = plan_of(function() return db:rows_of(taking.write(SCOPE, 10, only_begun)) end)
      assert.matches(only_begun and "credenco_record_offered" or "credenco_record_open", plan)
      assert.is_nil(plan:find("TEMP B-TREE", 1, true))
    end
  end)
end)
