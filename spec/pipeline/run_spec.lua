-- A run as a whole: what it reads, remembers, counts, and how it ends.
local bench_of_one = require "spec.pipeline.bench_of_one"
local bytes = require "credenco.pipeline.source.bytes"
local claims = require "credenco.claims"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local journal_report = require "credenco.journal.report"
local journal_retry = require "credenco.journal.retry"
local journal_settle = require "credenco.journal.settle"
local loop = require "credenco.loop"
local pipeline = require "credenco.pipeline"
local source = require "credenco.pipeline.source"
local uv = require "luv"
local workers = require "credenco.journal.workers"

local err, records = bench_of_one.err, bench_of_one.records
local LEASE_S = workers.LEASE_S

local function sorted(list)
  table.sort(list)
  return list
end

local function always(entry)
  return setmetatable({}, { __index = function() return entry end })
end

describe("a run", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function run_csv(text, options)
    local path = bench.folder .. "/" .. ((options and options.file) or "in.csv")
    files.write(path, text)
    options = options or {}
    options.file = nil
    options.source = assert(source.open(path))
    return bench:run(nil, options)
  end

  it("that cannot use its journal gives an error that prints as one line", function()
    local company = assert(require "credenco.workflow".load "spec/pipeline/company.lua")
    local result, problem = pipeline.load { workflow = company,
      journal = bench.folder .. "/nowhere/x.journal", source = {} }
    assert.is_nil(result)
    assert.equal("journal", problem.code)
    assert.equal(problem.message, tostring(problem))
  end)

  it("issues nothing a second time when it is run again", function()
    assert(bench:run(records(300)))
    bench:restart()
    local result = assert(bench:run(records(300)))
    assert.equal(0, #bench.calls.create_offer)
    assert.equal(300, result.counts.known)
    assert.same({ input = 300, issued = 300, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
  end)

  it("goes on where it was stopped, without the records it has done", function()
    local stopped = assert(bench:run(records(300), { limit = 100 }))
    assert.is_false(stopped.complete)
    bench:restart()
    local result = assert(bench:run(records(300)))
    assert.equal(200, #bench.calls.create_offer)
    assert.equal(300, result.totals.issued)
    assert.equal(0, result.counts.resumed)
  end)

  it("tells what it took up from the journal from what was done before", function()
    assert(bench:run(records(30), { limit = 10 }))
    bench:restart()
    assert(bench:run(records(20), { mode = "load" }))
    local counts = assert(bench:run(records(30))).counts
    assert.same({ 20, 20, 10 }, { counts.issued, counts.known, counts.resumed })
  end)

  it("leaves out lines that repeat a key, and says so, also when it is run again", function()
    local text = "id,wallet\n1,a\n2,b\n1,c\n1,a\n"
    local result = assert(run_csv(text))
    assert.same({ "1", "2" }, bench.wallet)
    assert.equal(2, result.counts.duplicates)
    assert.equal(2, result.totals.skipped)
    assert.equal(4, result.totals.input)
    assert.same({ input = 4, issued = 2, failed = 0, unknown = 0, skipped = 2, pending = 0 }, assert(run_csv(text)).totals)
    local _, found = bench:state_of "1"
    assert.equal(2, found.line) -- still the line that was issued, and not one that repeats it
  end)

  it("corrects no failed record by a line of the same file that repeats its key", function()
    bench.script.push_offer = { err("not_found") }
    local text = "id,wallet\n1,a\n1,b\n"
    assert(run_csv(text))
    local again = assert(run_csv(text))
    assert.same({ 2, 0 }, { again.counts.known, again.counts.corrected })
    assert.same({ 1, 0 }, { again.totals.failed, again.totals.issued })
    local corrected = assert(run_csv("id,wallet\n2,c\n1,b\n"))
    assert.equal(1, corrected.counts.corrected) -- its own line is another one's now: this is where it is
    local wallets = {}
    for i = 2, #bench.calls.push_offer do wallets[i - 1] = bench.calls.push_offer[i].wallet_key end
    assert.same({ "b", "c" }, sorted(wallets))
  end)

  it("corrects none by such a line that is read much later, either", function()
    bench.script.push_offer = { err("not_found") }
    local lines = { "id,wallet", "x,a" }
    for i = 1, 900 do lines[#lines + 1] = i .. ",w" end
    lines[#lines + 1] = "x,b"
    local text = table.concat(lines, "\n") .. "\n"
    local first = assert(run_csv(text, { concurrency = 1 }))
    assert.equal(1, first.totals.failed)
    local again = assert(run_csv(text))
    assert.same({ 0, 1, 900 }, { again.counts.corrected, again.totals.failed, again.totals.issued })
  end)

  it("takes a new line that repeats an issued record's key for a duplicate at once", function()
    assert(run_csv("id,wallet\n1,a\n2,b\n"))
    local result = assert(run_csv("id,wallet\n1,a\n2,b\n1,c\n"))
    assert.same({ 2, 1 }, { result.counts.known, result.counts.duplicates })
    local _, found = bench:state_of "1"
    assert.equal(2, found.line)
  end)

  it("counts the lines that correct failed records", function()
    bench.script.push_offer = { err("not_found") }
    local first = assert(run_csv("id,wallet\n1,a\n2,b\n"))
    assert.equal(0, first.counts.corrected)
    local again = assert(run_csv("id,wallet\n1,other\n2,b\n"))
    assert.same({ 2, 1 }, { again.counts.known, again.counts.corrected })
    assert.equal(2, again.totals.issued)
  end)

  it("knows a record by its key when its line has moved", function()
    assert(run_csv("id,wallet\n1,a\n2,b\n"))
    local result = assert(run_csv("id,wallet\n0,z\n1,a\n2,b\n"))
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
    assert.equal(3, #bench.calls.create_offer)
  end)

  it("keeps broken lines with their numbers, and takes a corrected line in their place", function()
    local result = assert(run_csv('id,wallet\n1,a\n2,"b\n3,c\n,d\n'))
    assert.equal(2, result.totals.failed)
    local again = assert(run_csv('id,wallet\n1,a\n2,b\n3,c\n4,d\n'))
    assert.same({ input = 4, issued = 4, failed = 0, unknown = 0, skipped = 0, pending = 0 }, again.totals)
  end)

  it("keeps the broken lines of two files that stand at the same number", function()
    assert(run_csv('id,wallet\n"1,a\n', { file = "a.csv" }))
    assert.equal(2, assert(run_csv('id,wallet\n"2,b\n', { file = "b.csv" })).totals.failed)
    assert.equal(2, assert(run_csv('id,wallet\n"2,b again\n', { file = "b.csv" })).totals.failed)
    local inputs = bench:ask(function(db) return db:rows("SELECT input FROM credenco_record ORDER BY run") end)
    assert.same({ { '"1,a\n' }, { '"2,b again\n' } }, inputs)
  end)

  it("keeps the broken lines of two files of one name", function()
    for _, folder in ipairs { "a", "b" } do assert(uv.fs_mkdir(bench.folder .. "/" .. folder, 448)) end
    local here = uv.cwd()
    finally(function() uv.chdir(here) end)
    uv.chdir(bench.folder .. "/a")
    files.write("in.csv", 'id,wallet\n1,"a\n')
    assert(bench:run(nil, { source = assert(source.open "in.csv") }))
    uv.chdir(bench.folder .. "/b")
    files.write("in.csv", "id,wallet\n2,b\n3,c\n")
    local totals = assert(bench:run(nil, { source = assert(source.open "in.csv") })).totals
    assert.same({ 1, 2 }, { totals.failed, totals.issued })
  end)

  it("keeps a broken line behind which the file ends now, and says which it takes for corrected", function()
    assert(run_csv('id,wallet\n"1,a\n2,b\n"3,c\n'))
    local warnings = {}
    local totals = assert(run_csv("id,wallet\n1,a\n2,b\n", {
      on_warning = function(text) warnings[#warnings + 1] = text end })).totals
    assert.same({ 1, 2 }, { totals.failed, totals.issued })
    assert.equal(1, #warnings)
    assert.matches("in.csv: 1 refused without a key before", warnings[1])
  end)

  it("counts a broken line that it knows as known, and not as another failure", function()
    local text = 'id,wallet\n"1,a\n"2,b\n3,c\n'
    assert(run_csv(text))
    local again = assert(run_csv(text, { max_failures = { count = 1 } }))
    assert.is_nil(again.stopped)
    assert.same({ 3, 0, 2 }, { again.counts.known, again.counts.failed, again.totals.failed })
    local changed = assert(run_csv('id,wallet\n"1,a\n"2,other\n3,c\n'))
    assert.same({ 2, 1, 2 }, { changed.counts.known, changed.counts.failed, changed.totals.failed })
  end)

  it("reads a file that was edited meanwhile as another reading, also when it is as long", function()
    assert(run_csv("id,wallet\n1,a\n2,b\n3,c\n", { limit = 2 }))
    local result = assert(run_csv("id,wallet\n3,c\n2,b\n1,a\n"))
    assert.equal(0, result.counts.duplicates)
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
  end)

  it("has read a file to its end that has no more lines than it may read, or that was read under another name", function()
    assert.same({}, assert(run_csv("id,wallet\n1,a\n2,b\n", { limit = 2 })).unread)
    assert.equal(1, #assert(run_csv("id,wallet\n3,a\n4,b\n", { limit = 1, file = "old.csv" })).unread)
    assert(uv.fs_rename(bench.folder .. "/old.csv", bench.folder .. "/new.csv"))
    local result = bench:run(nil, { source = assert(source.open(bench.folder .. "/new.csv")) })
    assert.same({}, result.unread)
  end)

  it("takes the corrected line of a record that nobody has begun with", function()
    bench.script.create_offer = { err("unauthorized") }
    assert.equal("refused", assert(run_csv("id,wallet\n1,wrong\n2,b\n", { concurrency = 1 })).stopped)
    bench:restart()
    local result = assert(run_csv("id,wallet\n1,right\n2,b\n"))
    assert.same({ 1, 2 }, { result.counts.corrected, result.totals.issued })
    local wallets = {}
    for i, call in ipairs(bench.calls.push_offer) do wallets[i] = call.wallet_key end
    assert.same({ "b", "right" }, sorted(wallets))
  end)

  it("takes the corrected line of a record that a person opened again", function()
    bench.script.push_offer = { err("rejected") }
    assert.equal(1, assert(run_csv("id,wallet\n1,wrong\n")).totals.failed)
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    bench:restart()
    assert.equal(1, assert(run_csv("id,wallet\n1,right\n", { file = "rejects.csv" })).totals.issued)
    assert.equal("right", bench.calls.push_offer[1].wallet_key)
  end)

  it("leaves out a line that repeats the key of one it has not begun with", function()
    local lines = { "id,wallet", "1,a" }
    for i = 2, 900 do lines[i + 1] = i .. ",w" end -- in other batches
    lines[#lines + 1] = "1,b"
    local text = table.concat(lines, "\n") .. "\n"
    assert(run_csv(text, { mode = "load" }))
    local again = assert(run_csv(text .. "\n", { mode = "load" }))
    assert.same({ 901, 0 }, { again.counts.known, again.counts.corrected })
    assert.equal(900, assert(run_csv(text)).totals.issued)
    local wallets = {}
    for _, call in ipairs(bench.calls.push_offer) do wallets[call.wallet_key] = true end
    assert.same({ a = true, w = true }, wallets)
  end)

  it("first works off what has an offer, before that is too old", function()
    bench.script.push_offer = { function()
      bench.running:stop "interrupted"
      return nil, err("connect_failed", "no")
    end }
    assert(run_csv("id,wallet\n1,a\n"))
    assert(run_csv("id,wallet\n2,b\n", { mode = "load", file = "more.csv" }))
    assert.same({ "offered", "pending" }, { (bench:state_of "1"), (bench:state_of "2") })
    bench:restart()
    assert.equal(3, assert(run_csv("id,wallet\n3,c\n", { concurrency = 1, file = "yet more.csv" })).totals.issued)
    assert.same({ "1", "3", "2" }, bench.wallet)
  end)

  it("knows a failed line that has moved to where a repeated one was", function()
    bench.script.push_offer = { err("not_found") }
    assert(run_csv("id,wallet\n1,bad\n1,good\n"))
    local totals = assert(run_csv("id,wallet\n2,c\n1,bad\n1,good\n")).totals
    assert.same({ 1, 1 }, { totals.failed, totals.issued })
  end)

  it("forgets no broken line of a stream when another one comes the same way", function()
    assert(bench:run({ { wallet = "a" } }))
    assert.equal(2, assert(bench:run({ { wallet = "b" } })).totals.failed)
    assert.equal(2, assert(bench:run({ { wallet = "b" } })).totals.failed)
  end)

  it("takes what comes from a query in another order for the same records", function()
    bench.script.create_offer = { err("rejected") }
    local list = records(3)
    assert(bench:run({ list[1], list[2], list[3] }, { limit = 2, concurrency = 1 }))
    local corrected = { id = "1", wallet = "other" }
    local totals = assert(bench:run({ list[3], corrected, list[2] })).totals
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, totals)
  end)

  it("takes a corrected header for a correction of the lines below it, also when it is as long", function()
    assert.equal(2, assert(run_csv("id,walet\n1,a\n2,b\n")).totals.failed)
    assert.equal(2, assert(run_csv("id,wallet\n1,a\n2,b\n")).totals.issued)
    assert(run_csv("key,id,wallet\n3,a,x\n4,b,x\n", { limit = 1, workflow = { key = "key", wallet_key = "none" } }))
    assert(run_csv("key,wallet,id\n3,a,x\n4,b,x\n", { workflow = { key = "key" } }))
    local wallets = { bench.calls.push_offer[3].wallet_key, bench.calls.push_offer[4].wallet_key }
    table.sort(wallets)
    assert.same({ "a", "b" }, wallets)
  end)

  it("reads a kept line with the header that it came below", function()
    assert(run_csv("id,note,wallet\n1,x,a\n2,x,b\n", { mode = "load" }))
    assert(run_csv("id,wallet,note\n3,c,x\n1,a,x\n", { mode = "load", file = "other.csv" }))
    assert(bench:run(nil, { mode = "work" }))
    local wallets = {}
    for _, call in ipairs(bench.calls.push_offer) do wallets[#wallets + 1] = call.wallet_key end
    table.sort(wallets)
    assert.same({ "a", "b", "c" }, wallets)
  end)

  it("reads a kept line below its own header, also when another file has the record too", function()
    assert(run_csv("id,wallet\n1,a\n", { file = "a.csv", mode = "load" }))
    assert(run_csv("wallet,id\nz,9\nb,1\n", { file = "b.csv", mode = "load" }))
    assert(bench:run(nil, { mode = "work" }))
    assert.same({ "1", "9" }, sorted(bench.wallet))
  end)

  it("goes on with an unfinished stream only under the same header", function()
    local function piped(text, limit)
      local stream = bytes.of(text)
      stream.size = nil
      return bench:run(nil, { mode = "load", limit = limit,
        source = assert(source.from_bytes(stream, { name = "standard input" })) })
    end
    assert(piped("id,wallet\n1,a\n2,b\n", 1))
    assert(piped("wallet,id\nc,3\n"))
    assert(bench:run(nil, { mode = "work" }))
    assert.same({ "1", "3" }, sorted(bench.wallet))
  end)

  it("does a failed record again only when its line was corrected, or a person says so", function()
    bench.script.create_offer = { err("rejected") }
    assert(run_csv("id,wallet\n1,a\n"))
    assert(run_csv("id,wallet\n1,a\n"))
    assert.equal(1, #bench.calls.create_offer)
    assert(run_csv("id,wallet\n1,b\n"))
    assert.equal(2, #bench.calls.create_offer)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("opens failed records again by cause or by key", function()
    bench.script.create_offer = { err("rejected"), err("rejected"), err("not_found") }
    assert(bench:run(records(3)))
    local function open(which)
      which.state = "failed"
      return bench:ask(function(db) return journal_retry.open_again(db, "w", which) end)
    end
    assert.equal(1, open { code = "not_found" })
    assert.equal(0, open { key = "nobody" })
    assert.equal(2, open {})
  end)

  it("gives on_failed an error with code, step and message, which prints as a line", function()
    local heard
    bench.script.create_offer = { err "rejected" }
    assert(bench:run(records(1), { workflow = { on_failed = function(_, problem) heard = problem end } }))
    assert.same({ "rejected", "create_offer", "it said rejected" }, { heard.code, heard.step, tostring(heard) })
  end)

  it("counts what adds up, with every kind of end", function()
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

  it("tells whoever lists problems that the journal failed meanwhile", function()
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

  it("forgets of lines without a key only those that were seen, not what another run added since", function()
    assert(bench:run { { id = "" }, { id = "" }, { id = "" } })
    local removed = bench:ask(function(db) return journal_retry.forget_broken(db, "w", { [1] = 2 }) end)
    assert.equal(2, removed)
    assert.same({ { 3 } }, bench:ask(function(db) return db:rows "SELECT line FROM credenco_record" end))
  end)

  it("stops at the number of failures it may have", function()
    bench.script.create_offer = always(err("rejected"))
    local result = assert(bench:run(records(2000), { max_failures = { count = 10 }, concurrency = 1 }))
    assert.equal("failures", result.stopped)
    assert.is_true(result.totals.failed > 10 and result.totals.failed < 200)
  end)

  it("stops when its first records all failed alike, and says of what", function()
    bench.script.create_offer = always(err("not_found"))
    local result = assert(bench:run(records(2000), { concurrency = 1 }))
    assert.equal("alike", result.stopped)
    assert.equal("the first 20 records all failed alike, with not_found at create_offer: it said not_found",
      result.err.message)
    assert.is_true(result.totals.failed >= 20 and result.totals.failed < 100)
    bench:restart()
    assert.equal(2000, assert(bench:run(records(2000))).totals.issued + result.totals.failed)
  end)

  it("goes on where one of the first records did not fail, or failed of something else, or it is told to", function()
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

  it("takes lines that cannot be read, and what the workflow does not want, for what they are", function()
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

  -- A journal whose disk is slow: what ends meanwhile is written later.
  local function on_a_slow_disk(run)
    local executing = run.writer.executor
    run.writer.executor = {
      carry_out = function(_, groups)
        local changed, problem = executing:carry_out(groups)
        loop.sleep(20)
        return changed, problem
      end,
      close = function() executing:close() end,
    }
  end

  it("does not begin a record again that ends while its line is met", function()
    bench.script.create_offer = { function()
      bench.running:stop("interrupted")
      return nil, err("closed")
    end }
    local lines = { "id,wallet" }
    for i = 1, 600 do lines[i + 1] = i .. ",w" .. i end
    local path = bench.folder .. "/lines.csv"
    files.write(path, table.concat(lines, "\n") .. "\n")
    assert(bench:run(nil, { source = assert(source.open(path)) }))
    bench:restart()
    local count = 0
    bench.script.create_offer = setmetatable({}, { __index = function()
      return function()
        count = count + 1
        loop.sleep(5 + count % 60)
        return nil, err("rejected")
      end
    end })
    local result = assert(bench:run(nil,
      { source = assert(source.open(path)), begun = on_a_slow_disk, keep_going = true }))
    assert.equal(600, result.totals.failed)
    assert.equal(600, #bench.calls.create_offer)
  end)

  it("ends what belongs to it when the source throws", function()
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
    it("ends what belongs to it when " .. name .. " throws, and what is in flight before", function()
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

  it("that is interrupted finishes what is in flight and starts nothing more", function()
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
      loop.sleep(10)
      bench.running:stop("interrupted")
      return good(args)
    end)
    local result = assert(bench:run(records(200), { concurrency = 4 }))
    assert.equal(4, #bench.calls.create_offer)
    assert.equal(4, result.totals.issued)
  end)

  it("refuses to share a journal file with another run, and the file with other people", function()
    local held = assert(journal.open(bench.journal, { alone = true }))
    local result, trouble = bench:run(records(1))
    assert.is_nil(result)
    assert.matches("another run is at work", trouble.message)
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

  it("keeps its records while the same file is loaded with more", function()
    bench.script.push_offer = { function(args, good)
      local outer = bench.running
      assert(bench:run(records(3), { mode = "load" }))
      bench.running = outer
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.equal("issued", (bench:state_of("1")))
    assert.equal(3, assert(bench:run(nil, { mode = "work" })).totals.issued)
    assert.same({ "1", "2", "3" }, bench.wallet)
    assert.equal(3, #bench.calls.create_offer)
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
    local gives_up_ms = loop.now_ms() + 5000
    while not ended and loop.now_ms() < gives_up_ms do loop.turn(10) end
    assert.truthy(ended)
    assert.equal("journal", ended.stopped)
    assert.equal(0, #bench.calls.push_offer)
  end)

  it("says when a source breaks off, and goes on with it later", function()
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

describe("a worker's lease", function()
  local bench
  before_each(function()
    bench = bench_of_one.new()
    workers.LEASE_S = 0.9
  end)
  after_each(function()
    workers.LEASE_S = LEASE_S
    bench:close()
  end)

  local function row(sql)
    return bench:ask(function(db) return db:row(sql) end)
  end

  it("is kept for as long as the run lasts", function()
    local left_s
    bench.script.push_offer = { function(args, good)
      loop.sleep(1200)
      left_s = row("SELECT lease_until - {now} FROM credenco_worker")[1]
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.is_true(left_s > 0, left_s)
  end)

  it("begins anew, under another name, when another worker has ended it", function()
    local before, after
    bench.script.push_offer = { function(args, good)
      before = row "SELECT owner FROM credenco_worker"
      bench:ask(function(db) return db:execute "DELETE FROM credenco_worker" end)
      for _ = 1, 50 do
        loop.sleep(100)
        after = row "SELECT owner FROM credenco_worker"
        if after then break end
      end
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.truthy(after)
    assert.are_not.equal(before[1], after[1])
  end)
end)

describe("a worker that was taken for dead, being only slow", function()
  local steps = {
    { template_id = "first", claims = claims.map { id = "id" } },
    { template_id = "second", claims = claims.map { id = "id" } },
  }

  local function buried(db)
    assert(db:execute "DELETE FROM credenco_worker")
    return db:execute "UPDATE credenco_record SET owner = NULL"
  end

  it("takes its own records up again only when it has let go of them", function()
    local bench = bench_of_one.new()
    local workflow = { steps = steps }
    assert(bench:run(records(30), { mode = "load", workflow = workflow }))
    local pushes, slow_ms = 0, { 200, 0, 400 }
    bench.script.push_offer = always(function(args, good)
      if bench.offer_ids[args.offer_uri].claims.id ~= "1" then
        loop.sleep(1)
        return good(args)
      end
      pushes = pushes + 1
      if pushes == 1 then bench:ask(buried) end
      loop.sleep(slow_ms[pushes] or 1)
      return good(args)
    end)
    local result = assert(bench:run(nil, { mode = "work", concurrency = 2, workflow = workflow }))
    assert.equal(30, result.totals.issued)
    assert.equal(60, #bench.wallet)
    bench:close()
  end)
end)

describe("a workflow whose steps are changed", function()
  local function step(template) return { template_id = template, claims = claims.map { id = "id" } } end

  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function begin(steps, push)
    bench.script.push_offer = push
    local result, problem = bench:run(records(1), { workflow = { steps = steps } })
    bench:restart()
    return result, problem
  end

  it("does not touch records that are between the old ones", function()
    begin({ step "a", step "b" }, { nil, err("not_found", "rejected") })
    local result, problem = begin { step "b", step "a" }
    assert.is_nil(result)
    assert.matches("step 1 was a and is b now, and 1 of them is at it or behind it", problem.message)
    assert.matches("nothing was sent$", problem.message)
    assert.equal(1, #bench.wallet)
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.equal(2, #bench.wallet)
  end)

  it("does not ask under a new id about an offer that may have been pushed", function()
    begin({ step "a" }, { function()
      bench.running:stop "interrupted"
      return nil, err("timeout", "unknown")
    end })
    assert.equal("offered", (bench:state_of "1"))
    assert.is_nil((begin { step "b" }))
    assert.equal(1, assert(begin { step "a" }).totals.issued)
  end)

  it("does not touch a record whose push may have arrived", function()
    local lost = err("timeout", "unknown")
    bench.script.issue_status = always { status = nil }
    local function arrives_unheard(args, good)
      good(args)
      return nil, lost
    end
    begin({ step "a", step "b" }, { arrives_unheard, lost, err("rejected") })
    assert.equal("unknown", (bench:state_of "1"))
    local result, problem = begin { step "b", step "a" }
    assert.is_nil(result)
    assert.matches("step 1 was a and is b now, and 1 of them is at it", problem.message)
    assert.matches("credenco settle", problem.message)
    assert.equal(1, bench:ask(function(db) return journal_settle.settle(db, "w", "issued", { key = "1" }, 2) end))
    assert.is_nil((begin { step "b", step "a" }))
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.equal(2, #bench.wallet)
  end)

  it("goes on at the next one when a person found the one before in the wallet", function()
    local lost = err("timeout", "unknown")
    bench.script.issue_status = always { status = nil }
    begin({ step "a", step "b" }, { lost, lost, err("rejected") })
    assert.equal("unknown", (bench:state_of "1"))
    assert.equal(1, bench:ask(function(db) return journal_settle.settle(db, "w", "issued", { key = "1" }, 2) end))
    assert.equal("pending", (bench:state_of "1"))
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.same({ "1" }, bench.wallet) -- the second step's; the first one's answers were all lost here
  end)

  it("does not lose the last one of a record that is about to do it", function()
    begin({ step "a", step "b" }, { nil, function()
      bench.running:stop "interrupted"
      return nil, err("connect_failed", "no")
    end })
    bench:ask(function(db) return db:execute "UPDATE credenco_record SET state = 'pending', offer = NULL" end)
    local result, problem = begin { step "a" }
    assert.is_nil(result)
    assert.matches("step 2 was b and is missing now, and 1 of them is at it", problem.message)
  end)

  it("may have another template where nothing came of the first one", function()
    bench.script.create_offer = { err("rejected") }
    begin { step "typo" }
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.equal(1, assert(begin { step "a" }).totals.issued)
  end)

  it("may have one more, for the records that are open", function()
    begin({ step "a" }, { err("not_found", "rejected") })
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.equal(2, #bench.wallet)
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
    { "run", { client = {}, workflow = { name = "w" } }, "workflow must be what workflow.load or workflow.new gave" },
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

describe("a record that another worker took", function()
  it("is not pushed by the one that lost it, and once by whoever has it", function()
    local bench = bench_of_one.new()
    bench.script.create_offer = { function(args, good)
      bench:ask(function(db) return db:execute("UPDATE credenco_record SET owner = 'somebody else'") end)
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.equal(2, #bench.calls.create_offer)
    assert.equal(1, #bench.calls.push_offer)
    assert.matches("/2$", bench.calls.push_offer[1].offer_uri)
    assert.same({ "1" }, bench.wallet)
    bench:close()
  end)
end)
