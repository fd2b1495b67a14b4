-- The turns of workers that wait for a processor longer than they run.
local bench_of_one = require "spec.pipeline.bench_of_one"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local loop = require "credenco.loop"
local postgres = require "spec.pipeline.postgres"
local turns = require "credenco.pipeline.turns"
local uv = require "luv"
local wait = require "spec.support.wait"

-- Turns that somebody has. The locks of the connections of one worker are shared ones.
local EXCLUSIVE = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'"

describe("turns of workers on one machine", function()
  local NAME, COUNT = turns.name "w", uv.available_parallelism()
  local processor_times = turns.processor_times
  local server, url, db, others, run, looks, on_look

  -- What a worker does while it waits for a turn.
  local function sleep()
    looks = looks + 1
    on_look()
    return not run.stopping
  end

  setup(function()
    server = postgres.start()
    url = server:database()
  end)
  teardown(function() server:stop() end)

  before_each(function()
    db, others, looks, on_look = assert(database.open(url)), {}, 0, function() end
    run = { sleep = sleep, journal_failed = function(self, err) self.stopping, self.err = "journal", err end }
  end)
  after_each(function()
    turns.processor_times = processor_times
    db:close()
    for _, other in ipairs(others) do other:close() end
  end)

  -- Lets other workers take all turns.
  local function take_all()
    local taken = {}
    for i = 1, COUNT do
      others[i] = assert(database.open(url))
      taken[i] = db.dialect.take_turn(others[i], NAME, COUNT)
    end
    return taken
  end

  -- From now on this process waits so many times as long as it runs.
  local function wait_times_as_long(waits)
    local ran_ns = 0
    turns.processor_times = function()
      ran_ns = ran_ns + 1e6
      return ran_ns, waits * ran_ns
    end
  end

  local function worker(waits)
    wait_times_as_long(waits)
    return turns.new(db, "w")
  end

  it("are one for each processor, and others for each workflow", function()
    for i, turn in ipairs(take_all()) do assert.equal(i, turn) end
    assert.is_false(db.dialect.take_turn(db, NAME, COUNT))
    assert.equal(1, db.dialect.take_turn(db, turns.name "another", 1))
  end)

  it("are the same for all that have this machine's processors, whatever their host name", function()
    assert.equal(files.read("/proc/sys/kernel/random/boot_id"):match "%S+", NAME:match "%S+")
  end)

  it("are free again when a worker gives its turn back, or its connection ends", function()
    local taken = take_all()
    assert(db.dialect.give_turn(others[COUNT], NAME, taken[COUNT]))
    assert.equal(taken[COUNT], db.dialect.take_turn(db, NAME, COUNT))
    assert(db.dialect.give_turn(db, NAME, taken[COUNT]))
    local freed = table.remove(others, 1)
    freed:close()
    assert.truthy(wait.until_true(function() return db.dialect.take_turn(db, NAME, 1) == 1 end))
  end)

  it("need not be taken by a worker that runs longer than it waits", function()
    take_all()
    local mine = worker(0.5)
    assert.is_true(mine:wait(run))
    assert.same({ 0 }, { looks, mine.turn })
  end)

  it("are waited for by a worker that waits longer than it runs", function()
    local taken = take_all()
    on_look = function()
      if looks == 3 then assert(db.dialect.give_turn(others[1], NAME, taken[1])) end
    end
    local mine = worker(2)
    assert.is_true(mine:wait(run))
    assert.same({ 3, taken[1] }, { looks, mine.turn })
  end)

  -- This worker has a turn, and has used a processor for a share of the second since its last check.
  local function worker_that_used(share)
    local mine = worker(2)
    assert.is_true(mine:wait(run))
    assert.is_truthy(mine.turn)
    turns.processor_times = function() return mine.ran_ns + share * 1e9, mine.waited_ns end
    mine.check_ms = loop.now_ms() - 1
    return mine
  end

  it("are kept by a worker that needs a processor", function()
    local mine = worker_that_used(0.5)
    local turn = mine.turn
    mine:review(run)
    assert.is_true(mine:wait(run))
    assert.same({ turn, 0 }, { mine.turn, looks })
  end)

  it("are given back by a worker that waits for the network, and it waits for another one later", function()
    local mine = worker_that_used(0.1)
    mine:review(run)
    assert.is_nil(mine.turn)
    assert.equal(COUNT, #take_all())
    turns.processor_times = function() return mine.ran_ns + 1e6, mine.waited_ns + 2e6 end
    on_look = function() run.stopping = "interrupted" end
    assert.is_false(mine:wait(run))
    assert.equal(1, looks)
  end)

  -- Runs a worker whose first request waits until no worker has a turn; true if that comes.
  local function wait_in_a_request(records, watch_ms)
    local bench, held = bench_of_one.new(), nil
    bench.journal = server:database()
    assert(bench:run(bench_of_one.records(records), { mode = "load" }))
    bench.script.create_offer = { function(args, good)
      others[1] = assert(database.open(bench.journal))
      local until_ms = loop.now_ms() + 30000
      repeat
        loop.sleep(10)
        held = others[1]:row(EXCLUSIVE)[1]
      until held == "0" or loop.now_ms() > until_ms
      return good(args)
    end }
    wait_times_as_long(2)
    assert(bench:run(nil, { mode = "work", concurrency = 1, watch_ms = watch_ms }))
    bench:close()
    return held == "0"
  end

  it("end when there is nothing to take, although records are at work", function()
    local never_ms = 1000000
    assert.is_true(wait_in_a_request(1, never_ms))
  end)

  it("end while there is no room for more records", function()
    assert.is_true(wait_in_a_request(100))
  end)

  it("do not keep a worker from work for ever", function()
    take_all()
    local mine = worker(2)
    assert.is_true(mine:wait(run))
    assert.is_true(looks > 10)
    assert.is_nil(mine.turn)
  end)

  it("are no concern of a worker whose journal is a file", function()
    local mine = turns.new({ dialect = { shared = false } }, "w")
    turns.processor_times = function() error "not asked" end
    assert.is_true(mine:wait(run))
  end)

  it("stop the run if the database fails", function()
    local mine = worker(2)
    server:restart()
    assert.is_false(mine:wait(run))
    assert.is_string(run.err)
  end)
end)
