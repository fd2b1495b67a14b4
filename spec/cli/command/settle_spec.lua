-- `credenco settle` and `retry`.
local bench_of_one = require "spec.pipeline.bench_of_one"
local database = require "credenco.journal.database"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("records that a person decides about", function()
  local desk = Desk.use()
  local credenco, csv, line = desk.credenco, desk.csv, desk.line

  local function make_unknown(key)
    local db = assert(database.open(desk.folder .. "/j.journal"))
    assert(db:execute("UPDATE credenco_record SET state = 'unknown', code = 'timeout', offer = 'x', input = ? "
      .. "WHERE key = ?", line(1), key))
    db:close()
  end

  it("settle records as a person decides, and continue from there", function()
    credenco("run", WORKFLOW, csv { line(1), line(2), "123," .. desk.world.trusting .. ",Short" })
    make_unknown "10000001"
    assert.equal(2, credenco("settle", "--key", "10000001").code)
    assert.equal(2, credenco("settle", "--as", "failed").code)
    local none = credenco("settle", "--key", "10000002", "--as", "failed")
    assert.matches("no unknown record matches", none.out)
    assert.equal(4, none.code)
    assert.equal(4, credenco("retry", "--code", "tiemout").code)
    assert.equal(2, credenco("retry", "--unknown", "--skipped").code)
    assert.matches("1 record settled as failed; `credenco retry` asks for a new offer",
      credenco("settle", "--key", "10000001", "--as", "failed").out)
    assert.matches("3 records = 1 issued %+ 2 failed", credenco("report").out)
    assert.matches("1 record settled as skipped", credenco("settle", "--code", "invalid_record", "--as", "skipped").out)
    assert.matches("1 failed record opened again", credenco("retry").out)
    assert.matches("3 records = 1 issued %+ 0 failed %+ 0 unknown %+ 1 skipped %+ 1 pending", credenco("report").out)
  end)

  it("open skipped records when their lines are read again", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "any", key = "coc_number", wallet_key = "wallet",
  accept = function(record) return record.legal_name ~= "not yet" end,
  claims = function(record) return { id = record.coc_number, name = record.legal_name } end }
]])
    local workflow = desk.folder .. "/w.lua"
    local wallet = desk.world:new_wallet()
    local function two(state) return csv { ("10000001,%s,%s"):format(wallet, state), ("10000002,%s,B"):format(wallet) } end
    credenco("run", workflow, two "not yet")
    local now = two "now"
    assert.matches("2 records = 1 issued %+ 0 failed %+ 0 unknown %+ 1 skipped", credenco("run", workflow, now).out)
    assert.matches("what to do: .-credenco retry w %-%-skipped", credenco("report").out)
    assert.matches("1 skipped record removed from the journal; the next .- reads its line decides again",
      credenco("retry", "--skipped", "--code", "not_accepted").out)
    assert.matches("2 records = 2 issued", credenco("run", workflow, now).out)
    assert.equal(2, #desk.world:wallet(wallet).credentials)
  end)

  it("continue at the step that was skipped, and its report says how", function()
    local function workflow(said)
      files.write(desk.folder .. "/w.lua", ([[
local function of(record) return { id = record.coc_number, name = record.legal_name, issuing_authority = "C", issuing_country = "NL" } end
return { name = "w", key = "coc_number", wallet_key = "wallet", steps = {
  { template_id = "ebw_oid", claims = of }, { template_id = "any", claims = of, before_issue = function() return %s end } } }
]]):format(said))
    end
    local wallet = desk.world:new_wallet()
    local source = csv { ("10000001,%s,A"):format(wallet), ("10000002,%s,B"):format(wallet) }
    workflow 'false, "not yet"'
    assert.matches("2 skipped", credenco("run", desk.folder .. "/w.lua", source).out)
    workflow "true"
    local opened = credenco("retry", "--skipped", "--code", "not_accepted")
    assert.equal(0, opened.code)
    assert.matches("2 skipped records opened again; .- reads their lines", opened.out)
    assert.matches("2 failed  reopened .-credenco run .-in%.csv", credenco("report", desk.folder .. "/w.lua").out)
    assert.matches("2 records = 2 issued", credenco("run", desk.folder .. "/w.lua", source).out)
    assert.equal(4, #desk.world:wallet(wallet).credentials)
  end)

  it("are named by any path to their file, and not by another file's name", function()
    for _, name in ipairs { "a", "b" } do
      assert.truthy(uv.fs_mkdir(desk.folder .. "/" .. name, 448))
      csv({ ("%s,x,%s"):format(name, name), name == "a" and '1,x,"Open' or '2,x,"Open' }, name .. "/in.csv")
      credenco("run", WORKFLOW, ("%s/%s/in.csv"):format(desk.folder, name))
    end
    local db = assert(database.open(desk.folder .. "/j.journal"))
    assert(db:execute "UPDATE credenco_run SET source = 'in.csv'") -- each from its own directory
    db:close()
    local done = credenco("settle", "--line", desk.folder .. "/b/../a/in.csv:3", "--as", "skipped")
    assert.matches("^1 record settled as skipped", done.out)
    done = credenco("settle", "--line", "in.csv:3", "--as", "skipped")
    assert.matches("^1 record settled as skipped", done.out)
  end)

  it("name records in other states if none has failed", function()
    credenco("run", WORKFLOW, csv { line(1), line(2) })
    make_unknown "10000001"
    assert.equal("no failed record matches; 1 is unknown: `credenco retry --unknown`; see `credenco report`\n",
      credenco("retry").out)
    assert.matches("1 unknown record opened again", credenco("retry", "--unknown").out)
  end)

  it("settle nothing as issued before a run has noted the steps", function()
    local bench = bench_of_one.new()
    assert(bench:run(bench_of_one.records(1), { mode = "load" }))
    bench:ask(function(db) return db:execute "UPDATE credenco_record SET state = 'unknown', code = 'timeout'" end)
    local done = credenco("settle", "--key", "1", "--as", "issued", "--journal", bench.journal)
    assert.equal(2, done.code)
    assert.matches("run the workflow once", done.err)
    assert.equal("unknown", (bench:state_of "1"))
    bench:close()
  end)

  it("retry failed records when the cause is gone", function()
    local source = csv { line(8, "late-wallet") }
    assert.equal(4, credenco("run", WORKFLOW, source).code)
    desk.world:anonymous("PUT", "/sandbox/wallets/late-wallet", { trusts_issuer = true })
    assert.equal(4, credenco("run", WORKFLOW, source).code)
    assert.matches("1 failed record opened again", credenco("retry", "--code", "not_found").out)
    assert.equal(0, credenco("run", WORKFLOW, source).code)
    assert.equal("no failed record matches; see `credenco report`\n", credenco("retry", "--code", "not_found").out)
  end)
end)
