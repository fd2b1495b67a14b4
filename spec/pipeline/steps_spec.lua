-- Workflows of several steps, also where steps or lines change between two runs.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local journal_retry = require "credenco.journal.retry"
local journal_settle = require "credenco.journal.settle"

local always, err, records = bench_of_one.always, bench_of_one.err, bench_of_one.records

local function sorted(list)
  table.sort(list)
  return list
end

describe("several steps", function()
  local steps = {
    { template_id = "first", claims = claims.map { id = "id" } },
    { template_id = "second", claims = claims.map { id = "id" } },
  }
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function run(list)
    return bench:run(list, { workflow = { steps = steps } })
  end

  it("come in their order, each under an id of its own", function()
    assert(run(records(1)))
    local calls = bench.calls.create_offer
    assert.equal("first", calls[1].template_id)
    assert.equal("second", calls[2].template_id)
    assert.are_not.equal(calls[1].correlation_id, calls[2].correlation_id)
    assert.same({ "1", "1" }, bench.wallet)
  end)

  it("that choose the same template for a record are one too many, since both would have one id", function()
    local same = { template_id = function() return "first" end, claims = steps[1].claims }
    assert.equal(2, assert(bench:run(records(2), { workflow = { steps = { steps[1], same } } })).totals.failed)
    assert.equal(2, #bench.calls.create_offer)
  end)

  it("are reported one by one, and a record's other end once", function()
    local told = {}
    bench.script.create_offer = { [4] = err "rejected" }
    assert(bench:run(records(2), { concurrency = 1, workflow = { steps = steps }, on_ended = function(ended)
      told[#told + 1] = ("%s %d %s %s"):format(ended.key, ended.step, ended.template_id, ended.code or ended.state)
    end }))
    table.sort(told)
    assert.same({ "1 1 first issued", "1 2 second issued", "2 1 first issued", "2 2 second rejected" }, told)
  end)

  local function of_record(template) return function() return template end end
  local CHOICES = {
    ["a name"] = { "first", "second" },
    ["a function"] = { of_record "first", of_record "second" },
  }
  for choice, templates in pairs(CHOICES) do
    it("are confirmed, and the journal has the status of each whose template is " .. choice, function()
      local chosen = {}
      for i, template in ipairs(templates) do chosen[i] = { template_id = template, claims = steps[1].claims } end
      assert(bench:run(records(1), { confirm_ms = 60000, workflow = { steps = chosen } }))
      local rows = bench:ask(function(db)
        return db:rows "SELECT step, status FROM credenco_credential WHERE revocation_uuid > '' ORDER BY step"
      end)
      assert.same({ { 1, "issue_completed" }, { 2, "issue_completed" } }, rows)
    end)
  end

  it("that are skipped are continued after all when a person wants it, and those before are not issued again", function()
    local wanted = false
    local second = { template_id = "second", claims = steps[2].claims,
      before_issue = function() return wanted, "not now" end }
    local workflow = { steps = { steps[1], second } }
    assert.equal(2, assert(bench:run(records(2), { workflow = workflow })).totals.skipped)
    wanted = true
    assert.equal(2, bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "skipped" }) end))
    assert.equal(0, bench:ask(function(db) return journal_retry.forget_skipped(db, "w", {}) end))
    local again = assert(bench:run(records(2), { workflow = workflow }))
    assert.same({ 2, 2 }, { again.counts.corrected, again.totals.issued })
    assert.same({ "1", "1", "2", "2" }, sorted(bench.wallet))
  end)

  it("keep the offer of the next one, also when the one before was confirmed at once", function()
    local kept
    bench.script.push_offer = { [2] = function(args, good)
      kept = bench:ask(function(db) return db:row("SELECT state, step, offer FROM credenco_record") end)
      return good(args)
    end }
    assert(bench:run(records(1), { confirm_ms = 1000, workflow = { steps = steps } }))
    assert.same({ "offered", 2, bench.calls.push_offer[2].offer_uri }, kept)
  end)

  it("are followed by the journal also past one that was issued before this journal was", function()
    bench.script.create_offer = { err("rejected", "rejected", { http_status = 409 }) }
    bench.script.issue_status = { function() return { status = "issue_completed" } end }
    local kept
    bench.script.push_offer = { function(args, good)
      kept = bench:ask(function(db) return db:row("SELECT state, step, offer FROM credenco_record") end)
      return good(args)
    end }
    assert.equal(1, assert(run(records(1))).totals.issued)
    assert.same({ "offered", 2, bench.calls.push_offer[1].offer_uri }, kept)
  end)

  it("continue past two such steps whose responses arrive at once", function()
    local conflict = err("rejected", "rejected", { http_status = 409 })
    bench.script.create_offer = { conflict, conflict, err("rejected") }
    local completed = function() return { status = "issue_completed" } end
    bench.script.issue_status = { completed, completed }
    local three = { steps[1], steps[2], { template_id = "third", claims = claims.map { id = "id" } } }
    assert(bench:run(records(1), { workflow = { steps = three } }))
    local state, found = bench:state_of("1")
    assert.same({ "failed", 3 }, { state, found.step })
  end)

  it("stop at one that is not issued, and continue there without repeating the others", function()
    bench.script.push_offer = { [2] = err("not_found") }
    assert(run(records(1)))
    local state, found = bench:state_of("1")
    assert.equal("failed", state)
    assert.equal(2, found.step)
    bench:restart()
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert(run(nil))
    assert.equal(1, #bench.calls.create_offer)
    assert.equal("second", bench.calls.create_offer[1].template_id)
    assert.same({ "1", "1" }, bench.wallet)
  end)

  it("are not asked about before they begin, although the one before was", function()
    bench.script.push_offer = { err("not_found") }
    assert(run(records(1)))
    bench:restart()
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.equal(1, assert(run(nil)).totals.issued)
    local first, second = bench.calls.create_offer[1].correlation_id, bench.calls.create_offer[2].correlation_id
    for _, id in ipairs(bench.calls.issue_status) do
      assert.equal(first, id)
      assert.not_equal(second, id)
    end
    assert.is_true(#bench.calls.issue_status > 0)
  end)
end)

describe("steps of a record whose line was corrected", function()
  it("continue where it failed, and issue nothing a second time", function()
    local bench = bench_of_one.new()
    local function run(wallet)
      local steps = {}
      for i, template in ipairs { "first", "second" } do
        steps[i] = { template_id = template, claims = claims.map { id = "id" } }
      end
      return assert(bench:run({ { id = "1", wallet = wallet } }, { workflow = { steps = steps } }))
    end
    bench.script.push_offer = { [2] = err("not_found") }
    run("wrong")
    bench:restart()
    bench.done = {} -- an issuer whose status proves nothing
    assert.equal(1, run("right").totals.issued)
    assert.same({ "1", "1" }, bench.wallet)
    assert.equal("second", bench.calls.create_offer[1].template_id)
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
    assert.matches("step 1 was a and is now b, and 1 record that has not ended has already begun it", problem.message)
    assert.matches("nothing was sent$", problem.message)
    assert.equal(1, #bench.wallet)
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.equal(2, #bench.wallet)
  end)

  it("does not ask under a new id about an offer that may have been delivered", function()
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
    local function arrives_hook_failures(args, good)
      good(args)
      return nil, lost
    end
    begin({ step "a", step "b" }, { arrives_hook_failures, lost, err("rejected") })
    assert.equal("unknown", (bench:state_of "1"))
    local result, problem = begin { step "b", step "a" }
    assert.is_nil(result)
    assert.matches("step 1 was a and is now b, and 1 record that has not ended has already begun it", problem.message)
    assert.matches("credenco settle", problem.message)
    assert.equal(1, bench:ask(function(db) return journal_settle.settle(db, "w", "issued", { key = "1" }, 2) end))
    assert.is_nil((begin { step "b", step "a" }))
    assert.equal(1, assert(begin { step "a", step "b" }).totals.issued)
    assert.equal(2, #bench.wallet)
  end)

  it("continues with the next one when a person found the one before in the wallet", function()
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
    assert.matches("step 2 was b and is now missing, and 1 record that has not ended has already begun it", problem.message)
  end)

  it("may have another template if the first one issued nothing", function()
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
