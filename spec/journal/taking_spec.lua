-- Which records a worker takes, and in which order.
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local taking = require "credenco.journal.taking"
local workers = require "credenco.journal.workers"

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, updated)
VALUES ('w', 1, ?, '', ?, 'pending', 1, 0)]]
local FREE = "UPDATE credenco_record SET owner = NULL WHERE key = ?"

describe("taking records", function()
  local folder, held, writer, scope
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true, queue = true }))
    for line = 1, 5 do assert(held.db:execute(FILL, "key " .. line, line)) end
    scope = assert(held:join({ name = "w" }, false))
    writer = held:writer(scope)
  end)
  after_each(function()
    writer:close()
    held:close()
    files.remove_folder(folder)
  end)

  local function lines_taken(limit)
    local lines = {}
    for i, item in ipairs(assert(writer:take(limit))) do lines[i] = item.line end
    return lines
  end

  -- A worker that finds none free asks then what others hold; in between another may have freed what a dead one held.
  it("is not at its end while a record is free, or another worker's", function()
    local function open_elsewhere() return assert(writer:ask(workers.open_elsewhere(scope)))[1][1] end
    assert.equal("free", open_elsewhere())
    assert.equal(5, #lines_taken(5))
    assert.equal("nothing", open_elsewhere())
    assert(held.db:execute "UPDATE credenco_record SET owner = 'another' WHERE key = 'key 3'")
    assert.equal("held", open_elsewhere())
    assert(held.db:execute(FREE, "key 4"))
    assert.equal("free", open_elsewhere())
  end)

  it("gives none to a worker that another one took for dead", function()
    assert(held.db:execute("DELETE FROM credenco_worker WHERE owner = ?", scope.owner))
    assert.same({}, lines_taken(5))
  end)

  it("continues behind the last record taken, and comes back for records left before it", function()
    assert.same({ 1, 2 }, lines_taken(2))
    assert(held.db:execute(FREE, "key 1"))
    assert.same({ 3, 4 }, lines_taken(2))
    assert.same({ 5 }, lines_taken(2))
    assert.same({}, lines_taken(2))
    assert.same({ 1 }, lines_taken(2))
    assert.same({}, lines_taken(2))
  end)
end)

describe("taking records on PostgreSQL", function()
  local server, sessions
  setup(function() server = postgres.start() end)
  teardown(function()
    for _, session in ipairs(sessions) do session:close() end
    server:stop()
  end)

  local function lines_taken(session, owner)
    local lines = {}
    for i, item in ipairs(taking.items(assert(session:rows_of(taking.write({ workflow = "w", owner = owner }, 2))))) do
      lines[i] = item.line
    end
    return lines
  end

  -- One that waits for the other would do so for ever here, were it not for the timeout.
  it("gives two workers that take at once different records, and lets neither wait", function()
    local url = server:database()
    assert(journal.open(url, { queue = true })):close()
    sessions = { assert(database.open(url)), assert(database.open(url)) }
    local first, second = sessions[1], sessions[2]
    for line = 1, 5 do assert(first:execute(FILL, "key " .. line, line)) end
    assert(workers.join(first, { owner = "first", workflow = "w" }))
    assert(workers.join(second, { owner = "second", workflow = "w" }))
    assert(second:execute "SET lock_timeout = '5s'")
    assert(first:transaction(function()
      assert.same({ 1, 2 }, lines_taken(first, "first"))
      assert.same({ 3, 4 }, lines_taken(second, "second"))
      return true
    end))
    assert.same({ 5 }, lines_taken(second, "second"))
  end)
end)
