-- The functions of a workflow: what they may do, and what it costs when they throw.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local hooks = require "credenco.pipeline.hooks"
local journal_retry = require "credenco.journal.retry"
local loop = require "credenco.loop"

local err, records = bench_of_one.err, bench_of_one.records

describe("hooks", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  it("choose, change, refuse and hear of records, and may wait and use the client", function()
    local issued, failed = {}, {}
    local function refuse_the_fourth(args, good)
      if args.wallet_key == "wallet-4" then return nil, err("not_found") end
      return good(args)
    end
    bench.script.push_offer = { refuse_the_fourth, refuse_the_fourth, refuse_the_fourth }
    local result = assert(bench:run(records(5), { workflow = {
      accept = function(r) return r.id ~= "1", "not this one" end,
      before_issue = function(r, c, client)
        loop.sleep(1)
        assert(client.issue_status)
        if r.id == "2" then return false, "nor this" end
        return { id = c.id .. "!" }
      end,
      on_issued = function(r, done) issued[#issued + 1] = r.id .. done.template_id end,
      on_failed = function(r, why) failed[#failed + 1] = r.id .. why.code end,
    } }))
    assert.same({ input = 5, issued = 2, failed = 1, unknown = 0, skipped = 2, pending = 0 }, result.totals)
    table.sort(bench.wallet)
    table.sort(issued)
    assert.same({ "3!", "5!" }, bench.wallet)
    assert.same({ "3t", "5t" }, issued)
    assert.same({ "4not_found" }, failed)
  end)

  it("that inspect may give nothing, true, false or claims, and nothing else", function()
    local answers = { true, {}, 5, "not this one" }
    local result = assert(bench:run(records(4), { workflow = {
      before_issue = function(r) return answers[tonumber(r.id)] end,
    } }))
    assert.same({ input = 4, issued = 2, failed = 2, unknown = 0, skipped = 0, pending = 0 }, result.totals)
    local rows = bench:ask(function(db)
      return db:rows "SELECT code, message FROM credenco_record WHERE state = 'failed' ORDER BY line"
    end)
    local said = "before_issue returned a %s, instead of a table of claims, true, nothing, or false and a reason"
    assert.same({ { "hook_failed", said:format "number" }, { "hook_failed", said:format "string" } }, rows)
  end)

  it("that yield when they hear of a record leave its task to go on, and are named", function()
    local ended, said = {}, {}
    local run = { counts = { hook_failures = 0 }, warn = function(_, text) said[#said + 1] = text end, workflow = {
      on_issued = function() coroutine.yield() end, on_failed = function() coroutine.yield() end } }
    loop.spawn(function()
      hooks.issued(run, { record = {} })
      ended.issued = true
      hooks.failed(run, { record = {} }, { message = "no" })
      ended.failed = true
    end)
    assert.same({ issued = true, failed = true }, ended)
    assert.same({ 2, 2 }, { run.counts.hook_failures, #said })
    assert.matches("^on_issued failed at .*hooks_spec%.lua:%d+: it yields", said[1])
    assert.matches("^on_failed failed at .*hooks_spec%.lua:%d+: it yields", said[2])
  end)

  it("that fail to take an offer, which nobody else gets, get the same offer when a person asks for it", function()
    local taken, warnings = {}, {}
    local workflow = { delivery = "offer_only", on_issued = function(_, done)
      taken[#taken + 1] = done.offer_uri
      if #taken == 1 then error "disk full" end
    end }
    local function note(warning) warnings[#warnings + 1] = warning end
    local result = assert(bench:run(records(1), { workflow = workflow, on_warning = note }))
    assert.same({ 0, 1, 1 }, { result.totals.issued, result.totals.unknown, result.counts.hook_failures })
    local _, found = bench:state_of "1"
    assert.equal("hook_failed", found.code)
    assert.matches("^on_issued failed at .*hooks_spec.lua:%d+; .*the journal keeps the offer", found.message)
    assert.is_nil(warnings[1]:find("not affected", 1, true))
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end)
    local again = assert(bench:run(nil, { workflow = workflow }))
    assert.same({ 1, 1 }, { again.totals.issued, #bench.calls.create_offer })
    assert.same({ taken[1], taken[1] }, taken)
  end)

  it("that are missing would lose an offer that nobody else gets: none is asked for", function()
    local result = assert(bench:run(records(2), { workflow = {
      delivery = function(r) return r.id == "1" and "offer_only" or "direct" end } }))
    assert.same({ 1, 1 }, { result.totals.failed, result.totals.issued })
    local _, found = bench:state_of "1"
    assert.matches('^delivery: "offer_only" needs "on_issued"', found.message)
    assert.equal(1, #bench.calls.create_offer)
  end)

  it("that throw cost at most their own record", function()
    local warnings = {}
    local function note(warning) warnings[#warnings + 1] = warning end
    local result = assert(bench:run(records(3), { on_warning = note, workflow = {
      before_issue = function(r) if r.id == "1" then error "no" end end,
      on_issued = function() error "mail server is down" end,
    } }))
    assert.equal(2, result.totals.issued)
    assert.equal(1, result.totals.failed)
    assert.equal(1, #warnings)
    assert.equal(2, result.counts.hook_failures)
    assert.matches("on_issued failed at .*hooks_spec.lua:%d+", warnings[1])
  end)
end)

describe("an error of a workflow's function", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local odd = setmetatable({}, { __tostring = function() error "odd" end })
  local cases = {
    ["a text of the record that looks like a place"] = function() error("born 12:30: Jansen", 0) end,
    ["a table that is no text"] = function() error(odd) end,
    ["nothing"] = function() error(nil) end,
    ["an error after it has waited"] = function()
      loop.sleep(1)
      error "Jansen"
    end,
  }
  for name, fn in pairs(cases) do
    it("costs its own record and quotes nothing: " .. name, function()
      assert(bench:run(records(1), { workflow = { accept = fn } }))
      local _, found = bench:state_of("1")
      assert.matches("^accept failed at .*hooks_spec.lua:%d+$", found.message)
      local mapping = claims.map { id = function() if name:find("waited") then error "Jansen" end return fn() end }
      local _, problems = mapping:apply {}
      assert.matches("^a function that failed at .*hooks_spec.lua:%d+$", problems[1].kind)
    end)
  end
end)
