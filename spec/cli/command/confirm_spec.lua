-- `credenco confirm`: what was issued without --confirm is asked about afterwards.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"

describe("credenco confirm", function()
  local desk = Desk.use()
  local credenco = desk.credenco

  local function run(count, ...) return credenco("run", Desk.WORKFLOW, desk.csv(desk.lines(count)), ...) end

  local function issued()
    credenco("report", "--issued", desk.folder .. "/i.jsonl", "--force")
    local list = {}
    for text in files.read(desk.folder .. "/i.jsonl"):gmatch "[^\n]+" do list[#list + 1] = cjson.decode(text) end
    return list
  end

  it("stores status and revocation id, asks once, and continues with the rest", function()
    local first = run(600)
    assert.equal(0, first.code)
    assert.matches("\n  a wallet keeps only credentials from issuers that it trusts: see `credenco trust`\n", first.out)
    local before, unasked = issued(), 0
    assert.equal(600, #before)
    for _, credential in ipairs(before) do -- on a slow machine an offer may get so old that the run asks by itself
      if not credential.status then unasked = unasked + 1 end
    end
    local done = credenco("confirm")
    local counts = unasked > 0 and ("%8d issue_completed\n"):format(unasked) or ""
    assert.same({ 0, ("%d credentials asked about\n%s"):format(unasked, counts), "" }, { done.code, done.out, done.err })
    local after = issued()
    for i, credential in ipairs(after) do
      assert.same({ before[i].correlation_id, "issue_completed" }, { credential.correlation_id, credential.status })
      assert.equal("string", type(credential.revocation_uuid))
    end
    assert.equal("0 credentials asked about\n", credenco("confirm").out)
    run(601)
    assert.same({ asked = 1, not_known = 0, without_id = 0, statuses = { issue_completed = 1 } },
      cjson.decode(credenco("confirm", "--json").out))
  end)

  it("ends with 4 if the issuer reports an error for one of them", function()
    run(3)
    finally(function() desk.world:anonymous("DELETE", "/sandbox/faults") end)
    assert.equal(200, desk.world:anonymous("PUT", "/sandbox/faults", { rules = { {
      endpoint = "status", nth = 1, effect = "json", body = { status = "error" } } } }).status)
    local done = credenco("confirm", "--json")
    assert.equal(4, done.code, done.err)
    assert.same({ error = 1, issue_completed = 2 }, cjson.decode(done.out).statuses)
    assert.equal(0, credenco("confirm").code)
  end)

  it("keeps earlier responses when the credentials are refused or the server is out of reach", function()
    run(3)
    local refused = program.run({ "confirm" }, { CREDENCO_BASE_URL = desk.world.base_url, CREDENCO_API_KEY = "wrong",
      CREDENCO_JOURNAL = desk.env.CREDENCO_JOURNAL })
    assert.equal(3, refused.code, refused.err)
    local away = program.run({ "confirm", "--timeout", "1" }, { CREDENCO_BASE_URL = "http://127.0.0.1:1",
      CREDENCO_API_KEY = "k", CREDENCO_JOURNAL = desk.env.CREDENCO_JOURNAL })
    assert.equal(7, away.code, away.err)
    assert.matches("^3 credentials asked about", credenco("confirm").out)
  end)
end)
