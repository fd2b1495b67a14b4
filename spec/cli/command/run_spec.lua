-- `credenco run`, `load` and `work`.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local WORKFLOW = Desk.WORKFLOW

describe("a run", function()
  local desk = Desk.use()
  local credenco, csv, line, lines = desk.credenco, desk.csv, desk.line, desk.lines

  local function start_stream(...)
    local run = program.start({ "run", WORKFLOW, "-", ... }, desk.env)
    run.stdin:write("coc_number,wallet,legal_name\n" .. line(1) .. "\n")
    assert.is_true(wait.until_true(function() return credenco("explain", "10000001", "--offline").out:find "10000001: issued" ~= nil end))
    return run
  end

  it("issue the records that a slow stream has delivered, and wait for the rest", function()
    local run = start_stream()
    run:finish_input(line(2) .. "\n")
    local done = run:finish()
    assert.equal(0, done.code, done.err)
    assert.matches("2 records = 2 issued", done.out)
  end)

  it("reads standard input twice if that is a file, before it sends anything", function()
    local plain = ("1,w,Cafe\n"):rep(20000)
    files.write(desk.folder .. "/in.csv", "coc_number,wallet,legal_name\n" .. plain .. "1,w,Caf\233\n")
    local done = program.run_command("/bin/sh", { "-c", '"$0" bin/credenco run "$1" - < "$2"', uv.exepath(), WORKFLOW,
      desk.folder .. "/in.csv" }, desk.env)
    assert.equal(2, done.code, done.out .. done.err)
    assert.matches("standard input: not UTF%-8 in line 20002 %(0xE9%), most likely Windows%-1252", done.err)
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
  end)

  it("stop while a stream is silent, without the half of a line", function()
    local run = start_stream()
    run.stdin:write "100000"
    uv.sleep(200)
    run:kill "sigint"
    local done = run:finish()
    assert.equal(130, done.code, done.err)
    assert.matches("1 records? = 1 issued", done.out)
    assert.matches("continue with: credenco run", done.out)
  end)

  it("say that the file is not a workflow", function()
    for name, text in pairs { ["clean.csv"] = "id;name\n1;2\n", ["a.jsonl"] = '{"id":1}\n' } do
      files.write(desk.folder .. "/" .. name, text)
      for _, command in ipairs { "run", "load" } do
        local done = credenco(command, desk.folder .. "/" .. name, WORKFLOW)
        assert.equal(2, done.code)
        assert.truthy(done.err:find(desk.folder .. "/" .. name .. " is not a workflow: a workflow is a Lua file, "
          .. "and comes before the source (", 1, true), done.err)
      end
    end
  end)

  it("read nothing when the column of the key, the wallet or a claim is missing, and warn of others", function()
    for _, header in ipairs { "coc_nummer,wallet,legal_name", "coc_number,walet,legal_name", "coc_number,wallet,legal_nam" } do
      files.write(desk.folder .. "/in.csv", header .. "\n10000001,2,3\n")
      for _, command in ipairs { "run", "load" } do
        local done = credenco(command, WORKFLOW, desk.folder .. "/in.csv")
        assert.equal(2, done.code)
        assert.matches('in.csv: column ".-" is used .- does not have it %(is it ".-"%?%); nothing was read or sent', done.err)
      end
    end
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
    files.write(desk.folder .. "/w.lua", (files.read(WORKFLOW):gsub('"legal_name"', 'claims.text("legal_name", { required = false })')))
    files.write(desk.folder .. "/in.csv", "coc_number,wallet,name\n19999999,no-such-wallet,3\n")
    local done = credenco("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv")
    assert.equal(4, done.code)
    assert.matches('credenco: column "legal_name" is used by the workflow, and the source does not have it', done.err)
  end)

  it("run, report, write rejects byte for byte, and take the corrected file", function()
    local done = credenco("run", WORKFLOW, desk.mixed())
    assert.equal(4, done.code)
    assert.matches("5 records = 1 issued %+ 3 failed %+ 0 unknown %+ 1 skipped %+ 0 pending", done.out)
    local report = credenco("report", "--csv", desk.folder .. "/p.csv", "--json-file", desk.folder .. "/p.json")
    assert.matches("1 failed  not_found at push_offer", report.out)
    assert.matches("what to do: correct the lines:\n +credenco rejects companies %-%-output rejects.csv\n", report.out)
    assert.matches('10000004,.-in.csv,5,failed,1,push_offer,not_found,', files.read(desk.folder .. "/p.csv"))
    assert.equal(4, #cjson.decode(files.read(desk.folder .. "/p.json")).records)
    assert.equal(0, credenco("rejects", "-o", desk.folder .. "/r.csv").code)
    assert.equal(384, uv.fs_stat(desk.folder .. "/r.csv").mode % 512)
    local rejected = files.read(desk.folder .. "/r.csv")
    assert.equal("coc_number,wallet,legal_name\n123," .. desk.world.trusting .. ',Short\n10000003,x,"Open\n'
      .. line(4, "no-such-wallet") .. "\n", rejected)
    assert.matches("line 2 %(.-in.csv, line 3, key 123%): invalid_record", files.read(desk.folder .. "/r.csv.reasons.txt"))
    local corrected = rejected:gsub("no%-such%-wallet", desk.world.trusting):gsub('x,"Open', desk.world.trusting .. ",Closed")
      :gsub("123,[^\n]*\n", "")
    files.write(desk.folder .. "/r.csv", corrected)
    local again = credenco("run", WORKFLOW, desk.folder .. "/r.csv")
    assert.matches("5 records = 3 issued %+ 1 failed", again.out)
  end)

  it("say that a journal is a new one", function()
    local source = csv(lines(1))
    assert.truthy(credenco("run", WORKFLOW, source).err:find("a new journal begins: " .. desk.env.CREDENCO_JOURNAL, 1, true))
    assert.is_nil(credenco("run", WORKFLOW, source).err:find("new journal", 1, true))
  end)

  it("say that a source was not read to its end", function()
    local source = csv(lines(5))
    local limited = credenco("run", WORKFLOW, source, "--limit", "2")
    assert.matches("2 records = 2 issued.-not read to the end: .-in.csv; run the workflow on it again", limited.out)
    assert.matches("not read to the end: .-in.csv", credenco("run", WORKFLOW).out)
    assert.matches("not read to the end: .-in.csv", credenco("report").out)
    assert.equal(1, #cjson.decode(credenco("report", "--json").out).unread)
    local whole = credenco("run", WORKFLOW, source)
    assert.matches("5 records = 5 issued", whole.out)
    assert.is_nil((whole.out .. credenco("report").out):find("not read", 1, true))
  end)

  for _, flag in ipairs { { "--limit", "1" }, { "--format", "csv" }, { "--encoding", "cp850" }, { "--query", "SELECT 1" } } do
    it("refuse " .. flag[1] .. " without a source: all open records would be issued without it", function()
      assert.equal(0, credenco("load", WORKFLOW, csv(lines(2))).code)
      local done = credenco("run", WORKFLOW, flag[1], flag[2])
      assert.equal(2, done.code)
      assert.truthy(done.err:find(flag[1] .. ": name the ", 1, true), done.err)
      assert.matches("2 pending", credenco("report").out)
    end)
  end

  it("say how many failures were too many", function()
    local done = credenco("run", WORKFLOW, csv { "1", "2", line(3) }, "--max-failures", "1")
    assert.equal(8, done.code)
    assert.matches("stopped by %-%-max%-failures: 2 failed or are unknown in this run, more than 1\n", done.out)
  end)

  it("do not say how to continue if the same command would be refused again", function()
    local source = csv { line(1), line(2) }
    desk.env.CREDENCO_JOURNAL = nil
    local first = credenco("run", WORKFLOW, source, "--journal", desk.folder .. "/first.journal", "--new-journal")
    assert.equal(0, first.code, first.err)
    local done = credenco("run", WORKFLOW, source, "--journal", desk.folder .. "/second.journal")
    assert.equal(9, done.code, done.out)
    assert.matches("stopped: the journal cannot be used: the issuer already knows 2 of the first 2 records, .* give %-%-new%-journal", done.out)
    assert.is_nil(done.out:find("continue with", 1, true))
  end)

  it("load a journal file and work it off", function()
    local loaded = credenco("load", WORKFLOW, csv(lines(20)))
    assert.equal(0, loaded.code, loaded.err)
    assert.matches("20 records = 0 issued .* 20 pending", loaded.out)
    local done = credenco("work", WORKFLOW)
    assert.matches("20 records = 20 issued", done.out)
    assert.equal(0, done.code)
  end)

  it("read standard input, and speak JSON to programs", function()
    local done = program.run({ "run", WORKFLOW, "-", "--format", "jsonl", "--json", "--progress", "jsonl" }, desk.env,
      cjson.encode { coc_number = "10000009", wallet = desk.world.trusting, legal_name = "Nine" } .. "\n")
    assert.equal(0, done.code, done.err)
    assert.equal(1, cjson.decode(done.out).totals.issued)
    assert.truthy(done.out:find('"totals":{"failed":0,"input":1,"issued":1,"pending":0,"skipped":0,"unknown":0}', 1, true))
    local progress = cjson.decode(done.err:match("([^\n]+)\n$"))
    assert.equal(1, progress.done)
    assert.equal(1, progress.issued)
  end)

  it("end with 8 at --max-failures, 3 at refused credentials, 7 out of reach, 9 without a journal", function()
    local source = csv { line(1, "none"), line(2, "none"), line(3, "none") }
    assert.equal(8, credenco("run", WORKFLOW, source, "--max-failures", "1").code)
    desk.env.CREDENCO_API_KEY = "wrong"
    assert.equal(3, credenco("run", WORKFLOW, csv { line(11) }).code)
    desk.env.CREDENCO_JOURNAL = desk.folder .. "/no/such/folder/j.journal"
    desk.env.CREDENCO_API_KEY = "sandbox-api-key"
    local done = credenco("run", WORKFLOW, source)
    assert.equal(9, done.code)
    assert.truthy(done.err:find("credenco: " .. desk.env.CREDENCO_JOURNAL
      .. ".lock: cannot be written (ENOENT: no such file or directory); does its directory exist?", 1, true), done.err)
    desk.env.CREDENCO_JOURNAL = "mysql://db.example/x"
    done = credenco("run", WORKFLOW, source)
    assert.equal(9, done.code)
    assert.matches("credenco: a journal is a SQLite file, or postgres://", done.err)
    desk.env.CREDENCO_JOURNAL = desk.folder .. "/k.journal"
    desk.env.CREDENCO_BASE_URL = "http://127.0.0.1:" .. wait.free_port()
    assert.equal(7, credenco("run", WORKFLOW, source, "--patience", "1").code)
  end)

  it("stop at Ctrl-C, say how to continue, and continue", function()
    desk.world:call("PUT", "/sandbox/faults", { rules = { { endpoint = "push", effect = "delay", delay_ms = 100, probability = 1 } } })
    local source = csv(lines(300))
    local process = program.start({ "run", WORKFLOW, source, "--concurrency", "4", "--progress", "jsonl" }, desk.env)
    process:finish_input()
    wait.until_true(function() return process:stderr():find('"issued":[1-9]') end)
    process:kill "sigint"
    local done = process:finish()
    assert.equal(130, done.code, done.err)
    assert.matches("stopped on request", done.out)
    assert.truthy(done.out:find("continue with: credenco run " .. WORKFLOW .. " " .. source, 1, true), done.out)
    process = program.start({ "run", WORKFLOW, source, "--concurrency", "4", "--progress", "jsonl", "--json" }, desk.env)
    process:finish_input()
    wait.until_true(function() return process:stderr():find('"issued":[1-9]') end)
    process:kill "sigint"
    done = process:finish()
    assert.matches('{"note":"stopping when', done.err)
    assert.equal("interrupted", cjson.decode(done.out).stopped)
    for printed in done.err:gmatch "[^\n]*\n" do cjson.decode(printed) end
    desk.world:call("DELETE", "/sandbox/faults")
    local ended = credenco("run", WORKFLOW, source)
    assert.matches("300 records = 300 issued", ended.out)
  end)

  it("make no journal if there is nothing to put into it", function()
    for _, command in ipairs { "run", "work" } do
      local done = credenco(command, WORKFLOW)
      assert.equal(9, done.code)
      assert.matches("j.journal: there is no such journal", done.err)
    end
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
  end)

  local mistakes = {
    { { "run", "nowhere.lua", "x.csv" }, "nowhere.lua: No such file or directory" },
    { { "run", WORKFLOW, "nowhere.csv" }, "nowhere.csv: cannot be read" },
    { { "run", WORKFLOW, "x.csv", "--rate", "fast" }, "%-%-rate: records and a time, as 50/s" },
    { { "run", WORKFLOW, "x.csv", "--rate", "35/h" }, "%-%-rate: at least 36/h, at most 1000000/s" },
    { { "run", WORKFLOW, "x.csv", "--rate", "1000001" }, "%-%-rate: at least 36/h, at most 1000000/s" },
    { { "run", WORKFLOW, "nowhere.csv", "--rate", "36/h" }, "nowhere.csv: cannot be read" },
    { { "run", WORKFLOW, "x.csv", "--max-failures", "many" }, "%-%-max%-failures: a number" },
    { { "run", WORKFLOW, "x.csv", "--journal", "postgres://u:secret@h/d" }, "an argument, which every user of the machine can see, must not hold a password" },
    { { "run", WORKFLOW, "x.csv", "--journal", ":memory:" }, "%-%-journal: a journal in memory would be lost" },
    { { "load", WORKFLOW, "x.csv", "--journal", ":memory:" }, "%-%-journal: a journal in memory would be lost" },
    { { "run", WORKFLOW, "x.csv", "--concurrency", "0" }, "%-%-concurrency: a whole number from 1 to 10000" },
    { { "run", WORKFLOW, "x.csv", "--concurrency", "10001" }, "%-%-concurrency: a whole number from 1 to 10000" },
    { { "run", WORKFLOW, "x.csv", "--attempts", "101" }, "%-%-attempts: a whole number from 1 to 100" },
    { { "run", WORKFLOW, "x.csv", "--patience", "2147483648" }, "%-%-patience: a whole number from 1 to 2147483647" },
    { { "claims", "check", WORKFLOW }, "which source" },
    { { "load", WORKFLOW }, "which source" },
    { { "metrics" }, "which journal%? Give %-%-journal or CREDENCO_JOURNAL\n" },
    { { "explain", "10000001", "--offline" }, "which journal%? Give %-%-journal or CREDENCO_JOURNAL\n" },
  }

  for _, mistake in ipairs(mistakes) do
    it("refuse with 2 and a reason: " .. table.concat(mistake[1], " "), function()
      desk.env.CREDENCO_JOURNAL = nil
      local done = program.run(mistake[1], desk.env)
      assert.equal(2, done.code)
      assert.matches(mistake[2], done.err)
      assert.is_nil(done.err:find("secret", 1, true))
    end)
  end
end)
