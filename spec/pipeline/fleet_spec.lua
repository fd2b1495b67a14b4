-- Four workers on one PostgreSQL journal: killed, and the database restarted under them.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local drained = require "credenco.journal.drained"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local journal_settle = require "credenco.journal.settle"
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"
local postgres = require "spec.pipeline.postgres"
local wait = require "spec.support.wait"

local WORKERS = 4

describe("workers that share a PostgreSQL journal", function()
  local server, world

  setup(function()
    server = postgres.start()
    world = ordeal.start { records = 400 }
    world.journal = server:database()
  end)

  teardown(function()
    world:stop()
    server:stop()
  end)

  local function totals()
    local held = assert(journal.open(world.journal))
    local result = assert(journal_report.totals(held.db, "companies"))
    held:close()
    return result
  end

  local function start_all(event, count)
    local workers = {}
    for i = 1, WORKERS do workers[i] = world:spawn("work", event, count) end
    return workers
  end

  local function wait_for_all(workers)
    local codes = {}
    for i, worker in ipairs(workers) do codes[i] = world:finished(worker) end
    return codes
  end

  it("issue each record once, while they are killed and the database is restarted", function()
    assert.equal(0, world:run("load"), world:said())
    assert.equal(400, totals().pending)
    world:faults(points.FAULTS)
    assert.same({ "killed", "killed", "killed", "killed" }, wait_for_all(start_all("after push_offer", 5)))
    assert.same({ "killed", "killed", "killed", "killed" }, wait_for_all(start_all("before commit", 4)))
    local workers = start_all()
    wait.until_true(function() return totals().issued > 60 end)
    server:restart()
    for _, code in ipairs(wait_for_all(workers)) do assert.equal(9, code, world:said()) end
    assert.same({ 0, 0, 0, 0 }, wait_for_all(start_all()), world:said())
    assert.equal(400, totals().issued)
    assert.equal("each once", world:verdict())
  end)

  describe("of a workflow whose steps are changed", function()
    local function step(template) return { template_id = template, claims = claims.map { id = "id" } } end
    local old, new = { step "a", step "b" }, { step "b", step "a" }
    local bench, url

    before_each(function()
      bench, url = bench_of_one.new(), server:database()
      bench.journal = url
    end)
    after_each(function() bench:close() end)

    local function work(steps)
      return bench:run(nil, { mode = "work", workflow = { steps = steps } })
    end

    it("are not let in beside those that have the old ones", function()
      assert(bench:run(bench_of_one.records(1), { mode = "load", workflow = { steps = old } }))
      local refused
      bench.script.create_offer = { function(args, good)
        local beside = assert(journal.open(url))
        refused = select(2, beside:join(bench:workflow { steps = new }, true))
        beside:close()
        return good(args)
      end }
      assert(work(old))
      assert.matches("another worker", refused)
      assert.equal(2, #bench.wallet)
    end)

    it("are let in once the others are gone", function()
      assert(bench:run(bench_of_one.records(1), { mode = "load", workflow = { steps = old } }))
      assert(work(old))
      assert.equal(1, assert(work(new)).totals.issued)
    end)

    it("are let in one after the other, also when all of them are the first", function()
      local first, second = assert(journal.open(url)), assert(journal.open(url))
      local workflow_of = function(steps) return bench:workflow { steps = steps } end
      assert(first:join(workflow_of(old), true))
      local scope, problem = second:join(workflow_of(new), true)
      assert.is_nil(scope)
      assert.matches("another worker", problem)
      first:close() -- the server gives its lock back once it has noticed
      assert.truthy(wait.until_true(function() return second:join(workflow_of(new), true) ~= nil end))
      second:close()
    end)
  end)

  describe("let one of them count the issued records:", function()
    local ALL = { input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }
    local bench, beside, scope

    before_each(function()
      bench = bench_of_one.new()
      bench.journal = server:database()
      assert(bench:run(bench_of_one.records(3), { mode = "load" }))
      beside = assert(journal.open(bench.journal))
      scope = assert(beside:join(bench:workflow(), true))
    end)
    after_each(function()
      beside:close()
      bench:close()
    end)

    local function work(options)
      local given = { mode = "work" }
      for name, value in pairs(options or {}) do given[name] = value end
      return assert(bench:run(nil, given)).totals
    end

    it("the first that finds nothing open, although others are there", function()
      assert.same(ALL, work())
    end)

    it("not one that finds nothing open after another one did", function()
      bench.script.create_offer = { function(args, good)
        assert(drained.note(beside.db, scope, tostring(2 ^ 40)))
        return good(args)
      end }
      assert.same({ failed = 0, unknown = 0, skipped = 0, pending = 0 }, work())
    end)

    it("the last to leave, if records stay open", function()
      local function stop(run) run:stop "interrupted" end
      assert.same({ failed = 0, unknown = 0, skipped = 0, pending = 3 }, work { begun = stop })
      beside:close() -- the server gives its lock back once it has noticed
      assert.truthy(wait.until_true(function() return work { begun = stop }.input == 3 end))
    end)
  end)

  it("accept a person's decision about a record", function()
    local held = assert(journal.open(server:database()))
    local db = held.db
    local function put(state, step)
      assert(db:execute("DELETE FROM credenco_record"))
      assert(db:execute([[INSERT INTO credenco_record (workflow, key, copy, run, line, state, step, input, updated)
        VALUES ('w', '1', '', 1, 1, ?, ?, 'line', 0)]], state, step))
    end
    local cases = {
      { "unknown", 1, "issued", { "pending", 2, "line" } },
      { "unknown", 2, "issued", { "issued", 2 } },
      { "unknown", 1, "failed", { "failed", 1, "line" } },
      { "failed", 1, "skipped", { "skipped", 1 } },
    }
    for _, case in ipairs(cases) do
      put(case[1], case[2])
      assert.equal(1, assert(journal_settle.settle(db, "w", case[3], { key = "1" }, 2)))
      assert.same(case[4], assert(db:row "SELECT state, step, input FROM credenco_record"))
    end
    held:close()
  end)

  it("keep a reason of any bytes", function()
    local bench = bench_of_one.new()
    bench.journal = server:database()
    local why = "caf\195, NUL \0 and \255"
    local result = assert(bench:run(bench_of_one.records(3), { workflow = {
      accept = function(record) return record.id ~= "2", why end,
    } }))
    assert.same({ input = 3, issued = 2, failed = 0, unknown = 0, skipped = 1, pending = 0 }, result.totals)
    local _, found = bench:state_of("2")
    assert.equal(why, found.message)
    bench:close()
  end)

  it("can be fed from a query, whose rows come through a cursor as they are", function()
    local database = require "credenco.journal.database"
    local source = require "credenco.pipeline.source"
    local url = server:database()
    local db = assert(database.open(url))
    assert(db:execute "CREATE TABLE company (id BIGINT, name TEXT, founded DATE, tags TEXT[])")
    assert(db:execute [[INSERT INTO company
      SELECT 9007199254740000 + n, 'a "b" ' || n, DATE '2024-02-29', ARRAY['x', 'y'] FROM generate_series(1, 991) n]])
    db:close()
    local opened = assert(source.open(url, { query = "SELECT * FROM company ORDER BY id" }))
    local count, last = 0, nil
    for item in opened.next, opened do
      count, last = count + 1, item.record
    end
    opened:close()
    assert.equal(991, count)
    assert.same({ id = 9007199254740991, name = 'a "b" 991', founded = "2024-02-29", tags = { "x", "y" } }, last)
    local _, err = source.open(url, { query = "SELECT * FROM nowhere" })
    assert.matches("nowhere", err)
  end)

  it("keep one rate together", function()
    local workers = require "credenco.journal.workers"
    local held = assert(journal.open(world.journal))
    local other = assert(journal.open(world.journal))
    local first = assert(workers.reserve(held.db, "paced", 10))
    local second = assert(workers.reserve(other.db, "paced", 10))
    assert.is_true(first > 9 and first <= 10)
    assert.is_true(second > 18 and second <= 20)
    for _, db in ipairs { held.db, other.db } do assert(workers.pause(db, "asked to wait", 10)) end
    local third = assert(workers.reserve(held.db, "asked to wait", 1))
    assert.is_true(third > 9 and third <= 11)
    held:close()
    other:close()
  end)
end)
