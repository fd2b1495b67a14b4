-- What workers do with another one's look for open records.
local bench_of_one = require "spec.pipeline.bench_of_one"
local database = require "credenco.journal.database"
local drained = require "credenco.journal.drained"
local journal = require "credenco.journal"
local loop = require "credenco.loop"
local postgres = require "spec.pipeline.postgres"
local turns = require "credenco.pipeline.turns"
local uv = require "luv"
local wait = require "spec.support.wait"

local CONNECTIONS = [[
SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend']]

describe("a look for open records that found nothing", function()
  local processor_times = turns.processor_times
  local server, bench, other, scope

  setup(function() server = postgres.start() end)
  teardown(function() server:stop() end)
  before_each(function()
    bench = bench_of_one.new()
    bench.journal = server:database()
  end)
  after_each(function()
    turns.processor_times = processor_times
    if other then other:close() end
    bench:close()
    other = nil
  end)

  -- Another worker, with some of the loaded records.
  local function load_beside(count, held)
    assert(bench:run(bench_of_one.records(count), { mode = "load" }))
    other = assert(journal.open(bench.journal))
    scope = assert(other:join(bench:workflow(), true))
    assert(other.db:execute("UPDATE credenco_record SET owner = ? WHERE line <= ?", scope.owner, held))
  end

  local function note(looked_at) assert(drained.note(other.db, scope, ("%.17g"):format(looked_at))) end
  local function now() return other.db:row("SELECT {now}")[1] end

  it("ends a worker that never had a record, without a look of its own", function()
    load_beside(1, 1)
    local done = assert(bench:run(nil, { mode = "work", begun = function()
      loop.spawn(function() note(now()) end)
    end }))
    assert.is_true(done.complete)
    assert.same({ failed = 0, unknown = 0, skipped = 0, pending = 0 }, done.totals) -- it does not know of the held one
  end)

  it("does not end a worker that joined later", function()
    load_beside(1, 0)
    note(now())
    local done = assert(bench:run(nil, { mode = "work" }))
    assert.equal(1, done.counts.issued)
  end)

  it("does not end a worker that joined later, if the clock was set back since then", function()
    load_beside(1, 0)
    note(now() + 3600)
    local done = assert(bench:run(nil, { mode = "work" }))
    assert.same({ 1, 1 }, { done.counts.issued, done.totals.issued })
  end)

  it("does not end a worker that had a record", function()
    load_beside(2, 1)
    bench.script.create_offer = { function(args, good)
      note(now())
      assert(other.db:execute "UPDATE credenco_record SET owner = NULL WHERE line = 1")
      return good(args)
    end }
    local done = assert(bench:run(nil, { mode = "work" }))
    assert.equal(2, done.counts.issued)
  end)

  it("does not end a worker whose only record another one took", function()
    load_beside(2, 1)
    bench.script.create_offer = { function(args, good)
      note(now())
      assert(other.db:execute("UPDATE credenco_record SET owner = ? WHERE line = 2", scope.owner))
      assert(other.db:execute "UPDATE credenco_record SET owner = NULL WHERE line = 1")
      return good(args)
    end, function(args, good)
      assert(other.db:execute "UPDATE credenco_record SET owner = NULL WHERE line = 2")
      return good(args)
    end }
    local done = assert(bench:run(nil, { mode = "work" }))
    assert.same({ 1, 2 }, { done.counts.open, done.counts.issued })
  end)

  it("does not end a worker that reads a source, in which a record may be open since then", function()
    load_beside(1, 1)
    local lines = bench_of_one.records(1)
    local function read()
      assert(other.db:execute "UPDATE credenco_record SET owner = NULL")
      return table.remove(lines)
    end
    local done = assert(bench:run(read, { begun = function() note(now()) end }))
    assert.same({ 1, 1 }, { done.counts.waiting, done.counts.issued })
  end)

  -- A worker that is stopped while it has a record, and nothing is left to take.
  local function stopped_at_work(before_stop)
    load_beside(1, 0)
    bench.script.create_offer = { function()
      while not bench.running.bounds.all_wanted do loop.sleep(1) end
      before_stop()
      bench.running:stop "interrupted"
      return nil, bench_of_one.err("connect_failed", "no")
    end }
    return assert(bench:run(nil, { mode = "work" }))
  end

  it("is not noted by a worker that was stopped: others take the record that it gives back", function()
    stopped_at_work(function() end)
    assert.is_false(drained.since(other.db, scope))
  end)

  it("does not hide the record that a stopped worker gives back", function()
    local done = stopped_at_work(function() note(now()) end)
    assert.equal(1, done.totals.pending)
  end)

  it("is noted by the worker that made it, with a time before it", function()
    load_beside(1, 0)
    local before = now()
    assert(bench:run(nil, { mode = "work" }))
    local after = now()
    local function ends(joined_at)
      return drained.since(other.db, { workflow = "w", joined_at = joined_at, drained_at = false })
    end
    assert.same({ true, false }, { ends(before), ends(after) })
  end)

  it("finds a worker that waits for a turn with one connection, and awake once a second", function()
    load_beside(1, 1)
    local ran_ns, has_one_connection, interval_ms = 0, nil, nil
    turns.processor_times = function()
      ran_ns = ran_ns + 1e6
      return ran_ns, 2 * ran_ns
    end
    local holders = {}
    for i = 1, uv.available_parallelism() do
      holders[i] = assert(database.open(bench.journal))
      assert(holders[i].dialect.take_turn(holders[i], turns.name "w", #holders))
    end
    assert(bench:run(nil, { mode = "work", begun = function(run)
      local sleep = run.sleep
      run.sleep = function(...)
        note(now())
        interval_ms = run:watch_interval_ms()
        -- that of the load may end late
        has_one_connection = has_one_connection or wait.until_true(function()
          return other.db:row(CONNECTIONS)[1] == #holders + 2
        end)
        for _, holder in ipairs(holders) do holder:close() end
        return sleep(...)
      end
    end }))
    assert.is_true(has_one_connection)
    assert.is_nil(bench.running.writer.executor.executing) -- it never needed the second one
    assert.same({ 1000, 5 }, { interval_ms, bench.running:watch_interval_ms() })
  end)
end)
