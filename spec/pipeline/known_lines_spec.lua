-- Lines that come again: the same ones, corrected, repeated, moved, broken, in one file or in several.
local bench_of_one = require "spec.pipeline.bench_of_one"
local bytes = require "credenco.pipeline.source.bytes"
local files = require "spec.support.files"
local journal_retry = require "credenco.journal.retry"
local loop = require "credenco.loop"
local source = require "credenco.pipeline.source"
local uv = require "luv"

local err, records = bench_of_one.err, bench_of_one.records

local function sorted(list)
  table.sort(list)
  return list
end

describe("a run that reads lines which its journal knows", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  it("issues nothing a second time when it is run again", function()
    assert(bench:run(records(300)))
    bench:restart()
    local result = assert(bench:run(records(300)))
    assert.equal(0, #bench.calls.create_offer)
    assert.equal(300, result.counts.known)
    assert.same({ input = 300, issued = 300, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
  end)

  it("continues where it was stopped, without the records it has done", function()
    local stopped = assert(bench:run(records(300), { limit = 100 }))
    assert.is_false(stopped.complete)
    bench:restart()
    local result = assert(bench:run(records(300)))
    assert.equal(200, #bench.calls.create_offer)
    assert.equal(300, result.totals.issued)
    assert.equal(0, result.counts.resumed)
  end)

  it("distinguishes records from the journal from those that were done before", function()
    assert(bench:run(records(30), { limit = 10 }))
    bench:restart()
    assert(bench:run(records(20), { mode = "load" }))
    local counts = assert(bench:run(records(30))).counts
    assert.same({ 20, 20, 10 }, { counts.issued, counts.known, counts.resumed })
  end)

  it("leaves out lines that repeat a key, and says so, also when it is run again", function()
    local text = "id,wallet\n1,a\n2,b\n1,c\n1,a\n"
    local result = assert(bench:run_csv(text))
    assert.same({ "1", "2" }, bench.wallet)
    assert.equal(2, result.counts.duplicates)
    assert.equal(2, result.totals.skipped)
    assert.equal(4, result.totals.input)
    assert.same({ input = 4, issued = 2, failed = 0, unknown = 0, skipped = 2, pending = 0 }, assert(bench:run_csv(text)).totals)
    local _, found = bench:state_of "1"
    assert.equal(2, found.line) -- still the line that was issued, and not one that repeats it
  end)

  it("corrects no failed record by a line of the same file that repeats its key", function()
    bench.script.push_offer = { err("not_found") }
    local text = "id,wallet\n1,a\n1,b\n"
    assert(bench:run_csv(text))
    local again = assert(bench:run_csv(text))
    assert.same({ 2, 0 }, { again.counts.known, again.counts.corrected })
    assert.same({ 1, 0 }, { again.totals.failed, again.totals.issued })
    local corrected = assert(bench:run_csv("id,wallet\n2,c\n1,b\n"))
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
    local first = assert(bench:run_csv(text, { concurrency = 1 }))
    assert.equal(1, first.totals.failed)
    local again = assert(bench:run_csv(text))
    assert.same({ 0, 1, 900 }, { again.counts.corrected, again.totals.failed, again.totals.issued })
  end)

  it("takes a new line that repeats an issued record's key for a duplicate at once", function()
    assert(bench:run_csv("id,wallet\n1,a\n2,b\n"))
    local result = assert(bench:run_csv("id,wallet\n1,a\n2,b\n1,c\n"))
    assert.same({ 2, 1 }, { result.counts.known, result.counts.duplicates })
    local _, found = bench:state_of "1"
    assert.equal(2, found.line)
  end)

  it("counts the lines that correct failed records", function()
    bench.script.push_offer = { err("not_found") }
    local first = assert(bench:run_csv("id,wallet\n1,a\n2,b\n"))
    assert.equal(0, first.counts.corrected)
    local again = assert(bench:run_csv("id,wallet\n1,other\n2,b\n"))
    assert.same({ 2, 1 }, { again.counts.known, again.counts.corrected })
    assert.equal(2, again.totals.issued)
  end)

  it("begins with a corrected record before the source has ended", function()
    bench.script.push_offer = { err("not_found") }
    local list, pushed_at = records(2000), nil
    assert(bench:run({ list[1] }))
    bench:restart()
    list[1].wallet = "another"
    local at = 0
    local result = assert(bench:run(function()
      at = at + 1
      if not pushed_at and #bench.calls.push_offer > 0 then pushed_at = at end
      return list[at]
    end))
    assert.equal("another", bench.calls.push_offer[1].wallet_key)
    assert.is_true(pushed_at < 2000, pushed_at)
    assert.same({ 1, 1, 0, 2000 }, { result.counts.corrected, result.counts.known, result.counts.resumed,
      result.totals.issued })
  end)

  it("knows a record by its key when its line has moved", function()
    assert(bench:run_csv("id,wallet\n1,a\n2,b\n"))
    local result = assert(bench:run_csv("id,wallet\n0,z\n1,a\n2,b\n"))
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
    assert.equal(3, #bench.calls.create_offer)
  end)

  it("keeps broken lines with their numbers, and takes a corrected line in their place", function()
    local result = assert(bench:run_csv('id,wallet\n1,a\n2,"b\n3,c\n,d\n'))
    assert.equal(2, result.totals.failed)
    local again = assert(bench:run_csv('id,wallet\n1,a\n2,b\n3,c\n4,d\n'))
    assert.same({ input = 4, issued = 4, failed = 0, unknown = 0, skipped = 0, pending = 0 }, again.totals)
  end)

  it("keeps the broken lines of two files that stand at the same number", function()
    assert(bench:run_csv('id,wallet\n"1,a\n', { file = "a.csv" }))
    assert.equal(2, assert(bench:run_csv('id,wallet\n"2,b\n', { file = "b.csv" })).totals.failed)
    assert.equal(2, assert(bench:run_csv('id,wallet\n"2,b again\n', { file = "b.csv" })).totals.failed)
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
    assert(bench:run_csv('id,wallet\n"1,a\n2,b\n"3,c\n'))
    local warnings = {}
    local totals = assert(bench:run_csv("id,wallet\n1,a\n2,b\n", {
      on_warning = function(text) warnings[#warnings + 1] = text end })).totals
    assert.same({ 1, 2 }, { totals.failed, totals.issued })
    assert.equal(1, #warnings)
    assert.matches("in.csv: 1 refused without a key before", warnings[1])
  end)

  it("counts a broken line that it knows as known, and not as another failure", function()
    local text = 'id,wallet\n"1,a\n"2,b\n3,c\n'
    assert(bench:run_csv(text))
    local again = assert(bench:run_csv(text, { max_failures = { count = 1 } }))
    assert.is_nil(again.stopped)
    assert.same({ 3, 0, 2 }, { again.counts.known, again.counts.failed, again.totals.failed })
    local changed = assert(bench:run_csv('id,wallet\n"1,a\n"2,other\n3,c\n'))
    assert.same({ 2, 1, 2 }, { changed.counts.known, changed.counts.failed, changed.totals.failed })
  end)

  it("reads a file that was edited meanwhile as another reading, also when it is as long", function()
    assert(bench:run_csv("id,wallet\n1,a\n2,b\n3,c\n", { limit = 2 }))
    local result = assert(bench:run_csv("id,wallet\n3,c\n2,b\n1,a\n"))
    assert.equal(0, result.counts.duplicates)
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, result.totals)
  end)

  -- A file with the time that unpacking an archive gives to all of its files.
  local function dated(name, text)
    local path = bench.folder .. "/" .. name
    files.write(path, text)
    assert(uv.fs_utime(path, 1e9, 1e9))
    return assert(source.open(path))
  end

  it("reads a file that was edited meanwhile as another reading, also when its size and time are the same", function()
    assert(bench:run(nil, { source = dated("in.csv", "id,wallet\n1,a\n2,b\n3,c\n"), limit = 2 }))
    local result = assert(bench:run(nil, { source = dated("in.csv", "id,wallet\n3,c\n2,b\n1,a\n") }))
    assert.same({ 0, 3 }, { result.counts.duplicates, result.totals.issued })
  end)

  it("has not read a file to its end because it has read another one of its size and time", function()
    local first = dated("1.csv", "id,wallet\n1,a\n2,b\n")
    assert(bench:run(nil, { source = first, limit = 1 }))
    local result = assert(bench:run(nil, { source = dated("2.csv", "id,wallet\n3,a\n4,b\n") }))
    assert.same({ first.name }, result.unread)
  end)

  it("has read a file to its end that has no more lines than it may read, or that was read under another name", function()
    assert.same({}, assert(bench:run_csv("id,wallet\n1,a\n2,b\n", { limit = 2 })).unread)
    assert.equal(1, #assert(bench:run_csv("id,wallet\n3,a\n4,b\n", { limit = 1, file = "old.csv" })).unread)
    assert(uv.fs_rename(bench.folder .. "/old.csv", bench.folder .. "/new.csv"))
    local result = bench:run(nil, { source = assert(source.open(bench.folder .. "/new.csv")) })
    assert.same({}, result.unread)
  end)

  it("takes the corrected line of a record that has not begun", function()
    bench.script.create_offer = { err("unauthorized") }
    assert.equal("refused", assert(bench:run_csv("id,wallet\n1,wrong\n2,b\n", { concurrency = 1 })).stopped)
    bench:restart()
    local result = assert(bench:run_csv("id,wallet\n1,right\n2,b\n"))
    assert.same({ 1, 2 }, { result.counts.corrected, result.totals.issued })
    local wallets = {}
    for i, call in ipairs(bench.calls.push_offer) do wallets[i] = call.wallet_key end
    assert.same({ "b", "right" }, sorted(wallets))
  end)

  it("takes the corrected line of a record that a person opened again", function()
    bench.script.push_offer = { err("rejected") }
    assert.equal(1, assert(bench:run_csv("id,wallet\n1,wrong\n")).totals.failed)
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    bench:restart()
    assert.equal(1, assert(bench:run_csv("id,wallet\n1,right\n", { file = "rejects.csv" })).totals.issued)
    assert.equal("right", bench.calls.push_offer[1].wallet_key)
  end)

  it("leaves out a line that repeats the key of one it has not begun with", function()
    local lines = { "id,wallet", "1,a" }
    for i = 2, 900 do lines[i + 1] = i .. ",w" end -- in other batches
    lines[#lines + 1] = "1,b"
    local text = table.concat(lines, "\n") .. "\n"
    assert(bench:run_csv(text, { mode = "load" }))
    local again = assert(bench:run_csv(text .. "\n", { mode = "load" }))
    assert.same({ 901, 0 }, { again.counts.known, again.counts.corrected })
    assert.equal(900, assert(bench:run_csv(text)).totals.issued)
    local wallets = {}
    for _, call in ipairs(bench.calls.push_offer) do wallets[call.wallet_key] = true end
    assert.same({ a = true, w = true }, wallets)
  end)

  it("knows a failed line that has moved to where a repeated one was", function()
    bench.script.push_offer = { err("not_found") }
    assert(bench:run_csv("id,wallet\n1,bad\n1,good\n"))
    local totals = assert(bench:run_csv("id,wallet\n2,c\n1,bad\n1,good\n")).totals
    assert.same({ 1, 1 }, { totals.failed, totals.issued })
  end)

  it("forgets no broken line of a stream when another one comes the same way", function()
    assert(bench:run({ { wallet = "a" } }))
    assert.equal(2, assert(bench:run({ { wallet = "b" } })).totals.failed)
    assert.equal(2, assert(bench:run({ { wallet = "b" } })).totals.failed)
  end)

  it("recognises records that a query gives in another order", function()
    bench.script.create_offer = { err("rejected") }
    local list = records(3)
    assert(bench:run({ list[1], list[2], list[3] }, { limit = 2, concurrency = 1 }))
    local corrected = { id = "1", wallet = "other" }
    local totals = assert(bench:run({ list[3], corrected, list[2] })).totals
    assert.same({ input = 3, issued = 3, failed = 0, unknown = 0, skipped = 0, pending = 0 }, totals)
  end)

  it("takes a corrected header for a correction of the lines below it, also when it is as long", function()
    assert.equal(2, assert(bench:run_csv("id,walet\n1,a\n2,b\n")).totals.failed)
    assert.equal(2, assert(bench:run_csv("id,wallet\n1,a\n2,b\n")).totals.issued)
    assert(bench:run_csv("key,id,wallet\n3,a,x\n4,b,x\n", { limit = 1, workflow = { key = "key", wallet_key = "none" } }))
    assert(bench:run_csv("key,wallet,id\n3,a,x\n4,b,x\n", { workflow = { key = "key" } }))
    local wallets = { bench.calls.push_offer[3].wallet_key, bench.calls.push_offer[4].wallet_key }
    table.sort(wallets)
    assert.same({ "a", "b" }, wallets)
  end)

  it("reads a kept line with the header that it came below", function()
    assert(bench:run_csv("id,note,wallet\n1,x,a\n2,x,b\n", { mode = "load" }))
    assert(bench:run_csv("id,wallet,note\n3,c,x\n1,a,x\n", { mode = "load", file = "other.csv" }))
    assert(bench:run(nil, { mode = "work" }))
    local wallets = {}
    for _, call in ipairs(bench.calls.push_offer) do wallets[#wallets + 1] = call.wallet_key end
    table.sort(wallets)
    assert.same({ "a", "b", "c" }, wallets)
  end)

  it("reads a kept line below its own header, also when another file has the record too", function()
    assert(bench:run_csv("id,wallet\n1,a\n", { file = "a.csv", mode = "load" }))
    assert(bench:run_csv("wallet,id\nz,9\nb,1\n", { file = "b.csv", mode = "load" }))
    assert(bench:run(nil, { mode = "work" }))
    assert.same({ "1", "9" }, sorted(bench.wallet))
  end)

  it("continues an unfinished stream only under the same header", function()
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
    assert(bench:run_csv("id,wallet\n1,a\n"))
    assert(bench:run_csv("id,wallet\n1,a\n"))
    assert.equal(1, #bench.calls.create_offer)
    assert(bench:run_csv("id,wallet\n1,b\n"))
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

  it("forgets only lines without a key that were read, not those that another run added since", function()
    assert(bench:run { { id = "" }, { id = "" }, { id = "" } })
    local removed = bench:ask(function(db) return journal_retry.forget_broken(db, "w", { [1] = 2 }) end)
    assert.equal(2, removed)
    assert.same({ { 3 } }, bench:ask(function(db) return db:rows "SELECT line FROM credenco_record" end))
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
end)
