-- One record's way through the pipeline: what is sent, in which order, after which answer.
local bench_of_one = require "spec.pipeline.bench_of_one"
local bytes = require "credenco.pipeline.source.bytes"
local journal_retry = require "credenco.journal.retry"
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

  it("no longer has its offer in the journal's file when it is delivered, also if others remain", function()
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

  it("whose delivery succeeded and whose response was lost is asked about, and not delivered again", function()
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

  it("whose first delivery is refused has failed, without a query for its status", function()
    bench.script.push_offer = { err("not_found") }
    assert(bench:run(records(1)))
    assert.equal("failed", (bench:state_of("1")))
    assert.equal(0, #bench.calls.issue_status)
  end)

  it("whose delivery gets a 500 is asked about before it is repeated", function()
    bench.script.push_offer = { err("server_error", "unknown", { http_status = 500 }) }
    assert(bench:run(records(1)))
    assert.equal(1, #bench.calls.issue_status)
    assert.equal(bench.calls.push_offer[1].offer_uri, bench.calls.push_offer[2].offer_uri)
    assert.equal("issued", (bench:state_of("1")))
  end)

  it("that never got a response to its delivery is unknown, and keeps its offer for a person's retry", function()
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
    it(("refused with %d after a lost response is decided by the status if the issuer knows its id"):format(http_status), function()
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
