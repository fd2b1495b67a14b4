-- When the 201 of a push is not enough: asking for the status, and what follows from it.
local batch = require "credenco.journal.batch"
local bench_of_one = require "spec.pipeline.bench_of_one"
local core = require "credenco.core"
local journal_records = require "credenco.journal.records"
local journal_retry = require "credenco.journal.retry"

local err, records = bench_of_one.err, bench_of_one.records

describe("confirmation", function()
  local bench
  local always_waiting = setmetatable({}, { __index = function()
    return function() return { status = "waiting" } end
  end })
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  it("asks until the status is final, and keeps the revocation id under the business key", function()
    bench.script.issue_status = { function() return { status = "on_its_way" } end }
    assert(bench:run(records(1), { confirm_ms = 60000 }))
    local _, found = bench:state_of("1")
    assert.equal("issued", found.state)
    assert.equal(2, #bench.calls.issue_status)
    assert.equal("issue_completed", found.credentials[1].status)
    assert.matches("^uuid%-of%-", found.credentials[1].revocation_uuid)
  end)

  it("keeps a revocation id when a slow worker notes an older response without one", function()
    assert(bench:run(records(1), { confirm_ms = 60000 }))
    bench:ask(function(db)
      return assert(batch.change(db, journal_records.notes(db, { { workflow = "w", key = "1", step = 1,
        template_id = "t", correlation_id = "c", status = "issue_request_created" } })))
    end)
    local _, found = bench:state_of("1")
    assert.matches("^uuid%-of%-", found.credentials[1].revocation_uuid)
  end)

  it("reports the issuer's status error as failed", function()
    bench.script.issue_status = { function() return { status = "error" } end }
    assert(bench:run(records(1), { confirm_ms = 60000 }))
    assert.equal("failed", (bench:state_of("1")))
  end)

  it("that runs out of time is unknown, and a retry asks again without a delivery", function()
    bench.script.issue_status = always_waiting
    assert(bench:run(records(1), { confirm_ms = 1 }))
    local state, found = bench:state_of("1")
    assert.equal("unknown", state)
    assert.matches('status was still "waiting"', found.message)
    bench:restart()
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end)
    assert(bench:run(nil, { confirm_ms = 60000 }))
    assert.equal(0, #bench.calls.push_offer)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("holds up the source when too many records wait for theirs", function()
    local most = 0
    bench.script.issue_status = setmetatable({}, { __index = function()
      return function()
        most = math.max(most, bench.running.bounds.begun)
        return { status = "waiting" }
      end
    end })
    assert(bench:run(records(2500), { confirm_ms = 400, concurrency = 4 }))
    assert.is_true(most < 2100, most)
  end)

  it("is needed for an offer that an earlier run created, since it may have expired meanwhile", function()
    bench.script.push_offer = { err("closed") }
    assert(bench:run(records(1)))
    assert.equal("offered", (bench:state_of("1")))
    bench:restart()
    bench.script.push_offer = { function() return { http_status = 201 } end } -- the wallet drops it silently
    bench.script.issue_status = always_waiting
    assert(bench:run(nil, { confirm_ms = 1 }))
    assert.equal("unknown", (bench:state_of("1")))
  end)

  it("shows that the wallet used an earlier run's offer in time", function()
    bench.script.push_offer = { err("closed") }
    assert(bench:run(records(1)))
    bench:restart()
    assert(bench:run(nil))
    assert.equal(2, #bench.calls.issue_status)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("is needed for an offer that a person's retry delivers, however old it is", function()
    bench.script.push_offer = setmetatable({}, { __index = function() return err("timeout", "unknown") end })
    bench.script.issue_status = always_waiting
    assert(bench:run(records(1), { attempts = 1 }))
    assert.equal("unknown", (bench:state_of("1")))
    bench:restart()
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end)
    assert(bench:run(nil))
    assert.equal(1, #bench.calls.push_offer)
    assert.equal(2, #bench.calls.issue_status)
  end)

  it("counts the time for which the machine sleeps", function()
    assert.truthy(core.uptime_ms() >= core.now_ms())
  end)

  it("is needed for an offer that grew old in the run that created it, as in a long pause", function()
    local uptime_ms = core.uptime_ms
    finally(function() core.uptime_ms = uptime_ms end)
    bench.script.push_offer = { function(args, good)
      core.uptime_ms = function() return uptime_ms() + 2001 end
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.equal(1, #bench.calls.issue_status)
  end)

  it("is needed for an offer that may have been created when the first response was lost", function()
    local uptime_ms = core.uptime_ms
    finally(function() core.uptime_ms = uptime_ms end)
    bench.script.create_offer = { function()
      core.uptime_ms = function() return uptime_ms() + 2001 end
      return nil, err("timeout", "unknown")
    end }
    assert(bench:run(records(1)))
    assert.equal(2, #bench.calls.create_offer)
    assert.equal(1, #bench.calls.issue_status)
  end)

  -- A run asks for an offer, and its answer is never written down.
  local function let_an_answer_go(mode)
    if mode == "work" then assert(bench:run(records(1), { mode = "load" })) end
    bench.script.create_offer = { function(args, good)
      good(args)
      bench.running:stop "interrupted"
      return nil, err("timeout", "unknown")
    end }
    assert(bench:run(mode == "run" and records(1) or nil, { mode = mode }))
    assert.equal("pending", (bench:state_of("1")))
    bench:restart()
  end

  for _, mode in ipairs { "run", "work" } do
    it("is needed for an offer that an earlier attempt asked for, and that may be as old: " .. mode, function()
      let_an_answer_go(mode)
      bench.script.push_offer = { function() return { http_status = 201 } end } -- the wallet drops it silently
      assert(bench:run(nil, { mode = mode, stale_confirm_ms = 1 }))
      assert.equal("unknown", (bench:state_of("1")))
    end)

    it("is needed for one if the issuer does not say whether it knows the id: " .. mode, function()
      let_an_answer_go(mode)
      bench.script.issue_status = bench_of_one.always(err("forbidden"))
      bench.script.push_offer = { function() return { http_status = 201 } end } -- the wallet drops it silently
      assert(bench:run(nil, { mode = mode, stale_confirm_ms = 1 }))
      assert.equal("unknown", (bench:state_of("1")))
    end)

    it("is not needed for one whose id the issuer does not know: " .. mode, function()
      let_an_answer_go(mode)
      bench.script.issue_status = { err("not_found") }
      assert(bench:run(nil, { mode = mode }))
      assert.equal(1, #bench.calls.issue_status)
      assert.equal("issued", (bench:state_of("1")))
    end)
  end

  it("is needed for an offer that a retry or a correction creates again", function()
    bench.script.push_offer = setmetatable({}, { __index = function() return err("not_found") end })
    assert(bench:run(records(2)))
    bench:restart()
    assert.equal(1, bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed", key = "1" }) end))
    bench.script.push_offer = setmetatable({}, { __index = function() return function() return { http_status = 201 } end end })
    local corrected = records(2)
    corrected[2].wallet = "another"
    assert(bench:run(corrected, { stale_confirm_ms = 1 }))
    assert.equal("unknown", (bench:state_of("1")))
    assert.equal("unknown", (bench:state_of("2")))
  end)

  it("is not needed for an offer that is known to live longer", function()
    local uptime_ms = core.uptime_ms
    finally(function() core.uptime_ms = uptime_ms end)
    bench.script.push_offer = { function(args, good)
      core.uptime_ms = function() return uptime_ms() + 2001 end
      return good(args)
    end }
    assert(bench:run(records(1), { offer_lifetime_ms = 60000 }))
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("is not needed for an offer that was created after a long pause", function()
    local uptime_ms = core.uptime_ms
    finally(function() core.uptime_ms = uptime_ms end)
    core.uptime_ms = function() return uptime_ms() - 61000 end
    bench.script.create_offer = { function()
      core.uptime_ms = uptime_ms
      return nil, err("rate_limited", "rejected", { http_status = 429, retry_after_ms = 1 })
    end }
    assert.equal(1, assert(bench:run(records(1))).totals.issued)
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("is not needed for a new offer, however long its record waited in the journal", function()
    assert(bench:run(records(2), { mode = "load" }))
    bench:ask(function(db) return db:execute("UPDATE credenco_record SET updated = updated - 3600") end)
    bench.script.push_offer = { err("not_found") }
    assert(bench:run(nil, { mode = "work", concurrency = 1 }))
    assert.equal(0, #bench.calls.issue_status)
    assert.equal("failed", (bench:state_of("1")))
    assert.equal("issued", (bench:state_of("2")))
  end)
end)
