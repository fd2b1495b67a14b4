-- `credenco rejects`.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("rejects", function()
  local desk = Desk.use()
  local credenco, csv, line = desk.credenco, desk.csv, desk.line

  it("write no line to the rejects that is not there as it came", function()
    local long = csv { line(1), "2," .. desk.world.trusting .. "," .. ("x"):rep(1200000), '3,x,"Open' }
    assert.equal(4, credenco("run", WORKFLOW, long).code)
    local done = credenco("rejects", "-o", desk.folder .. "/r.csv")
    assert.matches("1 line written to .-\n1 failed line is not in the journal %(too long", done.out)
    assert.equal('coc_number,wallet,legal_name\n3,x,"Open\n', files.read(desk.folder .. "/r.csv"))
    assert.matches("2 records = 1 issued %+ 1 failed", credenco("report").out)
  end)

  it("overwrite no rejects, which may be all there is of a line", function()
    credenco("run", WORKFLOW, desk.mixed())
    local path = desk.folder .. "/r.csv"
    assert.matches("3 lines written .*\n1 of them had no key and is no longer in the journal\n", credenco("rejects", "-o", path).out)
    local rejected = files.read(path)
    local again = credenco("rejects", "-o", path)
    assert.equal(2, again.code)
    assert.truthy(again.err:find(path .. " exists already and is not overwritten", 1, true), again.err)
    assert.equal(rejected, files.read(path))
  end)

  -- Two failed lines without a key, each under a header of its own.
  local function two_headers(text)
    credenco("run", WORKFLOW, csv { '1,x,"Open' })
    files.write(desk.folder .. "/other.csv", 'wallet;coc_number;legal_name\nx;2;"Open' .. (text or "") .. "\n")
    credenco("run", WORKFLOW, desk.folder .. "/other.csv")
  end

  local function failed()
    return cjson.decode(credenco("report", "--json").out).totals.failed
  end

  local function is_there(name) return uv.fs_lstat(desk.folder .. "/" .. name) ~= nil end

  it("write the rejects of files with other headers to a file each, in one call", function()
    credenco("run", WORKFLOW, csv { line(1, "no-such-wallet") })
    two_headers()
    files.write(desk.folder .. "/more.jsonl", '{"coc_number":"3","wallet":"x"}\n')
    credenco("run", WORKFLOW, desk.folder .. "/more.jsonl")
    local path = desk.folder .. "/r.csv"
    local done = credenco("rejects", "-o", path)
    assert.equal(0, done.code, done.err)
    assert.equal(([[
2 lines written to %s/r.csv, the reasons to %s/r.csv.reasons.txt
1 line written to %s/r.2.csv, the reasons to %s/r.2.csv.reasons.txt: its header is different
1 line written to %s/r.3.csv, the reasons to %s/r.3.csv.reasons.txt: it has no header; run it with --format jsonl
2 of them had no key and are no longer in the journal
]]):gsub("%%s", function() return desk.folder end), done.out)
    assert.equal("coc_number,wallet,legal_name\n" .. line(1, "no-such-wallet") .. '\n1,x,"Open\n', files.read(path))
    assert.equal('wallet;coc_number;legal_name\nx;2;"Open\n', files.read(desk.folder .. "/r.2.csv"))
    assert.equal('{"coc_number":"3","wallet":"x"}\n', files.read(desk.folder .. "/r.3.csv"))
    assert.matches("^line 2 %(.-other.csv, line 2%): broken_line", files.read(desk.folder .. "/r.2.csv.reasons.txt"))
    assert.matches("^line 1 %(.-more.jsonl, line 1, key 3%): ", files.read(desk.folder .. "/r.3.csv.reasons.txt"))
    assert.equal(2, failed())
  end)

  it("write rejects below the line that names their delimiter, and read them in the same way", function()
    files.write(desk.folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "ebw_oid", key = "id", wallet_key = "wallet, of whom",
  claims = claims.map { id = claims.text("id", { length = 8 }), name = "name, of company",
    issuing_authority = claims.constant "C", issuing_country = claims.constant "NL" } }
]])
    local header = "sep=;\r\nid;wallet, of whom;name, of company\r\n"
    files.write(desk.folder .. "/in.csv", header .. "1;" .. desk.world.trusting .. ";Name\r\n")
    assert.equal(4, credenco("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv").code)
    local path = desk.folder .. "/r.csv"
    assert.equal(0, credenco("rejects", "-o", path).code)
    assert.equal(header .. "1;" .. desk.world.trusting .. ";Name\r\n", files.read(path))
    assert.matches("^line 3 %(", files.read(path .. ".reasons.txt"))
    files.write(path, header .. "10000001;" .. desk.world.trusting .. ";Name\r\n")
    assert.matches("1 issued", credenco("run", desk.folder .. "/w.lua", path).out)
  end)

  it("tell programs which files the rejects are in", function()
    two_headers()
    local done = cjson.decode(credenco("rejects", "-o", desk.folder .. "/r", "--json").out)
    assert.same({ workflow = "companies", lines = 2, forgotten = 2, without_line = 0, files = {
      { file = desk.folder .. "/r", reasons = desk.folder .. "/r.reasons.txt", lines = 1 },
      { file = desk.folder .. "/r.2", reasons = desk.folder .. "/r.2.reasons.txt", lines = 1 },
    } }, done)
  end)

  it("number the lines of rejects as an editor does, with any line breaks", function()
    files.write(desk.folder .. "/in.csv", 'coc_number,wallet,legal_name\n1,x,"A\nB"\n2,x,C\n3,x,"D\nE"')
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function() return nil, "no" end }
]])
    credenco("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv")
    files.write(desk.folder .. "/in.csv", 'coc_number,wallet,legal_name\n4,x,C\n')
    credenco("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv")
    local done = credenco("rejects", "-o", desk.folder .. "/r.csv")
    assert.equal(0, done.code, done.err)
    local reasons = files.read(desk.folder .. "/r.csv.reasons.txt")
    for number, key in pairs { [2] = 1, [4] = 2, [5] = 3, [7] = 4 } do
      assert.matches(("line %d %%(.-, key %d%%)"):format(number, key), reasons)
    end
  end)

  for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
    it("write no rejects at all when one of their files is there: " .. name, function()
      two_headers()
      files.write(desk.folder .. "/" .. name, "")
      local done = credenco("rejects", "-o", desk.folder .. "/r.csv")
      assert.equal(2, done.code)
      assert.truthy(done.err:find(desk.folder .. "/" .. name .. " exists already and is not overwritten", 1, true), done.err)
      for _, other in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
        assert.equal(other == name, is_there(other), other)
      end
      assert.equal("", files.read(desk.folder .. "/" .. name))
      assert.equal(2, failed())
    end)
  end

  it("write rejects and their reasons for the owner only", function()
    two_headers()
    assert.equal(0, program.run_command("/bin/sh", { "-c", 'umask 0; exec "$0" bin/credenco rejects -o "$1"',
      uv.exepath(), desk.folder .. "/r.csv" }, desk.env).code)
    for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
      assert.equal(384, uv.fs_stat(desk.folder .. "/" .. name).mode % 512, name)
    end
  end)

  -- No file may grow beyond 64 or 128 KiB, as the shell counts: a full disk that needs no disk.
  local LITTLE_ROOM = [[trap "" XFSZ; ulimit -f 128; exec "$0" bin/credenco rejects -o "$1"]]

  it("take rejects back when there is no room for them, and name the file", function()
    two_headers(("x"):rep(200000))
    local done = program.run_command("/bin/sh", { "-c", LITTLE_ROOM, uv.exepath(), desk.folder .. "/r.csv" }, desk.env)
    assert.equal(1, done.code, done.out)
    assert.truthy(done.err:find(desk.folder .. "/r.2.csv: cannot be written (EFBIG: ", 1, true), done.err)
    for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
      assert.is_false(is_there(name), name)
    end
    assert.equal(2, failed())
    assert.equal(0, credenco("rejects", "-o", desk.folder .. "/r.csv").code)
  end)

  it("name the file when its directory does not exist", function()
    two_headers()
    local done = credenco("rejects", "-o", desk.folder .. "/none/r.csv")
    assert.equal(2, done.code)
    assert.truthy(done.err:find("--output: " .. desk.folder .. "/none/r.csv: cannot be written (ENOENT: ", 1, true), done.err)
    assert.equal(2, failed())
  end)

  it("say that there are no rejects, and leave no file", function()
    credenco("run", WORKFLOW, csv { line(1) })
    local done = credenco("rejects", "-o", desk.folder .. "/r.csv")
    assert.equal(0, done.code)
    assert.equal("no failed record has a line in the journal; no file was written\n", done.out)
    assert.is_false(is_there "r.csv")
    assert.is_false(is_there "r.csv.reasons.txt")
    assert.truthy(credenco("rejects", "-o", desk.folder .. "/r.csv", "--json").out:find('"files":[]', 1, true))
  end)
end)
