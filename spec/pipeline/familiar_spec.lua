-- A new journal, and records that the issuer knows already.
local bench_of_one = require "spec.pipeline.bench_of_one"
local correlation = require "credenco.pipeline.correlation"
local familiar = require "credenco.pipeline.familiar"
local files = require "spec.support.files"
local uv = require "luv"

local records = bench_of_one.records

describe("a new journal", function()
  local bench, known
  before_each(function()
    bench = bench_of_one.new()
    known = {}
  end)
  after_each(function() bench:close() end)

  -- The issuer knows what was issued, and of all else nothing.
  local function honest()
    bench.script.issue_status = setmetatable({}, { __index = function()
      return function(id)
        local status = known[id] or bench.done[id] and "issue_completed"
        if status then return { status = status } end
        return nil, bench_of_one.err("not_found", "rejected", { http_status = 404 })
      end
    end })
  end

  local function run(list, options)
    honest()
    options = options or {}
    options.new_journal = options.new_journal or false
    return assert(bench:run(list, options))
  end

  local function another_journal()
    bench:restart()
    bench.journal = bench.folder .. "/other.journal"
  end

  it("takes records that the issuer does not know", function()
    assert.equal(3, run(records(3)).totals.issued)
    assert.equal(3, #bench.calls.issue_status)
  end)

  it("does not issue records a second time that were issued with another journal", function()
    run(records(3))
    another_journal()
    local result = run(records(3))
    assert.equal("journal", result.stopped)
    assert.matches("the issuer already knows 3 of the first 3 records", result.err.message)
    assert.matches("%-%-new%-journal", result.err.message)
    assert.equal(0, result.totals.input)
    assert.equal(0, #bench.calls.create_offer)
    assert.equal(3, #bench.wallet)
  end)

  it("asks again the next time", function()
    run(records(3))
    another_journal()
    run(records(3))
    assert.equal("journal", run(records(3)).stopped)
  end)

  it("is begun if the user allows it", function()
    run(records(3))
    another_journal()
    assert.equal(3, run(records(3), { new_journal = true }).totals.issued)
  end)

  describe("at an issuer that gives the same offer again, which has expired, and responds with 201 to its delivery", function()
    before_each(function()
      bench.script.push_offer = setmetatable({}, { __index = function()
        return function() return { http_status = 201 } end
      end })
      honest()
      for _, key in ipairs { "1", "2", "3" } do
        known[correlation.id("w", key, "t")] = key == "3" and "error" or "issue_request_created"
      end
    end)

    it("does not call a record issued that an earlier journal may have asked for", function()
      local totals = assert(bench:run(records(3), { new_journal = true, stale_confirm_ms = 1 })).totals
      assert.same({ unknown = 2, failed = 1, issued = 0 },
        { unknown = totals.unknown, failed = totals.failed, issued = totals.issued })
    end)

    it("nor later, when it has begun", function()
      assert(bench:run(records(1), { new_journal = true, stale_confirm_ms = 1 }))
      local totals = assert(bench:run(records(3), { new_journal = false, stale_confirm_ms = 1 })).totals
      assert.equal(0, totals.issued)
    end)
  end)

  it("is asked about by a worker, too, and the records stay in it", function()
    run(records(3))
    another_journal()
    assert(bench:run(records(3), { mode = "load" }))
    local result = run(nil, { mode = "work" })
    assert.equal("journal", result.stopped)
    assert.equal(3, result.totals.pending)
    assert.equal(3, run(nil, { mode = "work", new_journal = true }).totals.issued)
  end)

  it("is begun if the issuer claims to know an unused id", function()
    bench.script.issue_status = setmetatable({}, { __index = function()
      return function() return { status = "issue_request_created" } end
    end })
    assert.equal(2, assert(bench:run(records(2), { new_journal = false })).totals.issued)
  end)

  it("is begun with a warning if the issuer does not say", function()
    bench.script.issue_status = setmetatable({}, { __index = function()
      return bench_of_one.err("forbidden", "rejected", { http_status = 403 })
    end })
    local said
    assert.equal(2, assert(bench:run(records(2), { new_journal = false,
      on_warning = function(message) said = message end })).totals.issued)
    assert.matches("does not say whether it already knows the first records", said)
  end)

  it("asks nothing about a journal that has been used", function()
    run(records(3))
    bench:restart()
    assert.equal(6, run(records(6)).totals.issued)
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("has the one that is likely meant named", function()
    assert(uv.fs_mkdir(bench.folder .. "/deep", 448))
    files.write(bench.folder .. "/w.journal", "")
    assert.equal(bench.folder .. "/w.journal", familiar.other_journal(bench.folder .. "/deep/w.journal"))
    assert.is_nil(familiar.other_journal(bench.folder .. "/w.journal"))
  end)
end)
