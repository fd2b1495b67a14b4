-- A run as a whole: what it reads, remembers, counts, and how it ends.
local bench_of_one = require "spec.pipeline.bench_of_one"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.overview"
local loop = require "credenco.loop"
local pipeline = require "credenco.pipeline"
local source = require "credenco.pipeline.source"
local uv = require "luv"

local always, err, records = bench_of_one.always, bench_of_one.err, bench_of_one.records

describe("a run", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  it("that cannot use its journal gives an error that prints as one line", function()
    local company = assert(require "credenco.workflow".load "spec/pipeline/company.lua")
    local result, problem = pipeline.load { workflow = company,
      journal = bench.folder .. "/nowhere/x.journal", source = {} }
    assert.is_nil(result)
    assert.equal("journal", problem.code)
    assert.equal(problem.message, tostring(problem))
  end)

  it("begins with records that have an offer, before that is too old", function()
    bench.script.push_offer = { function()
      bench.running:stop "interrupted"
      return nil, err("connect_failed", "no")
    end }
    assert(bench:run_csv("id,wallet\n1,a\n"))
    assert(bench:run_csv("id,wallet\n2,b\n", { mode = "load", file = "more.csv" }))
    assert.same({ "offered", "pending" }, { (bench:state_of "1"), (bench:state_of "2") })
    bench:restart()
    assert.equal(3, assert(bench:run_csv("id,wallet\n3,c\n", { concurrency = 1, file = "yet more.csv" })).totals.issued)
    assert.same({ "1", "3", "2" }, bench.wallet)
  end)

  it("gives on_failed an error with code, step and message, which prints as a line", function()
    local heard
    bench.script.create_offer = { err "rejected" }
    assert(bench:run(records(1), { workflow = { on_failed = function(_, problem) heard = problem end } }))
    assert.same({ "rejected", "create_offer", "it said rejected" }, { heard.code, heard.step, tostring(heard) })
  end)

  it("has counts that add up, with every kind of end", function()
    bench.script.push_offer = { err("not_found"), err("timeout", "unknown"), err("rejected"), err("rejected") }
    local result = assert(bench:run(records(6), { concurrency = 1, attempts = 1, workflow = {
      accept = function(r) return r.id ~= "6" end } }))
    local t = result.totals
    assert.equal(t.input, t.issued + t.failed + t.unknown + t.skipped + t.pending)
    assert.equal(6, t.input)
    local causes = bench:ask(function(db) return journal_report.causes(db, "w", 10) end)
    local sum = 0
    for _, cause in ipairs(causes) do sum = sum + cause.count end
    assert.equal(t.failed + t.unknown + t.skipped, sum)
  end)

  it("lists every problem, also those at one line of a file that was edited in place", function()
    bench.script.create_offer = always(err("rejected"))
    assert(bench:run(records(501), { keep_going = true }))
    bench:ask(function(db) return db:execute "UPDATE credenco_record SET line = 1" end)
    local listed = bench:ask(function(db)
      local count = 0
      for _ in journal_report.each_problem(db, "w") do count = count + 1 end
      return count
    end)
    assert.equal(501, listed)
  end)

  it("reports to a list of problems that the journal failed meanwhile", function()
    bench.script.create_offer = always(err("rejected"))
    assert(bench:run(records(501), { keep_going = true }))
    local listed = bench:ask(function(db)
      local pages = { rows = function(self, ...)
        self.read = (self.read or 0) + 1
        if self.read > 1 then return nil, "database gone" end
        return db:rows(...)
      end }
      local count = 0
      for problem, list_err in journal_report.each_problem(pages, "w") do
        if not problem then return { count = count, err = list_err } end
        count = count + 1
      end
      return { count = count }
    end)
    assert.same({ count = 500, err = "database gone" }, listed)
  end)

  it("stops at the number of failures it may have", function()
    bench.script.create_offer = always(err("rejected"))
    local result = assert(bench:run(records(2000), { max_failures = { count = 10 }, concurrency = 1 }))
    assert.equal("failures", result.stopped)
    assert.is_true(result.totals.failed > 10 and result.totals.failed < 200)
  end)

  it("stops when its first records all failed alike, and gives the reason", function()
    bench.script.create_offer = always(err("not_found"))
    local result = assert(bench:run(records(2000), { concurrency = 1 }))
    assert.equal("alike", result.stopped)
    assert.equal("the first 20 records all failed alike, with not_found at create_offer: it said not_found",
      result.err.message)
    assert.is_true(result.totals.failed >= 20 and result.totals.failed < 100)
    bench:restart()
    assert.equal(2000, assert(bench:run(records(2000))).totals.issued + result.totals.failed)
  end)

  it("continues if one of the first records did not fail, or failed for another reason, or with keep_going", function()
    local function failing(odd)
      local scripted = { [19] = odd }
      return setmetatable(scripted, { __index = function() return err("rejected") end })
    end
    for name, case in pairs {
      issued = { failing(function(args, good) return good(args) end) },
      ["another cause"] = { failing(err("not_found")) },
      ["told to"] = { failing(nil), true },
    } do
      bench:restart()
      bench.script.create_offer = case[1]
      local result = assert(bench:run(records(50), { concurrency = 1, keep_going = case[2],
        workflow = { name = name } }))
      assert.is_nil(result.stopped, name)
      assert.equal(50, result.counts:done(), name)
    end
  end)

  it("continues if lines that cannot be read follow the first records", function()
    local lines = records(5)
    for i = 6, 40 do lines[i] = { wallet = "w" } end
    local result = assert(bench:run(lines))
    assert.is_nil(result.stopped)
    assert.same({ 5, 35 }, { result.totals.issued, result.totals.failed })
  end)

  it("counts lines that cannot be read, and records that the workflow skips", function()
    local lines = {}
    for i = 1, 30 do lines[i] = { id = "" } end
    assert.equal("alike", assert(bench:run(lines)).stopped)
    local unwanted = assert(bench:run(records(30), { workflow = { accept = function() return false end } }))
    assert.is_nil(unwanted.stopped)
    assert.equal(30, unwanted.totals.skipped)
  end)

  it("stops at the share of failures it may have, once there are enough to tell", function()
    local calls = 0
    bench.script.create_offer = always(function(args, good)
      calls = calls + 1
      if calls % 2 == 0 then return nil, err("rejected") end
      return good(args)
    end)
    local result = assert(bench:run(records(2000), { max_failures = { share = 0.25 }, concurrency = 1 }))
    assert.equal("failures", result.stopped)
    assert.is_true(result.counts:done() >= 50 and result.counts:done() < 300)
  end)

  it("stops at once when the credentials are refused, and leaves the records open", function()
    bench.script.create_offer = always(err("unauthorized"))
    local result = assert(bench:run(records(50), { concurrency = 1 }))
    assert.equal("refused", result.stopped)
    assert.equal(0, result.totals.failed)
    assert.is_true(result.totals.pending > 0)
  end)

  it("stops when the server has been out of reach for its patience, and fails no record for it", function()
    bench.script.create_offer = always(err("connect_failed", "no"))
    local result = assert(bench:run(records(50), { patience_ms = 300 }))
    assert.equal("outage", result.stopped)
    assert.equal(0, result.totals.failed)
    bench:restart()
    assert.equal(50, assert(bench:run(records(50))).totals.issued)
  end)

  it("takes a server that refuses for one that works", function()
    local down = err("connect_failed", "no")
    bench.script.create_offer = always(err("rejected", "rejected", { http_status = 400 }))
    bench.script.create_offer = setmetatable({ down, [60] = function()
      loop.sleep(400)
      return nil, down
    end }, getmetatable(bench.script.create_offer))
    local result = assert(bench:run(records(100), { patience_ms = 300, concurrency = 1, keep_going = true }))
    assert.is_nil(result.stopped)
    assert.equal(100, result.totals.failed)
  end)

  it("waits as long as the server says after a 429, and then sends the record again", function()
    bench.script.create_offer = { err("rate_limited", "rejected", { retry_after_ms = 30 }) }
    local result = assert(bench:run(records(1)))
    assert.equal(2, #bench.calls.create_offer)
    assert.equal(1, result.totals.issued)
  end)

  it("ends for the first of two reasons, and with the first of two errors of its caller", function()
    bench.script.create_offer = { function()
      bench.running:stop("outage", err "first")
      bench.running:stop("refused", err "second")
      for _, name in ipairs { "one", "another" } do
        bench.running:tell(function() error(name .. " error", 0) end)
      end
      return nil, err("connect_failed", "no")
    end }
    local ok, problem = pcall(bench.run, bench, records(1))
    assert.is_false(ok)
    assert.matches("^one error", tostring(problem))
    assert.same({ "outage", "first" }, { bench.running.stopping, bench.running.stop_error.code })
  end)

  it("ends its tasks when the source throws", function()
    local list, i = records(500), 0
    local broken = { name = "s", format = "records", close = function() end, next = function()
      i = i + 1
      if i > 400 then error("out of order", 0) end
      return { line = i, raw = list[i].id .. "\n", record = list[i] }
    end }
    local ok, problem = pcall(bench.run, bench, nil, { source = broken })
    assert.is_false(ok)
    assert.matches("^out of order", problem)
    for _ = 1, 20 do loop.sleep(5) end -- what was in flight has nobody to tell
    assert.is_true(assert(bench:run(records(3), { keep_going = true })).totals.issued >= 3) -- the journal's lock is free again
  end)

  for _, name in ipairs { "on_tick", "on_warning" } do
    it("ends its tasks when " .. name .. " throws, after the requests in flight", function()
      local changes = { workflow = { on_issued = function() error("a warning") end } }
      changes[name] = function() error("no terminal", 0) end
      local ok, problem = pcall(bench.run, bench, records(3000), changes)
      assert.is_false(ok)
      assert.matches("^no terminal", problem)
      local rest = assert(bench:run(nil, { mode = "run" })) -- the journal's lock is free again
      assert.equal(#bench.wallet, rest.totals.issued)
      assert.equal(0, rest.totals.pending)
    end)
  end

  it("calls on_tick no more when it has ended", function()
    local ticks = 0
    assert(bench:run(records(1), { watch_ms = 1, on_tick = function() ticks = ticks + 1 end }))
    local counted = ticks
    loop.sleep(10) -- longer than watch_ms
    assert.equal(counted, ticks)
  end)

  it("that is interrupted finishes requests in flight and starts nothing more", function()
    bench.script.push_offer = { function(args, good)
      bench.running:stop("interrupted")
      return good(args)
    end }
    local result = assert(bench:run(records(1000), { concurrency = 2 }))
    assert.equal("interrupted", result.stopped)
    assert.is_true(result.totals.issued >= 1 and result.totals.issued < 1000)
    assert.equal(#bench.wallet, result.totals.issued)
    bench:restart()
    assert.equal(1000, assert(bench:run(records(1000))).totals.issued)
    assert.equal(1000, #bench.wallet)
  end)

  it("that is interrupted asks for no offer whose request has not begun", function()
    bench.script.create_offer = always(function(args, good)
      while #bench.calls.create_offer < 4 do loop.sleep(1) end
      bench.running:stop("interrupted")
      return good(args)
    end)
    local result = assert(bench:run(records(200), { concurrency = 4 }))
    assert.equal(4, #bench.calls.create_offer)
    assert.equal(4, result.totals.issued)
  end)

  it("refuses to share a journal file with another run, and the file with other people", function()
    local held = assert(journal.open(bench.journal, { alone = true }))
    local result, failure = bench:run(records(1))
    assert.is_nil(result)
    assert.matches("another run is at work", failure.message)
    held:close()
    assert.equal(384, uv.fs_stat(bench.journal).mode % 512)
  end)

  it("refuses the journal to other processes under every name, also after this one asked for it again", function()
    local link, program = bench.folder .. "/link", bench.folder .. "/other.lua"
    files.write(program, [[
      local _, err = require "credenco.journal".open(arg[1], { alone = true })
      print(err or "opened")]])
    local function another(path)
      local output = assert(io.popen(("script/lua %s %s 2>&1"):format(program, path)))
      local said = output:read("*a")
      output:close()
      return said
    end
    local held = assert(journal.open(bench.journal, { alone = true }))
    assert.is_nil((journal.open(bench.journal, { alone = true })))
    assert(uv.fs_symlink(bench.journal, link))
    assert.matches("another run is at work", another(bench.journal))
    assert.matches("another run is at work", another(link))
    held:close()
    assert.matches("opened", another(link))
  end)

  it("stops cleanly when the journal cannot be written any more, and loses nothing by it", function()
    bench.script.push_offer = { [20] = function(args, good)
      bench.running.db.execute = function() return nil, "database or disk is full" end
      return good(args)
    end }
    local result = assert(bench:run(records(200), { concurrency = 4 }))
    assert.equal("journal", result.stopped)
    assert.matches("disk is full", result.err.message)
    bench:restart()
    assert.equal(200, assert(bench:run(records(200))).totals.issued)
    assert.equal(200, #bench.wallet)
  end)

  it("says that the journal failed also when that shows at the very end", function()
    local totals = journal_report.totals
    finally(function() journal_report.totals = totals end)
    journal_report.totals = function() return nil, "the connection broke" end
    local result = assert(bench:run(records(2)))
    assert.equal("journal", result.stopped)
    assert.equal("the connection broke", result.err.message)
    assert.is_nil(result.totals)
  end)

  it("stops when something else than the writer finds the journal gone, also while records wait for it", function()
    bench.script.create_offer = always(function(args, good)
      bench.running.writer.is_idle = function() return false end
      loop.spawn(function()
        loop.sleep(1)
        bench.running:journal_failed("the database went away")
      end)
      return good(args)
    end)
    local ended
    loop.spawn(function() ended = assert(bench:run(records(3))) end)
    local gives_up_ms = loop.now_ms() + 60000
    while not ended and loop.now_ms() < gives_up_ms do loop.turn(10) end
    assert.truthy(ended)
    assert.equal("journal", ended.stopped)
    assert.equal(0, #bench.calls.push_offer)
  end)

  it("says when a source breaks off, and continues it later", function()
    local function breaking()
      local i = 0
      return function()
        i = i + 1
        if i == 3 then error "the cable was pulled" end
        return { id = tostring(i), wallet = "w" }
      end
    end
    local result = assert(bench:run(breaking()))
    assert.equal("source", result.stopped)
    assert.matches("the cable was pulled", result.err.message)
    assert.is_false(result.complete)
  end)

  it("takes records as an array or an iterator, without a source made of them", function()
    local bare, at = records(6), 3
    local function run_on(given) return assert(bench:run(nil, { source = given })) end
    assert.equal(3, run_on({ bare[1], bare[2], bare[3] }).totals.issued)
    assert.equal(6, run_on(function()
      at = at + 1
      return bare[at]
    end).totals.issued)
  end)

  it("reads the rows of a query, integers and text as they are", function()
    local database = require "credenco.journal.database"
    local db = assert(database.open(bench.folder .. "/register.db"))
    assert(db:execute "CREATE TABLE company (id INTEGER, wallet TEXT, name TEXT)")
    assert(db:execute "INSERT INTO company VALUES (9007199254740991, 'w', 'a''b\"c'), (3000000000, 'w', NULL)")
    db:close()
    local opened = assert(source.open(bench.folder .. "/register.db", { query = "SELECT * FROM company ORDER BY id;" }))
    local first, second = opened:next(), opened:next()
    assert.is_nil((opened:next()))
    opened:close()
    assert.equal(3000000000, first.record.id)
    assert.equal(9007199254740991, second.record.id)
    assert.equal('a\'b"c', second.record.name)
  end)
end)

describe("a run that is called wrongly", function()
  local whole = require("credenco.workflow").new {
    name = "w", template_id = "t", key = "id", wallet_key = "wallet", claims = function(record) return record end,
  }
  local mistakes = {
    { "run", {}, "pipeline.run: client is missing" },
    { "work", {}, "pipeline.work: client is missing" },
    { "load", {}, "pipeline.load: source is missing" },
    { "run", { client = {}, workflow = { name = "w" } }, "workflow must be a workflow from workflow.load or workflow.new" },
    { "run", { client = {}, max_failures = { number = 3 } }, "max_failures must be { count = 20 } or { share = 0.05 }" },
  }
  for _, mistake in ipairs(mistakes) do
    local mode, changes, message = mistake[1], mistake[2], mistake[3]
    it("throws at its caller: " .. message, function()
      local given = { workflow = whole, journal = "/nowhere/j.journal" }
      for name, value in pairs(changes) do given[name] = value end
      local ok, problem = pcall(function() return (pipeline[mode](given)) end)
      assert.is_false(ok)
      assert.matches("^spec/pipeline/run_spec.lua:%d+: ", problem)
      assert.truthy(problem:find(message, 1, true), problem)
    end)
  end
end)
