-- `credenco explain`.
local bench_of_one = require "spec.pipeline.bench_of_one"
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local journal_retry = require "credenco.journal.retry"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

local function plain(text) return (text:gsub("%p", "%%%0")) end

describe("an explanation", function()
  local desk = Desk.use()
  local credenco, csv, line = desk.credenco, desk.csv, desk.line

  local function explained(...)
    local done = credenco("explain", ...)
    assert.equal("", done.err)
    return done.out, done.code
  end

  local function facts(...)
    local result = cjson.decode((explained("--json", ...)))
    return result.found[1], result
  end

  -- A record whose delivery got no response.
  local function lose_a_push()
    desk.world:call("PUT", "/sandbox/faults", { rules = { { endpoint = "push", effect = "reset" } } })
    local done = credenco("run", WORKFLOW, csv { line(1) }, "--attempts", "1")
    desk.world:call("DELETE", "/sandbox/faults")
    assert.equal(5, done.code, done.err)
  end

  it("of an issued record by its business key has its state, its history, its meaning and the next steps", function()
    credenco("run", WORKFLOW, csv { line(7) }, "--confirm")
    local out, code = explained "10000007"
    assert.equal(0, code)
    local uuid, wallet = "[%x-]+", plain(desk.world.trusting)
    local time = "%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ"
    assert.matches("^10000007 is a business key of the workflow companies\n  10000007: issued\n    delivered; ", out)
    assert.matches("\n  from [^\n]+/in%.csv, line 2\n  wallet " .. wallet .. "\n", out)
    assert.matches(("\n  %s  began to read [^\n]+\n  %s  "):format(time, time), out)
    assert.matches("\n  " .. time .. "  ebw_oid: status issue_completed stored\n", out)
    assert.matches("\n  " .. time .. "  issued\n", out)
    assert.matches(("\n  ebw_oid  correlation_id %s, status issue_completed, revocation_uuid %s\n    asked now: issue_completed"
      .. ", revocation_uuid %s\n    the issuer has finished"):format(uuid, uuid, uuid), out)
    assert.matches("\n      credenco doctor %-%-wallet " .. wallet .. ".-\n      credenco trust %-%-wallet " .. wallet, out)
    assert.matches("looked:\n  in the journal [^\n]+\n  at http://127%.0%.0%.1:%d+, as a correlation id$", (out:gsub("\n$", "")))
  end)

  it("is the same record by each of its other ids", function()
    credenco("run", WORKFLOW, csv { line(7) }, "--confirm")
    local credential = facts("10000007").credentials[1]
    for id, as in pairs {
      [credential.correlation_id] = "correlation id", [credential.revocation_uuid] = "revocation id",
      [desk.world.trusting] = "wallet key",
    } do
      local found, result = facts(id, "--offline")
      assert.same({ as, "10000007", 1 }, { found.as, found.key, #result.found })
    end
  end)

  it("is a record by a correlation id that is written down nowhere", function()
    credenco("run", WORKFLOW, csv { line(7), line(8) }, "--offer-lifetime", "3600") -- or a slow run asks for the status
    local id = facts("10000008").credentials[1].correlation_id
    local found = facts(id, "--offline")
    assert.same({ "correlation id", "10000008", id }, { found.as, found.key, found.credentials[1].correlation_id })
    assert.is_nil(found.credentials[1].status)
    local out = explained(id)
    assert.matches("asked now: issue_completed, revocation_uuid [%x-]+", out)
    assert.matches("credenco confirm companies", out)
  end)

  it("is every record of a wallet, and every workflow's with one key", function()
    credenco("run", WORKFLOW, csv { line(1), line(2), line(3, "no-such-wallet") })
    local _, result = facts(desk.world.trusting, "--offline")
    assert.equal(2, #result.found)
    local other = desk.write("other.lua", files.read(WORKFLOW):gsub('name = "companies"', 'name = "others"'))
    credenco("run", other, csv { line(1) })
    _, result = facts("10000001", "--offline")
    assert.same({ "companies", "others" }, { result.found[1].workflow, result.found[2].workflow })
  end)

  it("of an unknown outcome has commands about the one record that work unchanged", function()
    lose_a_push()
    local out = explained "10000001"
    assert.matches("\n  10000001: unknown\n    this program cannot decide whether the credential was issued\n", out)
    assert.matches("\n  wallet " .. plain(desk.world.trusting) .. "\n", out)
    assert.matches("\n      credenco retry companies %-%-unknown %-%-key 10000001\n", out)
    assert.matches("\n      credenco settle companies %-%-key 10000001 %-%-as issued\n", out)
    local command = out:match "\n      credenco (settle companies [^\n]+ %-%-as failed)\n"
    local words = {}
    for word in command:gmatch "%S+" do words[#words + 1] = word end
    assert.equal(0, credenco((table.unpack or unpack)(words)).code)
    out = explained "10000001"
    assert.matches("10000001: failed\n    nothing was issued\n", out)
    assert.matches("\n      credenco retry companies %-%-key 10000001\n", out)
    assert.is_nil(out:find("\n  wallet ", 1, true))
  end)

  it("has no claim and no offer in it", function()
    lose_a_push()
    for _, form in ipairs { {}, { "--json" } } do
      local out = explained("10000001", (table.unpack or unpack)(form))
      for _, secret in ipairs { "Company 1", "openid%-credential%-offer", "/offers?/", "sandbox%-api%-key" } do
        assert.is_nil(out:find(secret), secret)
      end
    end
  end)

  it("is an issue that only the service knows, without a journal", function()
    desk.env.CREDENCO_JOURNAL = nil
    credenco("issue", "--wallet", desk.world.trusting, "--template", "ebw_oid", "--correlation-id", "order-1",
      "--claim", "id=1", "--claim", "name=n", "--claim", "issuing_authority=a", "--claim", "issuing_country=NL")
    local out = explained "order-1"
    assert.matches("^order%-1 is the correlation id of an issue\n  status issue_completed\n    the issuer has finished", out)
    assert.matches("\n  revocation_uuid [%x-]+\n", out)
    local found = facts "order-1"
    assert.same({ "correlation id", "order-1", "issue_completed" }, { found.as, found.correlation_id, found.status })
  end)

  it("of an offer that no wallet has used has the way to deliver it", function()
    desk.env.CREDENCO_JOURNAL = nil
    credenco("offer", "--template", "ebw_oid", "--correlation-id", "order-2", "--claim", "id=1", "--claim", "name=n",
      "--claim", "issuing_authority=a", "--claim", "issuing_country=NL")
    local out = explained "order-2"
    assert.matches("status issue_request_created\n", out)
    assert.matches("credenco status order%-2 %-%-wait", out)
  end)

  it("of an unknown id ends with 4, and says where it looked and what to try", function()
    credenco("run", WORKFLOW, csv { line(1) })
    local out, code = explained "nobody's"
    assert.equal(4, code)
    assert.matches("^nothing is known about nobody's\nlooked:\n  in the journal [^\n]+\n  at http[^\n]+\n  what can be done:\n", out)
    assert.matches("credenco status 'nobody'\\''s' %-%-base%-url URL", out)
    local _, result = facts "nobody's"
    assert.same({ 0, 2, 3 }, { #result.found, #result.looked, #result.ways })
    desk.env.CREDENCO_JOURNAL = nil
    assert.matches("credenco explain x %-%-journal FILE", (explained "x"))
  end)

  it("has the journal's facts when the service cannot be asked, and is an error if there are none", function()
    credenco("run", WORKFLOW, csv { line(1) })
    desk.env.CREDENCO_BASE_URL = "http://127.0.0.1:1"
    local out, code = explained "10000001"
    assert.equal(0, code)
    assert.matches("\n  at the service: issue_status: could not connect", out)
    assert.equal(7, credenco("explain", "nobody").code)
    desk.env.CREDENCO_API_KEY = ""
    assert.matches("\n  at the service: not asked: no credentials", (explained "10000001"))
  end)

  it("is not asked about at the service, where no issue can have such an id", function()
    desk.env.CREDENCO_JOURNAL = nil
    local out, code = explained(("x"):rep(256))
    assert.equal(4, code)
    assert.matches("\n  at the service: not asked: a correlation id must be at most 255 bytes long\n", out)
  end)

  it("is refused for a variable that is not set", function()
    local done = credenco("explain", "")
    assert.same({ 2, "credenco: the id is empty: is the variable set that it comes from?\n" }, { done.code, done.err })
  end)

  it("finds a credential that was asked about, also when its record is open again", function()
    local bench = bench_of_one.new()
    bench.script.issue_status = setmetatable({}, { __index = function()
      return function() return { status = "error", revocation_uuid = "rev" } end
    end })
    assert(bench:run(bench_of_one.records(1), { confirm_ms = 100 }))
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    local out = explained("1", "--journal", bench.journal, "--offline")
    assert.matches("1: pending.-revocation_uuid rev", out)
    assert.matches("rev is a revocation id", (explained("rev", "--journal", bench.journal, "--offline")))
    assert.matches("credenco run WORKFLOW.lua %-%-journal ", out)
    bench:close()
  end)

  it("has no id that was never used", function()
    local bench = bench_of_one.new()
    assert(bench:run({ { id = "1", wallet = "x" } }, { workflow = { template_id = "old" } }))
    assert(bench:run({ { id = "2", wallet = "x" } }, { workflow = { template_id = "new" } }))
    assert(bench:run({ { id = "3", wallet = "x" }, { id = "4" } }, { workflow = { template_id = "new",
      accept = function(record) return record.id ~= "3" end } }))
    for _, key in ipairs { "1", "3", "4" } do
      local out = explained(key, "--journal", bench.journal, "--offline")
      assert.is_nil(out:find("correlation_id", 1, true), key)
    end
    bench:close()
  end)

  it("leaves the journal as it is", function()
    credenco("run", WORKFLOW, csv { line(1) })
    local before = uv.fs_stat(desk.env.CREDENCO_JOURNAL)
    explained "10000001"
    assert.same(before.mtime, uv.fs_stat(desk.env.CREDENCO_JOURNAL).mtime)
  end)
end)
