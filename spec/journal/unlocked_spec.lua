-- Records that another transaction is changing. Two transactions that change the same records in different orders would
-- wait for each other for ever, and PostgreSQL then ends one of them: a run ends with 9.
local database = require "credenco.journal.database"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local records = require "credenco.journal.records"
local workers = require "credenco.journal.workers"

describe("a record that its worker is changing", function()
  local server, url, owner, db

  setup(function() server = postgres.start() end)
  teardown(function() server:stop() end)

  -- Two records of a worker that was taken for dead, one of them in a transaction of its own.
  before_each(function()
    url = server:database()
    assert(journal.open(url, { queue = true })):close()
    owner, db = assert(database.open(url)), assert(database.open(url))
    for line = 1, 2 do
      assert(owner:execute([[INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, owner, updated)
        VALUES ('w', 1, ?, '', ?, 'pending', 1, 'its worker', 0)]], "key " .. line, line))
    end
    assert(owner:execute "INSERT INTO credenco_worker VALUES ('its worker', 'w', 0)")
    assert(owner:execute "BEGIN")
    assert(owner:execute "UPDATE credenco_record SET state = 'offered' WHERE line = 2")
    assert(db:execute "SET lock_timeout = '1s'") -- a statement that waits fails then
  end)

  after_each(function()
    owner:close()
    db:close()
  end)

  local function rows(columns)
    return assert(db:rows(("SELECT %s FROM credenco_record ORDER BY line"):format(columns)))
  end

  it("is not waited for by a worker that frees its worker's records, and is free later", function()
    assert(workers.bury(db, { owner = "me", workflow = "w" }))
    assert.same({ { "" }, { "its worker" } }, rows "COALESCE(owner, '')")
    assert(owner:execute "COMMIT")
    assert(workers.bury(db, { owner = "me", workflow = "w" }, true))
    assert.same({ { "", "pending" }, { "", "offered" } }, rows "COALESCE(owner, ''), state")
  end)

  it("is not waited for by a run that reads its line elsewhere", function()
    local function move(line)
      return assert(records.move(db, { workflow = "w", key = "key " .. line, run = 2, line = 10 + line }))
    end
    assert.same({ 1, 0 }, { move(1), move(2) })
    assert.same({ { 1, 2 }, { 2, 11 } }, rows "run, line")
  end)
end)
