-- The files of `credenco report`: which they may overwrite, what stands in them, and how much of it stays in memory.
local cjson = require "cjson"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"
local World = require "spec.sandbox.world"

local WORKFLOW = "spec/pipeline/company.lua"

describe("credenco report", function()
  local world = World.use()
  local env, folder, source, journal

  before_each(function()
    folder = files.temporary_folder()
    source, journal = folder .. "/in.csv", folder .. "/j.journal"
    env = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = "sandbox-api-key", CREDENCO_JOURNAL = journal }
  end)
  after_each(function() files.remove_folder(folder) end)

  local function credenco(...) return program.run({ ... }, env) end

  local function run(lines, ...)
    files.write(source, "coc_number,wallet,legal_name\n" .. table.concat(lines, "\n") .. "\n")
    return credenco("run", WORKFLOW, source, ...)
  end

  local function line(i, wallet) return ("%d,%s,Company %d"):format(10000000 + i, wallet or world.trusting, i) end

  it("overwrites neither the journal, nor the source, nor the workflow, under any name", function()
    run { line(1), "123," .. world.trusting .. ",Short" }
    files.write(folder .. "/w.lua", files.read(WORKFLOW))
    assert(uv.fs_link(source, folder .. "/hard.csv"))
    assert(uv.fs_symlink(journal, folder .. "/soft"))
    local before = { files.read(source), files.read(folder .. "/w.lua") }
    for path, what in pairs {
      [journal] = "a file of the journal", [folder .. "/soft"] = "a file of the journal",
      [journal .. ".lock"] = "a file of the journal", [source] = "a source of these records",
      [folder .. "/hard.csv"] = "a source of these records", [folder .. "/./w.lua"] = "the workflow",
    } do
      for _, option in ipairs { "--csv", "--json-file", "--issued" } do
        local done = credenco("report", folder .. "/w.lua", option, path, "--force")
        assert.same({ 2, ("credenco: %s: %s is %s, and is not overwritten\n"):format(option, path, what) },
          { done.code, done.err })
      end
    end
    assert.same(before, { files.read(source), files.read(folder .. "/w.lua") })
    assert.matches("2 records = 1 issued", credenco("report").out)
    local done = credenco("report", "--csv", folder .. "/x", "--issued", folder .. "/x")
    assert.same({ 2, "credenco: --csv and --issued name the same file\n" }, { done.code, done.err })
  end)

  it("ends with 1 when a file cannot be written, which is no fault of the journal", function()
    run { line(1), "123," .. world.trusting .. ",Short" }
    for _, option in ipairs { "--csv", "--json-file", "--issued" } do
      local done = credenco("report", option, "/dev/full", "--json")
      assert.equal(1, done.code, done.err)
      assert.same({ code = "unexpected", message = "/dev/full: No space left on device" }, cjson.decode(done.err).error)
    end
  end)

  it("replaces a file that others may read with one that they may not", function()
    run { "123," .. world.trusting .. ",Short" }
    files.write(folder .. "/p.csv", "old")
    assert(uv.fs_chmod(folder .. "/p.csv", 420))
    assert.equal(2, credenco("report", "--csv", folder .. "/p.csv").code)
    assert.equal(0, credenco("report", "--csv", folder .. "/p.csv", "--force").code)
    assert.equal(384, uv.fs_stat(folder .. "/p.csv").mode % 512)
    assert.matches("\r\n123,", files.read(folder .. "/p.csv"))
  end)

  it("writes nothing that a spreadsheet would run", function()
    run { "=1+1,x,A", "-2+3,x,A", "+4,x,A", "@SUM(A1),x,A" }
    credenco("report", "--csv", folder .. "/p.csv")
    local keys = {}
    for key in files.read(folder .. "/p.csv"):gmatch "\r\n([^,]+)," do keys[#keys + 1] = key end
    table.sort(keys)
    assert.same({ "'+4", "'-2+3", "'=1+1", "'@SUM(A1)" }, keys)
  end)

  it("writes the issued credentials, with their ids", function()
    run({ line(2), line(1), "123," .. world.trusting .. ",Short" }, "--confirm")
    assert.equal(0, credenco("report", "--issued", folder .. "/i.csv", "--json").code)
    local head, first, second, more = files.read(folder .. "/i.csv"):match "^(.-)\r\n(.-)\r\n(.-)\r\n(.*)$"
    assert.equal("key,source,line,step,template_id,wallet_key,delivery,correlation_id,status,revocation_uuid,issued_at", head)
    assert.matches("^10000001,.-in.csv,3,1,ebw_oid,[%x-]+,direct,[%x-]+,issue_completed,[%x-]+,%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$", first)
    assert.matches("^10000002,.-in.csv,2,", second)
    assert.equal("", more)
    credenco("report", "--issued", folder .. "/i.jsonl")
    local credential = cjson.decode(files.read(folder .. "/i.jsonl"):match "[^\n]+")
    local found = cjson.decode(credenco("explain", "10000001", "--json").out).found[1].credentials[1]
    assert.same({ found.correlation_id, found.revocation_uuid, found.status },
      { credential.correlation_id, credential.revocation_uuid, credential.status })
  end)

  it("writes each step of a record that has several, also of one that is between two", function()
    files.write(folder .. "/w.lua", [[
local claims = require "credenco.claims"
local map = claims.map { iban = "coc_number", account_holder = "legal_name" }
return { name = "w", key = "coc_number", wallet_key = "wallet", steps = {
  { template_id = "iban", claims = map },
  { template_id = function(record) return record.legal_name == "B" and "no_such" or "any" end, claims = map } } }
]])
    files.write(source, ("coc_number,wallet,legal_name\n1,%s,A\n2,%s,B\n"):format(world.trusting, world.trusting))
    assert.equal(4, credenco("run", folder .. "/w.lua", source).code)
    credenco("report", folder .. "/w.lua", "--issued", folder .. "/i.jsonl")
    local found = {}
    for text in files.read(folder .. "/i.jsonl"):gmatch "[^\n]+" do
      local credential = cjson.decode(text)
      assert.same({ world.trusting, "direct" }, { credential.wallet_key, credential.delivery })
      found[#found + 1] = ("%s/%d %s"):format(credential.key, credential.step, credential.template_id)
    end
    assert.same({ "1/1 iban", "1/2 any", "2/1 iban" }, found)
  end)

  local function fill(state, count)
    local db = assert(database.open(journal))
    assert(db:execute(([[
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
INSERT INTO credenco_record (workflow, key, copy, run, line, state, step, code, stage, message, updated)
SELECT 'companies', 'k' || i, '', 1, i + 10, '%s', 1, 'rejected', 'create_offer', 'no', 0 FROM n]]):format(count, state)))
    db:close()
  end

  -- The most that the program ever held in memory.
  local function peak_mib(...)
    local command = ("exec /usr/bin/env bash -c 'ulimit -v 120000; exec \"$0\" \"$@\"' %s bin/credenco %s"):format(
      uv.exepath(), table.concat({ ... }, " "))
    return program.run_command("/bin/sh", { "-c", command }, env)
  end

  it("holds none of the records in memory", function()
    run { line(1) }
    fill("failed", 100000)
    local done = peak_mib("report", "--csv", folder .. "/p.csv", "--json-file", folder .. "/p.json")
    assert.same({ 0, "" }, { done.code, done.err })
    local _, lines = files.read(folder .. "/p.csv"):gsub("\n", "")
    assert.equal(100001, lines)
    assert.equal(100000, #cjson.decode(files.read(folder .. "/p.json")).records)
  end)
end)
