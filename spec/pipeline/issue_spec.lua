-- One record's way through the pipeline: what is sent, in which order, after which answer.
local bench_of_one = require "spec.pipeline.bench_of_one"
local claims = require "credenco.claims"
local batch = require "credenco.journal.batch"
local journal_records = require "credenco.journal.records"
local journal_retry = require "credenco.journal.retry"
local bytes = require "credenco.pipeline.source.bytes"
local loop = require "credenco.loop"
local source = require "credenco.pipeline.source"

local err, records = bench_of_one.err, bench_of_one.records

describe("a record", function()
  local bench
  before_each(function() bench = bench_of_one.new() end)
  after_each(function() bench:close() end)

  local function lost_after_the_work(args, good)
    good(args)
    return nil, err("timeout", "unknown")
  end

  it("is issued by one offer and one push, under an id that stays the same", function()
    assert(bench:run(records(1)))
    assert.same({ "1" }, bench.wallet)
    local first = bench.calls.create_offer[1].correlation_id
    local other = bench_of_one.new()
    assert(other:run(records(1)))
    assert.equal(first, other.calls.create_offer[1].correlation_id)
    assert.matches("^%x+%-%x+%-8%x+%-[89ab]%x+%-%x+$", first)
    other:close()
  end)

  it("has its offer on disk before it is pushed, and no longer afterwards", function()
    local before
    bench.script.push_offer = { function(args, good)
      before = bench:state_of("1")
      assert.truthy(bench:bytes():find(args.offer_uri, 1, true))
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.equal("offered", before)
    bench:ask(function(db) return db:rows("PRAGMA wal_checkpoint(TRUNCATE)") end)
    assert.is_nil(bench:bytes():find("issuer.example/offer", 1, true))
    assert.truthy(bench:bytes():find("wallet-1", 1, true)) -- for `report --issued`
  end)

  it("has its offer in the journal's file no longer once it is pushed, also where one is left", function()
    bench.script.push_offer = { [8] = function()
      bench.running:stop "interrupted"
      return nil, err("timeout", "unknown")
    end }
    assert.equal(9, assert(bench:run(records(10), { concurrency = 1 })).totals.issued)
    local written = bench:bytes()
    for i, args in ipairs(bench.calls.push_offer) do
      assert.equal(i == 8, written:find(args.offer_uri, 1, true) ~= nil, i)
    end
  end)

  it("has its line in the journal's file no longer once it is issued, however long it is", function()
    local list = records(50)
    for _, record in ipairs(list) do record.note = ("salary "):rep(1000) end
    assert(bench:run(list))
    assert.is_nil(bench:bytes():find("salary", 1, true))
  end)

  it("has its line in no unused part of the file either, once all are issued", function()
    local list = records(2000)
    for i, record in ipairs(list) do
      record.name = ("secret name %d "):format(i) .. ("x"):rep(i % 40)
    end
    assert(bench:run(list))
    assert.is_nil(bench:bytes():find("secret name", 1, true))
    assert.is_nil(bench:bytes():find("issuer.example/offer", 1, true))
  end)

  it("whose push was taken and whose answer was lost is asked about, and not pushed again", function()
    bench.script.push_offer = { lost_after_the_work }
    assert(bench:run(records(1)))
    assert.equal(1, #bench.calls.push_offer)
    assert.same({ "1" }, bench.wallet)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("whose push got lost on the way is pushed again with the same offer", function()
    bench.script.push_offer = { err("timeout", "unknown") }
    assert(bench:run(records(1)))
    assert.equal(2, #bench.calls.push_offer)
    assert.equal(bench.calls.push_offer[1].offer_uri, bench.calls.push_offer[2].offer_uri)
    assert.equal(1, #bench.calls.create_offer)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("whose repeated push is refused, with a status that proves nothing, is unknown", function()
    bench.script.push_offer = { err("timeout", "unknown"), err("rejected") }
    local result = assert(bench:run(records(1)))
    assert.equal(1, result.totals.unknown)
    assert.equal("unknown", (bench:state_of("1")))
  end)

  it("whose repeated push is refused, and which the issuer reports as completed, is issued", function()
    bench.script.push_offer = { err("timeout", "unknown"), err("rejected") }
    bench.script.issue_status = { function() return { status = "issue_request_created" } end,
      function() return { status = "issue_completed" } end }
    assert(bench:run(records(1)))
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("whose first push is refused has failed, and no status is asked", function()
    bench.script.push_offer = { err("not_found") }
    assert(bench:run(records(1)))
    assert.equal("failed", (bench:state_of("1")))
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("that meets a push answered with 500 asks before it repeats", function()
    bench.script.push_offer = { err("server_error", "unknown", { http_status = 500 }) }
    assert(bench:run(records(1)))
    assert.equal(1, #bench.calls.issue_status)
    assert.equal(bench.calls.push_offer[1].offer_uri, bench.calls.push_offer[2].offer_uri)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("that never got an answer to its push is unknown, and keeps its offer for a person's retry", function()
    bench.script.push_offer = { err("timeout", "unknown"), err("timeout", "unknown"), err("timeout", "unknown") }
    assert(bench:run(records(1)))
    assert.equal("unknown", (bench:state_of("1")))
    local offer = bench.calls.push_offer[1].offer_uri
    bench:restart()
    assert.equal(1, bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end))
    assert(bench:run(nil))
    assert.equal(offer, bench.calls.push_offer[1].offer_uri)
    assert.equal(0, #bench.calls.create_offer)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("whose offer could not be made is tried again, and fails after its attempts", function()
    bench.script.create_offer = { err("server_error"), err("timeout", "unknown") }
    assert(bench:run(records(1)))
    assert.equal(3, #bench.calls.create_offer)
    assert.equal("issued", (bench:state_of("1")))
    for i = 4, 6 do bench.script.create_offer[i] = err("server_error") end
    assert(bench:run({ { id = "x", wallet = "w" } }))
    assert.equal(6, #bench.calls.create_offer)
    assert.equal("failed", (bench:state_of("x")))
  end)

  it("that the issuer refuses has failed, with the server's words", function()
    bench.script.create_offer = { err("rejected", "rejected", { detail = "claims.id is too long" }) }
    assert(bench:run(records(1)))
    local state, found = bench:state_of("1")
    assert.equal("failed", state)
    assert.matches("claims.id is too long", found.message)
  end)

  it("whose id the issuer knows already is settled by the status, never by a second offer", function()
    bench.script.create_offer = { err("rejected", "rejected", { http_status = 409 }) }
    bench.script.issue_status = { function() return { status = "issue_completed" } end }
    assert(bench:run(records(1)))
    assert.equal("issued", (bench:state_of("1")))
    bench.script.create_offer[2] = err("rejected", "rejected", { http_status = 409 })
    assert(bench:run({ { id = "2", wallet = "w" } }))
    assert.equal("unknown", (bench:state_of("2")))
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end)
    assert(bench:run(nil, { confirm_ms = 10 }))
    assert.equal("unknown", (bench:state_of("2")))
    assert.equal(2, #bench.calls.create_offer)
    assert.equal(0, #bench.calls.push_offer)
  end)

  for _, http_status in ipairs { 412, 422 } do
    it(("refused with %d after a lost response is settled by the status, where the issuer knows its id"):format(http_status), function()
      local lost, refused = err("timeout", "unknown"), err("rejected", "rejected", { http_status = http_status })
      local statuses = { issued = { status = "issue_completed" }, unknown = { status = "issue_request_created" } }
      for state, status in pairs(statuses) do
        bench:restart()
        bench.script.create_offer = { lost, refused }
        bench.script.issue_status = { function() return status end }
        assert(bench:run({ { id = state, wallet = "w" } }))
        assert.equal(state, (bench:state_of(state)))
      end
      bench:restart()
      bench.script.create_offer = { lost, refused, refused }
      bench.script.issue_status = { err("not_found") }
      assert(bench:run({ { id = "1", wallet = "w" }, { id = "2", wallet = "w" } }, { concurrency = 1 }))
      assert.equal("failed", (bench:state_of("1")))
      assert.equal("failed", (bench:state_of("2")))
      assert.equal(1, #bench.calls.issue_status)
    end)
  end

  it("with a key, wallet or template that no request could carry fails without one", function()
    local wallets = { "a\nb", "", ("x"):rep(256) }
    local list = records(3)
    for i, record in ipairs(list) do record.wallet = wallets[i] end
    assert(bench:run(list))
    for _, key in ipairs { "1", "2", "3" } do assert.equal("failed", (bench:state_of(key))) end
    assert.equal(0, #bench.calls.create_offer)
  end)

  it("with a number for a key that is not held exactly is refused, before two of them are the same", function()
    local lines = '{"id":9007199254740993,"wallet":"a"}\n{"id":9007199254740991,"wallet":"b"}\n'
      .. '{"id":"4","wallet":9007199254740992}\n'
    local result = assert(bench:run(nil, { workflow = { claims = function() return {} end },
      source = assert(source.from_bytes(bytes.of(lines), { name = "lines", format = "jsonl" })) }))
    assert.equal("issued", (bench:state_of("9007199254740991")))
    assert.equal(2, result.totals.failed)
    assert.equal(1, #bench.calls.push_offer)
    local _, found = bench:state_of("4")
    assert.matches("^wallet_key %(column \"wallet\"%): .*beyond 2%^53", found.message)
  end)

  it("that the workflow cannot deal with any more, when its offer may be pushed, is unknown and keeps it", function()
    for _, state in ipairs { "offered", "pushed" } do
      bench.script.push_offer = { function(args, good)
        good(args)
        return nil, err("closed")
      end }
      assert(bench:run({ { id = state, wallet = "w" } }))
      bench:ask(function(db)
        local offer = state == "pushed" and ", offer = NULL" or ""
        return db:execute(("UPDATE credenco_record SET state = '%s' %s WHERE key = '%s'"):format(state, offer, state))
      end)
      bench:restart()
      assert(bench:run(nil, { workflow = { wallet_key = function() error "changed" end } }))
      assert.equal("unknown", (bench:state_of(state)))
      bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "unknown" }) end)
      assert(bench:run(nil))
      assert.equal("issued", (bench:state_of(state)))
      bench:restart()
    end
    assert.same({ "offered", "pushed" }, bench.wallet)
  end)

  it("goes to the inbox, or is only offered, as the workflow says", function()
    local seen = {}
    assert(bench:run(records(2), { workflow = {
      delivery = function(r) return r.id == "1" and "inbox" or "offer_only" end,
      on_issued = function(record, result) seen[record.id] = result.offer_uri or "none" end,
    } }))
    assert.equal(1, #bench.calls.push_offer)
    assert.is_false(bench.calls.push_offer[1].direct)
    assert.equal("none", seen["1"])
    assert.matches("^https://issuer.example/offer/", seen["2"])
  end)
end)

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
    local said = "before_issue returned a %s, and not a table of claims, false and a reason, true or nothing"
    assert.same({ { "hook_failed", said:format "number" }, { "hook_failed", said:format "string" } }, rows)
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
    assert.equal(2, result.counts.unheard)
    assert.matches("on_issued failed at .*issue_spec.lua:%d+", warnings[1])
  end)
end)

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

  it("are followed past two such ones whose answers come at once", function()
    local conflict = err("rejected", "rejected", { http_status = 409 })
    bench.script.create_offer = { conflict, conflict, err("rejected") }
    local completed = function() return { status = "issue_completed" } end
    bench.script.issue_status = { completed, completed }
    local three = { steps[1], steps[2], { template_id = "third", claims = claims.map { id = "id" } } }
    assert(bench:run(records(1), { workflow = { steps = three } }))
    local state, found = bench:state_of("1")
    assert.same({ "failed", 3 }, { state, found.step })
  end)

  it("stop where one is not issued, and go on there without repeating what is done", function()
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
end)

describe("what a workflow's function throws", function()
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
      assert.matches("^accept failed at .*issue_spec.lua:%d+$", found.message)
      local mapping = claims.map { id = function() if name:find("waited") then error "Jansen" end return fn() end }
      local _, problems = mapping:apply {}
      assert.matches("^a function that failed at .*issue_spec.lua:%d+$", problems[1].kind)
    end)
  end
end)

describe("steps of a record whose line was corrected", function()
  it("go on where it failed, and issue nothing a second time", function()
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

  it("keeps a revocation id when a slow worker notes an older answer without one", function()
    assert(bench:run(records(1), { confirm_ms = 60000 }))
    bench:ask(function(db)
      return assert(batch.change(db, journal_records.notes(db, { { workflow = "w", key = "1", step = 1,
        template_id = "t", correlation_id = "c", status = "issue_request_created" } })))
    end)
    local _, found = bench:state_of("1")
    assert.matches("^uuid%-of%-", found.credentials[1].revocation_uuid)
  end)

  it("reports what the issuer calls an error as failed", function()
    bench.script.issue_status = { function() return { status = "error" } end }
    assert(bench:run(records(1), { confirm_ms = 60000 }))
    assert.equal("failed", (bench:state_of("1")))
  end)

  it("that runs out of time is unknown, and a retry asks again without a push", function()
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

  it("is asked of an offer that an earlier run made, since it may have expired meanwhile", function()
    bench.script.push_offer = { err("closed") }
    assert(bench:run(records(1)))
    assert.equal("offered", (bench:state_of("1")))
    bench:restart()
    bench.script.push_offer = { function() return { http_status = 201 } end } -- the wallet drops it silently
    bench.script.issue_status = always_waiting
    assert(bench:run(nil, { confirm_ms = 1 }))
    assert.equal("unknown", (bench:state_of("1")))
  end)

  it("says that an offer which an earlier run made was taken in time", function()
    bench.script.push_offer = { err("closed") }
    assert(bench:run(records(1)))
    bench:restart()
    assert(bench:run(nil))
    assert.equal(2, #bench.calls.issue_status)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("is asked of an offer that a person's retry pushes, however long ago it was made", function()
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

  it("is asked of an offer that grew old in the run that made it, as in a long pause", function()
    local now_ms = loop.now_ms
    finally(function() loop.now_ms = now_ms end)
    bench.script.push_offer = { function(args, good)
      loop.now_ms = function() return now_ms() + 2001 end
      return good(args)
    end }
    assert(bench:run(records(1)))
    assert.equal(1, #bench.calls.issue_status)
  end)

  it("is asked of an offer that may have been made when the first response was lost", function()
    local now_ms = loop.now_ms
    finally(function() loop.now_ms = now_ms end)
    bench.script.create_offer = { function()
      loop.now_ms = function() return now_ms() + 2001 end
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
    it("is asked of an offer that an earlier try asked for, and that may be as old: " .. mode, function()
      let_an_answer_go(mode)
      bench.script.push_offer = { function() return { http_status = 201 } end } -- the wallet drops it silently
      assert(bench:run(nil, { mode = mode, stale_confirm_ms = 1 }))
      assert.equal("unknown", (bench:state_of("1")))
    end)

    it("is not asked of one whose id the issuer does not know: " .. mode, function()
      let_an_answer_go(mode)
      bench.script.issue_status = { err("not_found") }
      assert(bench:run(nil, { mode = mode }))
      assert.equal(1, #bench.calls.issue_status)
      assert.equal("issued", (bench:state_of("1")))
    end)
  end

  it("is asked of an offer that a retry or a correction makes again", function()
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

  it("is not asked of an offer that is known to live longer", function()
    local now_ms = loop.now_ms
    finally(function() loop.now_ms = now_ms end)
    bench.script.push_offer = { function(args, good)
      loop.now_ms = function() return now_ms() + 2001 end
      return good(args)
    end }
    assert(bench:run(records(1), { offer_lifetime_ms = 60000 }))
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("is not asked of an offer that is new because it was made after a long pause", function()
    local now_ms = loop.now_ms
    finally(function() loop.now_ms = now_ms end)
    loop.now_ms = function() return now_ms() - 61000 end
    bench.script.create_offer = { function()
      loop.now_ms = now_ms
      return nil, err("rate_limited", "rejected", { http_status = 429, retry_after_ms = 1 })
    end }
    assert.equal(1, assert(bench:run(records(1))).totals.issued)
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("is not asked of a new offer, however long its record waited in the journal", function()
    assert(bench:run(records(2), { mode = "load" }))
    bench:ask(function(db) return db:execute("UPDATE credenco_record SET updated = updated - 3600") end)
    bench.script.push_offer = { err("not_found") }
    assert(bench:run(nil, { mode = "work", concurrency = 1 }))
    assert.equal(0, #bench.calls.issue_status)
    assert.equal("failed", (bench:state_of("1")))
    assert.equal("issued", (bench:state_of("2")))
  end)
end)
