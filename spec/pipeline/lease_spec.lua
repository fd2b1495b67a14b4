-- Leases on records, and workers that lost theirs.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local files = require "spec.support.files"
local loop = require "credenco.loop"
local workers = require "credenco.journal.workers"

local always, records = bench_of_one.always, bench_of_one.records
local LEASE_S, SLACK_S = workers.LEASE_S, 0.1

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

  it("lasts as long as the documentation says, from its beginning and each time it is kept", function()
    workers.LEASE_S = LEASE_S
    local documented = tonumber(files.read("docs/pipeline.md"):match "| a worker's lease | (%d+) seconds |")
    local since_ms, lasts_s = loop.now_ms(), {}
    bench.script.push_offer = { function(args, good)
      for i = 1, 2 do
        lasts_s[i] = row("SELECT lease_until - {now} FROM credenco_worker")[1]
        assert.is_true(lasts_s[i] <= documented, lasts_s[i])
        lasts_s[i] = lasts_s[i] + (loop.now_ms() - since_ms) / 1000
        local renew = function(db) return workers.renew(db, bench.running.scope.owner) end
        assert.equal(1, bench:ask(renew))
      end
      return good(args)
    end }
    assert(bench:run(records(1)))
    for i = 1, 2 do assert.is_true(lasts_s[i] >= documented - SLACK_S, lasts_s[i]) end
  end)

  it("is kept for as long as the run lasts", function()
    local first_until, is_late
    local function lasts_until() return row("SELECT lease_until FROM credenco_worker")[1] end
    bench.script.push_offer = { function(args, good)
      local give_up_ms = loop.now_ms() + 60000
      first_until = lasts_until()
      repeat
        loop.sleep(50)
        is_late = loop.now_ms() > give_up_ms
      until is_late or lasts_until() > first_until + workers.LEASE_S
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.is_false(is_late)
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

describe("a slow worker that was taken for dead", function()
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

describe("a record that another worker took", function()
  it("is not delivered by the worker that lost it, and once by the one that has it", function()
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
