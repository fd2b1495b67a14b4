-- `run --audit FILE`.
local cjson = require "cjson"
local correlation = require "credenco.pipeline.correlation"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("the audit file of a run", function()
  local desk = Desk.use()
  local credenco, csv, line, lines = desk.credenco, desk.csv, desk.line, desk.lines

  local function audited()
    local by_hash, count, text = {}, 0, files.read(desk.folder .. "/audit") or ""
    for one in text:gmatch "([^\n]*)\n" do
      local ended = cjson.decode(one)
      by_hash[ended.key_sha256], count = ended, count + 1
    end
    return by_hash, count, text
  end

  local function hash_of(key)
    desk.write("key", key)
    return program.run_command("/usr/bin/sha256sum", { desk.folder .. "/key" }).out:match "^%x+"
  end

  it("has the outcome of each record, and none of its data", function()
    local source = csv { line(1), line(4, "no-such-wallet"), "123," .. desk.world.trusting .. ",Short" }
    assert.equal(4, credenco("run", WORKFLOW, source, "--audit", desk.folder .. "/audit").code)
    local by_hash, count, text = audited()
    assert.equal(3, count)
    local issued, failed, refused = by_hash[hash_of "10000001"], by_hash[hash_of "10000004"], by_hash[hash_of "123"]
    assert.same({ "issued", "companies", 1, "ebw_oid" },
      { issued.state, issued.workflow, issued.step, issued.template_id })
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$", issued.time)
    assert.equal(correlation.id("companies", "10000001", "ebw_oid"), issued.correlation_id)
    assert.same({ "failed", "not_found" }, { failed.state, failed.code })
    assert.same({ "failed", "invalid_record" }, { refused.state, refused.code })
    assert.is_nil(refused.correlation_id)
    for _, secret in ipairs { "10000001", "Company", desk.world.trusting, "Short" } do
      assert.is_nil(text:find(secret, 1, true))
    end
  end)

  it("is continued by the next run, and private", function()
    credenco("run", WORKFLOW, csv(lines(2)), "--audit", desk.folder .. "/audit")
    credenco("run", WORKFLOW, csv(lines(3), "more.csv"), "--audit", desk.folder .. "/audit")
    local _, count = audited()
    assert.equal(3, count)
    assert.equal(384, uv.fs_stat(desk.folder .. "/audit").mode % 512)
  end)

  it("ends the run when it cannot be written, and nothing is lost", function()
    local done = credenco("run", WORKFLOW, csv(lines(3)), "--audit", "/dev/full", "--concurrency", "1")
    assert.equal(9, done.code)
    assert.matches("%-%-audit: cannot write /dev/full: No space left", done.out .. done.err)
    assert.equal(0, credenco("run", WORKFLOW, csv(lines(3))).code)
  end)

  for _, flag in ipairs { "--keep-going", "--confirm" } do
    it("has every record, also those that were at work when it could not be written, with " .. flag, function()
      local source = csv { line(1), "2," .. desk.world.trusting .. ",Short", line(3), line(4, "no-such-wallet") }
      assert.equal(9, credenco("run", WORKFLOW, source, flag, "--new-journal", "--audit", "/dev/full").code)
      assert.equal(4, credenco("run", WORKFLOW, source, flag, "--audit", desk.folder .. "/audit").code)
      local _, count = audited()
      assert.equal(4, count)
    end)
  end
end)
