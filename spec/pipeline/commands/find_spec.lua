-- `credenco find`.
local bench_of_one = require "spec.pipeline.bench_of_one"
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local journal_retry = require "credenco.journal.retry"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("a record that is looked for", function()
  local desk = Desk.use()
  local credenco, csv, line = desk.credenco, desk.csv, desk.line

  it("name the wallet that a person has to look into", function()
    desk.world:call("PUT", "/sandbox/faults", { rules = { { endpoint = "push", effect = "reset" } } })
    local done = credenco("run", WORKFLOW, csv { line(1) }, "--attempts", "1")
    desk.world:call("DELETE", "/sandbox/faults")
    assert.equal(5, done.code, done.err)
    assert.matches("its wallet: " .. desk.world.trusting:gsub("%-", "%%-"), credenco("find", "10000001").out)
    credenco("report", "--csv", desk.folder .. "/p.csv")
    assert.truthy(files.read(desk.folder .. "/p.csv"):find("," .. desk.world.trusting .. "\r\n", 1, true))
    assert.equal(384, uv.fs_stat(desk.folder .. "/p.csv").mode % 512)
    credenco("settle", "--key", "10000001", "--as", "failed")
    assert.is_nil(credenco("find", "10000001").out:find("its wallet", 1, true))
  end)

  it("find a record by its key, with its revocation id once it was confirmed", function()
    credenco("run", WORKFLOW, csv { line(7) }, "--confirm")
    local done = credenco("find", "10000007")
    assert.matches("companies  10000007: issued", done.out)
    assert.matches("correlation_id [%x-]+, status issue_completed, revocation_uuid [%x-]+", done.out)
    assert.equal(4, credenco("find", "nobody").code)
  end)

  it("find a credential that was asked about, also when its record is open again", function()
    local bench = bench_of_one.new()
    bench.script.issue_status = setmetatable({}, { __index = function()
      return function() return { status = "error", revocation_uuid = "rev" } end
    end })
    assert(bench:run(bench_of_one.records(1), { confirm_ms = 100 }))
    bench:ask(function(db) return journal_retry.open_again(db, "w", { state = "failed" }) end)
    assert.matches("1: pending.-revocation_uuid rev", credenco("find", "1", "--journal", bench.journal).out)
    bench:close()
  end)

  it("find no id that nothing was asked under", function()
    local bench = bench_of_one.new()
    assert(bench:run({ { id = "1", wallet = "x" } }, { workflow = { template_id = "old" } }))
    assert(bench:run({ { id = "2", wallet = "x" } }, { workflow = { template_id = "new" } }))
    assert(bench:run({ { id = "3", wallet = "x" }, { id = "4" } }, { workflow = { template_id = "new",
      accept = function(record) return record.id ~= "3" end } }))
    for _, key in ipairs { "1", "3", "4" } do
      assert.is_nil(credenco("find", key, "--journal", bench.journal).out:find("correlation_id", 1, true), key)
    end
    bench:close()
  end)

  it("find the id of a credential that nobody has asked about", function()
    credenco("run", WORKFLOW, csv { line(7), line(8, "no-such-wallet"), line(7) })
    local id = credenco("find", "10000007").out:match "ebw_oid  correlation_id ([%x-]+)\n"
    local status = credenco("status", id)
    assert.matches("revocation_uuid: [%x-]+", status.out)
    assert.equal(1, #cjson.decode(credenco("find", "10000008", "--json").out).records[1].credentials)
  end)
end)
