-- The commands of the pipeline as a new user types them.
local bench_of_one = require "spec.pipeline.bench_of_one"
local cjson = require "cjson"
local database = require "credenco.journal.database"
local files = require "spec.support.files"
local journal_retry = require "credenco.journal.retry"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"
local World = require "spec.sandbox.world"

local WORKFLOW = "spec/pipeline/company.lua"

describe("the commands of the pipeline", function()
  local world, env, folder

  setup(function() world = World.start() end)
  teardown(function() world:stop() end)

  before_each(function()
    folder = files.temporary_folder()
    env = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = "sandbox-api-key",
      CREDENCO_JOURNAL = folder .. "/j.journal" }
  end)
  after_each(function() files.remove_folder(folder) end)

  local function csv(lines, name)
    local path = folder .. "/" .. (name or "in.csv")
    files.write(path, "coc_number,wallet,legal_name\n" .. table.concat(lines, "\n") .. "\n")
    return path
  end

  local function line(i, wallet)
    return ("%d,%s,Company %d"):format(10000000 + i, wallet or world.trusting, i)
  end

  local function lines(count)
    local list = {}
    for i = 1, count do list[i] = line(i) end
    return list
  end

  local function credenco(...) return program.run({ ... }, env) end

  local function mixed()
    return csv { line(1), "123," .. world.trusting .. ",Short", '10000003,x,"Open', line(4, "no-such-wallet"), line(1) }
  end

  local function start_stream(...)
    local run = program.start({ "run", WORKFLOW, "-", ... }, env)
    run.stdin:write("coc_number,wallet,legal_name\n" .. line(1) .. "\n")
    assert.is_true(wait.until_true(function() return credenco("find", "10000001").out:find "issued" ~= nil end, 20000))
    return run
  end

  it("issue what has come of a slow stream, and wait for the rest", function()
    local run = start_stream()
    run:finish_input(line(2) .. "\n")
    local done = run:finish()
    assert.equal(0, done.code, done.err)
    assert.matches("2 records = 2 issued", done.out)
  end)

  it("stop while a stream is silent, without the half of a line", function()
    local run = start_stream()
    run.stdin:write "100000"
    uv.sleep(200)
    run:kill "sigint"
    local done = run:finish()
    assert.equal(130, done.code, done.err)
    assert.matches("1 records? = 1 issued", done.out)
    assert.matches("go on: credenco run", done.out)
  end)

  it("check a mapping and say line, column, what is wrong and what would fit", function()
    local done = credenco("claims", "check", WORKFLOW, mixed())
    assert.equal(4, done.code)
    assert.matches("3%s+id%s+coc_number%s+text of 3 characters%s+text of 8 characters", done.out)
    assert.matches("4%s+%(line%)%s+a quote is opened and never closed", done.out)
    assert.matches('line 2 as it would be sent %(template ebw_oid, key 10000001, wallet [%x-]+%):\n  id: "10000001"', done.out)
    assert.matches("5 lines: 2 fit, 2 do not, 1 repeats a key and would be left out; nothing was sent", done.out)
  end)

  it("say which column of the workflow the file does not have", function()
    files.write(folder .. "/in.csv", "coc_nummer,wallet,legal_name,extra\n1,2,3,4\n")
    local done = credenco("claims", "check", WORKFLOW, folder .. "/in.csv")
    local missing = 'column "coc_number" is used by the workflow, and the source does not have it (is it "coc_nummer"?)'
    assert.truthy(done.out:find(missing, 1, true), done.out)
    assert.matches("columns not used: coc_nummer, extra", done.out)
  end)

  local function check_header(header, workflow)
    files.write(folder .. "/in.csv", header .. "\n")
    return credenco("claims", "check", workflow or WORKFLOW, folder .. "/in.csv").out
  end

  it("propose a column that is written with other capitals", function()
    local out = check_header "COC_NUMBER,Wallet,LEGAL NAME"
    assert.truthy(out:find('"coc_number" is used by the workflow, and the source does not have it (is it "COC_NUMBER"?)', 1, true), out)
    assert.truthy(out:find('(is it "Wallet"?)', 1, true), out)
    assert.truthy(out:find('(is it "LEGAL NAME"?)', 1, true), out)
  end)

  it("say what separates fields to somebody whose file has something else", function()
    local wanted = 'does not have it (commas, semicolons and tabs are read, not "|")'
    local out = check_header "coc_number|wallet|legal_name"
    assert.truthy(out:find('column "coc_number" is used by the workflow, and the source ' .. wanted, 1, true), out)
    local run = credenco("run", WORKFLOW, folder .. "/in.csv")
    assert.equal(2, run.code)
    assert.truthy(run.err:find(wanted, 1, true), run.err)
    assert.is_nil(check_header("coc_number,wallet,a|b,legal"):find("commas", 1, true))
  end)

  it("take a path of a nested record for there when its first part is, in any of the records", function()
    local account = files.read("examples/pipeline/accounts.jsonl"):match "^.-\n"
    files.write(folder .. "/a.jsonl", account)
    local done = credenco("claims", "check", "examples/pipeline/bank_account.lua", folder .. "/a.jsonl")
    assert.is_nil(done.out:find('column "', 1, true), done.out)
    assert.equal(0, done.code)
    files.write(folder .. "/a.jsonl", account .. account:gsub('"address":{.-},', ""):gsub("NL91 ABNA", "NL91ABNA"))
    done = credenco("claims", "check", "examples/pipeline/bank_account.lua", folder .. "/a.jsonl")
    assert.is_nil(done.out:find('column "', 1, true), done.out)
    files.write(folder .. "/a.jsonl", (account:gsub('"account"', '"acount"')))
    done = credenco("claims", "check", "examples/pipeline/bank_account.lua", folder .. "/a.jsonl")
    assert.matches('column "account.iban" is used by the workflow, and the source does not have it', done.out)
    assert.matches("columns not used: acount", done.out)
    assert.equal(4, done.code)
  end)

  it("end a check with 4 only for lines that do not fit, or a column without which none can", function()
    files.write(folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "t", key = "id", wallet_key = "wallet", claims = claims.map {
  name = "name", city = claims.text("city", { required = false }), kind = claims.text("kind", { default = "x" }),
  tags = claims.list("tags", { required = false }),
  seat = claims.object({ street = "street" }, { required = false }) } }
]])
    for header, code in pairs { ["id,wallet,name"] = 0, ["id,wallet"] = 4, ["id,name"] = 4, ["wallet,name"] = 4 } do
      for _, line_below in ipairs { "", "1,2,3\n" } do
        files.write(folder .. "/in.csv", header .. "\n" .. (code == 0 and line_below or ""))
        for _, command in ipairs { { "claims", "check" }, { "run", "--dry-run" } } do
          command[#command + 1] = folder .. "/w.lua"
          command[#command + 1] = folder .. "/in.csv"
          local done = program.run(command, env)
          assert.equal(code, done.code, header .. line_below .. done.out .. done.err)
          assert.matches('column "city" is used by the workflow, and the source does not have it', done.out)
        end
      end
    end
  end)

  it("say that what stands in the workflow's place is none", function()
    for name, text in pairs { ["clean.csv"] = "id;name\n1;2\n", ["a.jsonl"] = '{"id":1}\n' } do
      files.write(folder .. "/" .. name, text)
      for _, command in ipairs { "run", "load" } do
        local done = credenco(command, folder .. "/" .. name, WORKFLOW)
        assert.equal(2, done.code)
        assert.truthy(done.err:find(folder .. "/" .. name .. " is no workflow, which is a Lua file and comes before the source (", 1, true), done.err)
      end
    end
  end)

  it("say which columns that are read as text stand several times in the header", function()
    files.write(folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet", claims = claims.map {
  name = "name", first = function(record) return record.given end, others = claims.list "other" } }
]])
    local done = check_header("coc_number,wallet,name,given,name,given,other,other,given,x,x\n1,w,a,b,c,d,e,f,g,h,i",
      folder .. "/w.lua")
    local said = 'column "given" stands 3 times in the header: its value is a list\n'
      .. 'column "name" stands 2 times in the header: its value is a list\n'
    assert.truthy(done:find(said, 1, true), done)
    assert.is_nil(done:find('"other" stands', 1, true))
    assert.is_nil(done:find('"x" stands', 1, true))
    local fields = cjson.decode(credenco("claims", "check", folder .. "/w.lua", folder .. "/in.csv", "--json").out)
    assert.same({ { column = "given", times = 3 }, { column = "name", times = 2 } }, fields.repeated_columns)
  end)

  it("say nothing of columns without a name", function()
    local out = check_header "coc_number,wallet,legal_name,,"
    assert.is_nil(out:find("not used", 1, true), out)
    assert.matches("columns not used: extra\n", check_header "coc_number,wallet,legal_name,,extra,")
  end)

  it("read nothing when the column of the key, the wallet or a claim is missing, and warn of others", function()
    for _, header in ipairs { "coc_nummer,wallet,legal_name", "coc_number,walet,legal_name", "coc_number,wallet,legal_nam" } do
      files.write(folder .. "/in.csv", header .. "\n10000001,2,3\n")
      for _, command in ipairs { "run", "load" } do
        local done = credenco(command, WORKFLOW, folder .. "/in.csv")
        assert.equal(2, done.code)
        assert.matches('in.csv: column ".-" is used .- does not have it %(is it ".-"%?%); nothing was read or sent', done.err)
      end
    end
    assert.is_nil(files.read(folder .. "/j.journal"))
    files.write(folder .. "/w.lua", (files.read(WORKFLOW):gsub('"legal_name"', 'claims.text("legal_name", { required = false })')))
    files.write(folder .. "/in.csv", "coc_number,wallet,name\n10000001,no-such-wallet,3\n")
    local done = credenco("run", folder .. "/w.lua", folder .. "/in.csv")
    assert.equal(4, done.code)
    assert.matches('credenco: column "legal_name" is used by the workflow, and the source does not have it', done.err)
  end)

  it("name the column and the kind of a key or a wallet that does not fit, beside the claims", function()
    files.write(folder .. "/in.csv", "coc_number,wallet,wallet,legal_name\n,a,b,\n")
    local done = credenco("claims", "check", WORKFLOW, folder .. "/in.csv")
    assert.matches("2%s+%(key%)%s+coc_number%s+empty%s+text of 1 to 255 bytes", done.out)
    assert.matches("2%s+name%s+legal_name%s+empty", done.out)
    assert.matches("2%s+wallet_key%s+wallet%s+a list of 2%s+text of 1 to 255 bytes", done.out)
    credenco("run", WORKFLOW, folder .. "/in.csv")
    assert.truthy(credenco("report").out:find('key (column "coc_number"): empty, expected text of 1 to 255 bytes', 1, true))
  end)

  it("refuse claims that cannot be sent, in words and in JSON", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function(record) return { name = { print } } end }
]])
    local source = csv { line(1) }
    local done = credenco("claims", "check", folder .. "/w.lua", source)
    assert.equal(4, done.code)
    assert.matches("2%s+claims.name%[1%]%s+a function has no JSON form", done.out)
    assert.equal(1, cjson.decode(credenco("claims", "check", folder .. "/w.lua", source, "--json").out).refused)
  end)

  it("tell what a function of the workflow says against a record as what it is", function()
    local head = 'return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet", claims = '
    for definition, row in pairs {
      ['require "credenco.claims".map { x = require "credenco.claims".text("legal_name", {'
        .. ' check = function() return false, "the digits are wrong" end }) }'] = "x +legal_name +text of 9 characters",
      ['require "credenco.claims".map { x = function() return nil, "the digits are wrong" end }'] = "x +no value",
      ['function() return nil, "the digits are wrong" end'] = "%(claims%) +no claims",
    } do
      files.write(folder .. "/w.lua", head .. definition .. " }")
      local done = credenco("claims", "check", folder .. "/w.lua", csv { line(1) })
      assert.equal(4, done.code, done.out .. done.err)
      assert.matches("\n2 +" .. row .. " +refused: the digits are wrong\n", done.out)
      local problem = cjson.decode(credenco("claims", "check", folder .. "/w.lua", folder .. "/in.csv", "--json").out).problems[1]
      assert.equal("the digits are wrong", problem.refused)
      assert.is_nil(problem.fits)
    end
  end)

  it("pass over a hook that asks the client, and say so", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  accept = function(_, client) return client:request { path = "/x" } ~= nil end,
  claims = function(record) return { id = record.coc_number } end }
]])
    local done = credenco("claims", "check", folder .. "/w.lua", csv { line(1) })
    assert.equal(0, done.code, done.out)
    assert.matches("asks the client, which a check does not have: not tried", done.out)
    assert.matches("1 line: 1 fits, 0 do not", done.out)
  end)

  it("check claims that are the record itself", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function(record) return record end }
]])
    local done = credenco("claims", "check", folder .. "/w.lua", csv { line(1) })
    assert.equal(0, done.code)
    assert.matches('  legal_name: "Company 1"', done.out)
  end)

  it("say where the function for the key fails", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", wallet_key = "wallet",
  key = function(record) return record.nothing.here end,
  claims = function(record) return record end }
]])
    local done = credenco("claims", "check", folder .. "/w.lua", csv { line(1) })
    assert.matches("2%s+%(key%)%s+a function that failed at .-w.lua:2: attempt to index .*nothing", done.out)
  end)

  it("name the lines that repeat the key of an earlier one, which a run leaves out", function()
    local source = csv { line(1), "10000002,w,", line(1), "10000002,w,Two", " " .. line(1) }
    for _, command in ipairs { { "claims", "check", WORKFLOW, source }, { "run", WORKFLOW, source, "--dry-run" } } do
      local done = credenco((table.unpack or unpack)(command))
      assert.equal(4, done.code)
      assert.matches("4%s+%(key%)%s+coc_number%s+the key of line 2 again%s+a key of its own", done.out)
      assert.matches("5%s+%(key%)%s+coc_number%s+the key of line 3 again", done.out)
      assert.matches("6%s+%(key%)%s+coc_number%s+the key of line 2 again", done.out)
      assert.matches("5 lines: 1 fits, 1 does not, 3 repeat a key and would be left out; nothing was sent", done.out)
    end
    assert.equal(3, cjson.decode(credenco("claims", "check", WORKFLOW, source, "--json").out).duplicates)
    local run = credenco("run", WORKFLOW, source)
    assert.matches("5 records = 1 issued %+ 1 failed %+ 0 unknown %+ 3 skipped", run.out)
  end)

  it("end a check of lines that fit and lines that repeat a key with 0", function()
    local done = credenco("claims", "check", WORKFLOW, csv { line(1), line(1) })
    assert.equal(0, done.code)
    assert.matches("2 lines: 1 fits, 0 do not, 1 repeats a key and would be left out; nothing was sent", done.out)
  end)

  it("take no line for one that repeats a key when neither has any", function()
    local done = credenco("claims", "check", WORKFLOW, csv { ",w,One", ",w,Two" })
    assert.matches("2 lines: 0 fit, 2 do not; nothing was sent", done.out)
    assert.equal(0, cjson.decode(credenco("claims", "check", WORKFLOW, csv { ",w,One" }, "--json").out).duplicates)
  end)

  it("take a key and a wallet without the blanks around them, ASCII or not", function()
    local source = csv { ("\194\16010000001 ,\226\128\175%s\227\128\128,One"):format(world.trusting), "\194\160 ,w,Two" }
    local done = credenco("claims", "check", WORKFLOW, source)
    assert.truthy(done.out:find(("key 10000001, wallet %s):"):format(world.trusting), 1, true), done.out)
    assert.matches("3%s+%(key%)%s+coc_number%s+only blanks", done.out)
  end)

  it("show every step of a workflow that has several, and name the step of a problem", function()
    local workflow = "examples/pipeline/representative.lua"
    local head = "coc_number,legal_name,wallet,director,powers,limit,jointly\n"
    files.write(folder .. "/in.csv", head .. "10000001,A,w1,Jan,sign,x,ja\n10000002,B,w2,Piet,sign;buy,,nee\n1,C,w3,P,s,,ja\n,,,x,,,\n")
    local done = credenco("claims", "check", workflow, folder .. "/in.csv")
    assert.equal(4, done.code)
    assert.matches("^line  step  claim +column +found +would fit\n2     2     limit ", done.out)
    assert.matches("\n4     1     id ", done.out)
    assert.matches("\n5           %(key%) ", done.out)
    local sent = 'line 3 as it would be sent, step 1 (template ebw_oid, key 10000002, wallet w2):\n  id: "10000002"\n'
    assert.truthy(done.out:find(sent, 1, true), done.out)
    local second = '\nstep 2 (template mandate, wallet w2):\n  company: {'
    assert.truthy(done.out:find(second, 1, true), done.out)
    local fields = cjson.decode(credenco("claims", "check", workflow, folder .. "/in.csv", "--json").out)
    assert.equal(2, fields.problems[1].step)
    assert.equal("ebw_oid", fields.first.template_id)
    assert.equal("mandate", fields.first.next_steps[1].template_id)
    assert.same({ "sign", "buy" }, fields.first.next_steps[1].claims.powers)
    local alone = credenco("claims", "check", WORKFLOW, mixed())
    assert.matches("^line  claim ", alone.out)
  end)

  it("dry-run without sending or writing anything", function()
    local key = world:new_wallet()
    local done = credenco("run", WORKFLOW, csv { line(1, key) }, "--dry-run")
    assert.equal(0, done.code, done.err)
    assert.same({}, world:wallet(key).credentials)
    assert.is_nil(files.read(folder .. "/j.journal"))
  end)

  it("run, report, write rejects byte for byte, and take the corrected file", function()
    local done = credenco("run", WORKFLOW, mixed())
    assert.equal(4, done.code)
    assert.matches("5 records = 1 issued %+ 3 failed %+ 0 unknown %+ 1 skipped %+ 0 pending", done.out)
    local report = credenco("report", "--csv", folder .. "/p.csv", "--json-file", folder .. "/p.json")
    assert.matches("1 failed  not_found at push_offer", report.out)
    assert.matches("what to do: correct the lines:\n +credenco rejects companies %-%-output rejects.csv\n", report.out)
    assert.matches('10000004,.-in.csv,5,failed,1,push_offer,not_found,', files.read(folder .. "/p.csv"))
    assert.equal(4, #cjson.decode(files.read(folder .. "/p.json")).records)
    assert.equal(0, credenco("rejects", "-o", folder .. "/r.csv").code)
    assert.equal(384, uv.fs_stat(folder .. "/r.csv").mode % 512)
    local rejected = files.read(folder .. "/r.csv")
    assert.equal("coc_number,wallet,legal_name\n123," .. world.trusting .. ',Short\n10000003,x,"Open\n'
      .. line(4, "no-such-wallet") .. "\n", rejected)
    assert.matches("line 2 %(.-in.csv, line 3, key 123%): invalid_record", files.read(folder .. "/r.csv.reasons.txt"))
    local corrected = rejected:gsub("no%-such%-wallet", world.trusting):gsub('x,"Open', world.trusting .. ",Closed")
      :gsub("123,[^\n]*\n", "")
    files.write(folder .. "/r.csv", corrected)
    local again = credenco("run", WORKFLOW, folder .. "/r.csv")
    assert.matches("5 records = 3 issued %+ 1 failed", again.out)
  end)

  it("say that a journal is a new one", function()
    local source = csv(lines(1))
    assert.truthy(credenco("run", WORKFLOW, source).err:find("a new journal begins: " .. env.CREDENCO_JOURNAL, 1, true))
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

  local function make_unknown(key)
    local db = assert(database.open(folder .. "/j.journal"))
    assert(db:execute("UPDATE credenco_record SET state = 'unknown', code = 'timeout', offer = 'x', input = ? "
      .. "WHERE key = ?", line(1), key))
    db:close()
  end

  it("settle what a person found out, and go on from there", function()
    credenco("run", WORKFLOW, csv { line(1), line(2), "123," .. world.trusting .. ",Short" })
    make_unknown "10000001"
    assert.equal(2, credenco("settle", "--key", "10000001").code)
    assert.equal(2, credenco("settle", "--as", "failed").code)
    local none = credenco("settle", "--key", "10000002", "--as", "failed")
    assert.matches("no unknown record is like that", none.out)
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

  it("report that a cause has several messages", function()
    credenco("run", WORKFLOW, csv { "1", '2,x,"Open', "3" })
    assert.matches("3 failed  broken_line at source\n +2: 1 field .-\n +1: a quote is opened.-\n +what to do",
      credenco("report").out)
    local causes = cjson.decode(credenco("report", "--json").out).causes
    assert.same({ 2, 2 }, { causes[1].messages, causes[1].examples[1].count })
    credenco("run", WORKFLOW, csv { "1", '2,x,"Open', "3", '4,x,B"ad', '5,x,"a" b', "6,x" .. ",y\rz" })
    assert.matches("\n +and %d other messages?, see %-%-csv FILE\n", credenco("report").out)
  end)

  it("bring back what was skipped, once its line is read again", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "any", key = "coc_number", wallet_key = "wallet",
  accept = function(record) return record.legal_name ~= "not yet" end,
  claims = function(record) return { id = record.coc_number, name = record.legal_name } end }
]])
    local workflow = folder .. "/w.lua"
    local wallet = world:new_wallet()
    local function two(state) return csv { ("10000001,%s,%s"):format(wallet, state), ("10000002,%s,B"):format(wallet) } end
    credenco("run", workflow, two "not yet")
    local now = two "now"
    assert.matches("2 records = 1 issued %+ 0 failed %+ 0 unknown %+ 1 skipped", credenco("run", workflow, now).out)
    assert.matches("what to do: .-credenco retry w %-%-skipped", credenco("report").out)
    assert.matches("1 skipped record forgotten; the next .- reads its line takes it up",
      credenco("retry", "--skipped", "--code", "not_accepted").out)
    assert.matches("2 records = 2 issued", credenco("run", workflow, now).out)
    assert.equal(2, #world:wallet(wallet).credentials)
  end)

  it("say that the journal knows nothing of a workflow", function()
    credenco("run", WORKFLOW, csv { line(1) })
    files.write(folder .. "/w.lua", 'return { name = "w", template_id = "t", key = "k", wallet_key = "w", claims = function() end }')
    local done = credenco("report", folder .. "/w.lua")
    assert.equal(2, done.code)
    assert.matches("the journal holds no records of the workflow w; it holds those of companies", done.err)
  end)

  it("name the wallet that a person has to look into", function()
    world:call("PUT", "/sandbox/faults", { rules = { { endpoint = "push", effect = "reset" } } })
    local done = credenco("run", WORKFLOW, csv { line(1) }, "--attempts", "1")
    world:call("DELETE", "/sandbox/faults")
    assert.equal(5, done.code, done.err)
    assert.matches("its wallet: " .. world.trusting:gsub("%-", "%%-"), credenco("find", "10000001").out)
    credenco("report", "--csv", folder .. "/p.csv")
    assert.truthy(files.read(folder .. "/p.csv"):find("," .. world.trusting .. "\r\n", 1, true))
    assert.equal(384, uv.fs_stat(folder .. "/p.csv").mode % 512)
    credenco("settle", "--key", "10000001", "--as", "failed")
    assert.is_nil(credenco("find", "10000001").out:find("its wallet", 1, true))
  end)

  it("write no line to the rejects that is not there as it came", function()
    local long = csv { line(1), "2," .. world.trusting .. "," .. ("x"):rep(1200000), '3,x,"Open' }
    assert.equal(4, credenco("run", WORKFLOW, long).code)
    local done = credenco("rejects", "-o", folder .. "/r.csv")
    assert.matches("1 line written to .-\n1 failed line is not in the journal %(too long", done.out)
    assert.equal('coc_number,wallet,legal_name\n3,x,"Open\n', files.read(folder .. "/r.csv"))
    assert.matches("2 records = 1 issued %+ 1 failed", credenco("report").out)
  end)

  it("say how many failures were too many", function()
    local done = credenco("run", WORKFLOW, csv { "1", "2", line(3) }, "--max-failures", "1")
    assert.equal(8, done.code)
    assert.matches("stopped by %-%-max%-failures: 2 failed or are unknown in this run, more than 1\n", done.out)
  end)

  it("report how many records have causes beyond the ten most frequent", function()
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  accept = function() return false end, claims = function(record) return record end }
]])
    assert.equal(0, credenco("run", folder .. "/w.lua", csv(lines(12))).code)
    local db = assert(database.open(folder .. "/j.journal"))
    assert(db:execute "UPDATE credenco_record SET code = code || line")
    db:close()
    assert.matches("\n +2 for other reasons: every record is written with %-%-csv FILE", credenco("report").out)
    assert.equal(2, cjson.decode(credenco("report", "--json").out).other)
  end)

  it("overwrite no rejects, which may be all there is of a line", function()
    credenco("run", WORKFLOW, mixed())
    local path = folder .. "/r.csv"
    assert.matches("3 lines written .*\n1 of them had no key and stands nowhere else now\n", credenco("rejects", "-o", path).out)
    local rejected = files.read(path)
    local again = credenco("rejects", "-o", path)
    assert.equal(2, again.code)
    assert.truthy(again.err:find(path .. " is there already and is not overwritten", 1, true), again.err)
    assert.equal(rejected, files.read(path))
  end)

  -- Two failed lines without a key, each under a header of its own.
  local function two_headers(text)
    credenco("run", WORKFLOW, csv { '1,x,"Open' })
    files.write(folder .. "/other.csv", 'wallet;coc_number;legal_name\nx;2;"Open' .. (text or "") .. "\n")
    credenco("run", WORKFLOW, folder .. "/other.csv")
  end

  local function failed()
    return cjson.decode(credenco("report", "--json").out).totals.failed
  end

  local function is_there(name) return uv.fs_lstat(folder .. "/" .. name) ~= nil end

  it("write the rejects of files with other headers to a file each, in one call", function()
    credenco("run", WORKFLOW, csv { line(1, "no-such-wallet") })
    two_headers()
    files.write(folder .. "/more.jsonl", '{"coc_number":"3","wallet":"x"}\n')
    credenco("run", WORKFLOW, folder .. "/more.jsonl")
    local path = folder .. "/r.csv"
    local done = credenco("rejects", "-o", path)
    assert.equal(0, done.code, done.err)
    assert.equal(([[
2 lines written to %s/r.csv, the reasons to %s/r.csv.reasons.txt
1 line written to %s/r.2.csv, the reasons to %s/r.2.csv.reasons.txt: its header is another one
1 line written to %s/r.3.csv, the reasons to %s/r.3.csv.reasons.txt: it has no header; run it with --format jsonl
2 of them had no key and stand nowhere else now
]]):gsub("%%s", function() return folder end), done.out)
    assert.equal("coc_number,wallet,legal_name\n" .. line(1, "no-such-wallet") .. '\n1,x,"Open\n', files.read(path))
    assert.equal('wallet;coc_number;legal_name\nx;2;"Open\n', files.read(folder .. "/r.2.csv"))
    assert.equal('{"coc_number":"3","wallet":"x"}\n', files.read(folder .. "/r.3.csv"))
    assert.matches("^line 2 %(.-other.csv, line 2%): broken_line", files.read(folder .. "/r.2.csv.reasons.txt"))
    assert.matches("^line 1 %(.-more.jsonl, line 1, key 3%): ", files.read(folder .. "/r.3.csv.reasons.txt"))
    assert.equal(2, failed())
  end)

  it("write rejects below the line that names their delimiter, and read them in the same way", function()
    files.write(folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "ebw_oid", key = "id", wallet_key = "wallet, of whom",
  claims = claims.map { id = claims.text("id", { length = 8 }), name = "name, of company",
    issuing_authority = claims.constant "C", issuing_country = claims.constant "NL" } }
]])
    local header = "sep=;\r\nid;wallet, of whom;name, of company\r\n"
    files.write(folder .. "/in.csv", header .. "1;" .. world.trusting .. ";Name\r\n")
    assert.equal(4, credenco("run", folder .. "/w.lua", folder .. "/in.csv").code)
    local path = folder .. "/r.csv"
    assert.equal(0, credenco("rejects", "-o", path).code)
    assert.equal(header .. "1;" .. world.trusting .. ";Name\r\n", files.read(path))
    assert.matches("^line 3 %(", files.read(path .. ".reasons.txt"))
    files.write(path, header .. "10000001;" .. world.trusting .. ";Name\r\n")
    assert.matches("1 issued", credenco("run", folder .. "/w.lua", path).out)
  end)

  it("tell programs which files the rejects are in", function()
    two_headers()
    local done = cjson.decode(credenco("rejects", "-o", folder .. "/r", "--json").out)
    assert.same({ workflow = "companies", lines = 2, forgotten = 2, without_line = 0, files = {
      { file = folder .. "/r", reasons = folder .. "/r.reasons.txt", lines = 1 },
      { file = folder .. "/r.2", reasons = folder .. "/r.2.reasons.txt", lines = 1 },
    } }, done)
  end)

  it("number the lines of rejects as an editor does, whatever their breaks", function()
    files.write(folder .. "/in.csv", 'coc_number,wallet,legal_name\n1,x,"A\nB"\n2,x,C\n3,x,"D\nE"')
    files.write(folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function() return nil, "no" end }
]])
    credenco("run", folder .. "/w.lua", folder .. "/in.csv")
    files.write(folder .. "/in.csv", 'coc_number,wallet,legal_name\n4,x,C\n')
    credenco("run", folder .. "/w.lua", folder .. "/in.csv")
    local done = credenco("rejects", "-o", folder .. "/r.csv")
    assert.equal(0, done.code, done.err)
    local reasons = files.read(folder .. "/r.csv.reasons.txt")
    for number, key in pairs { [2] = 1, [4] = 2, [5] = 3, [7] = 4 } do
      assert.matches(("line %d %%(.-, key %d%%)"):format(number, key), reasons)
    end
  end)

  for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
    it("write no rejects at all when one of their files is there: " .. name, function()
      two_headers()
      files.write(folder .. "/" .. name, "")
      local done = credenco("rejects", "-o", folder .. "/r.csv")
      assert.equal(2, done.code)
      assert.truthy(done.err:find(folder .. "/" .. name .. " is there already and is not overwritten", 1, true), done.err)
      for _, other in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
        assert.equal(other == name, is_there(other), other)
      end
      assert.equal("", files.read(folder .. "/" .. name))
      assert.equal(2, failed())
    end)
  end

  it("write rejects and their reasons for the owner only", function()
    two_headers()
    assert.equal(0, program.run_command("/bin/sh", { "-c", 'umask 0; exec "$0" bin/credenco rejects -o "$1"',
      uv.exepath(), folder .. "/r.csv" }, env).code)
    for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
      assert.equal(384, uv.fs_stat(folder .. "/" .. name).mode % 512, name)
    end
  end)

  -- No file may grow beyond 64 or 128 KiB, as the shell counts: a full disk that needs no disk.
  local LITTLE_ROOM = [[trap "" XFSZ; ulimit -f 128; exec "$0" bin/credenco rejects -o "$1"]]

  it("take rejects back when there is no room for them, and name the file", function()
    two_headers(("x"):rep(200000))
    local done = program.run_command("/bin/sh", { "-c", LITTLE_ROOM, uv.exepath(), folder .. "/r.csv" }, env)
    assert.equal(1, done.code, done.out)
    assert.truthy(done.err:find(folder .. "/r.2.csv: cannot be written (EFBIG: ", 1, true), done.err)
    for _, name in ipairs { "r.csv", "r.csv.reasons.txt", "r.2.csv", "r.2.csv.reasons.txt" } do
      assert.is_false(is_there(name), name)
    end
    assert.equal(2, failed())
    assert.equal(0, credenco("rejects", "-o", folder .. "/r.csv").code)
  end)

  it("name the file when rejects have no folder to go to", function()
    two_headers()
    local done = credenco("rejects", "-o", folder .. "/none/r.csv")
    assert.equal(2, done.code)
    assert.truthy(done.err:find("--output: " .. folder .. "/none/r.csv: cannot be written (ENOENT: ", 1, true), done.err)
    assert.equal(2, failed())
  end)

  it("say that there are no rejects, and leave no file", function()
    credenco("run", WORKFLOW, csv { line(1) })
    local done = credenco("rejects", "-o", folder .. "/r.csv")
    assert.equal(0, done.code)
    assert.equal("no failed record has a line in the journal; no file was written\n", done.out)
    assert.is_false(is_there "r.csv")
    assert.is_false(is_there "r.csv.reasons.txt")
    assert.truthy(credenco("rejects", "-o", folder .. "/r.csv", "--json").out:find('"files":[]', 1, true))
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

  it("find the id of a credential that nobody has asked about", function()
    credenco("run", WORKFLOW, csv { line(7), line(8, "no-such-wallet"), line(7) })
    local id = credenco("find", "10000007").out:match "ebw_oid  correlation_id ([%x-]+)\n"
    local status = credenco("status", id)
    assert.matches("revocation_uuid: [%x-]+", status.out)
    assert.equal(1, #cjson.decode(credenco("find", "10000008", "--json").out).records[1].credentials)
  end)

  it("retry what failed when its cause is gone", function()
    local source = csv { line(8, "late-wallet") }
    assert.equal(4, credenco("run", WORKFLOW, source).code)
    world:anonymous("PUT", "/sandbox/wallets/late-wallet", { trusts_issuer = true })
    assert.equal(4, credenco("run", WORKFLOW, source).code)
    assert.matches("1 failed record opened again", credenco("retry", "--code", "not_found").out)
    assert.equal(0, credenco("run", WORKFLOW, source).code)
    assert.equal("no failed record is like that; see `credenco report`\n", credenco("retry", "--code", "not_found").out)
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
    local done = program.run({ "run", WORKFLOW, "-", "--format", "jsonl", "--json", "--progress", "jsonl" }, env,
      cjson.encode { coc_number = "10000009", wallet = world.trusting, legal_name = "Nine" } .. "\n")
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
    env.CREDENCO_API_KEY = "wrong"
    assert.equal(3, credenco("run", WORKFLOW, csv { line(11) }).code)
    env.CREDENCO_JOURNAL = folder .. "/no/such/folder/j.journal"
    env.CREDENCO_API_KEY = "sandbox-api-key"
    local done = credenco("run", WORKFLOW, source)
    assert.equal(9, done.code)
    assert.truthy(done.err:find(env.CREDENCO_JOURNAL
      .. ".lock: cannot be written (ENOENT: no such file or directory); is its folder there?", 1, true), done.err)
    env.CREDENCO_JOURNAL = "mysql://db.example/x"
    done = credenco("run", WORKFLOW, source)
    assert.equal(9, done.code)
    assert.matches("a journal is a SQLite file or postgres://", done.err)
    env.CREDENCO_JOURNAL = folder .. "/k.journal"
    env.CREDENCO_BASE_URL = "http://127.0.0.1:" .. wait.free_port()
    assert.equal(7, credenco("run", WORKFLOW, source, "--patience", "1").code)
  end)

  it("stop at Ctrl-C, say how to go on, and go on", function()
    world:call("PUT", "/sandbox/faults", { rules = { { endpoint = "push", effect = "delay", delay_ms = 100, probability = 1 } } })
    local source = csv(lines(300))
    local process = program.start({ "run", WORKFLOW, source, "--concurrency", "4", "--progress", "jsonl" }, env)
    process:finish_input()
    wait.until_true(function() return process:stderr():find('"issued":[1-9]') end, 20000)
    process:kill "sigint"
    local done = process:finish()
    assert.equal(130, done.code, done.err)
    assert.matches("stopped on request", done.out)
    assert.truthy(done.out:find("go on: credenco run " .. WORKFLOW .. " " .. source, 1, true), done.out)
    process = program.start({ "run", WORKFLOW, source, "--concurrency", "4", "--progress", "jsonl", "--json" }, env)
    process:finish_input()
    wait.until_true(function() return process:stderr():find('"issued":[1-9]') end, 20000)
    process:kill "sigint"
    done = process:finish()
    assert.matches('{"note":"stopping when', done.err)
    assert.equal("interrupted", cjson.decode(done.out).stopped)
    for printed in done.err:gmatch "[^\n]*\n" do cjson.decode(printed) end
    world:call("DELETE", "/sandbox/faults")
    local ended = credenco("run", WORKFLOW, source)
    assert.matches("300 records = 300 issued", ended.out)
  end)

  it("make no journal where there is nothing to put into it", function()
    for _, command in ipairs { "run", "work" } do
      local done = credenco(command, WORKFLOW)
      assert.equal(9, done.code)
      assert.matches("j.journal: there is no such journal", done.err)
    end
    assert.is_nil(files.read(folder .. "/j.journal"))
  end)

  local mistakes = {
    { { "run", "nowhere.lua", "x.csv" }, "nowhere.lua: No such file or directory" },
    { { "run", WORKFLOW, "nowhere.csv" }, "nowhere.csv: cannot be read" },
    { { "run", WORKFLOW, "x.csv", "--rate", "fast" }, "%-%-rate: records and a time, as 50/s" },
    { { "run", WORKFLOW, "x.csv", "--max-failures", "many" }, "%-%-max%-failures: a number" },
    { { "run", WORKFLOW, "x.csv", "--journal", "postgres://u:secret@h/d" }, "a password does not belong into an argument" },
    { { "run", WORKFLOW, "x.csv", "--concurrency", "0" }, "%-%-concurrency: a whole number from 1 to 10000" },
    { { "run", WORKFLOW, "x.csv", "--concurrency", "10001" }, "%-%-concurrency: a whole number from 1 to 10000" },
    { { "run", WORKFLOW, "x.csv", "--attempts", "101" }, "%-%-attempts: a whole number from 1 to 100" },
    { { "run", WORKFLOW, "x.csv", "--patience", "2147483648" }, "%-%-patience: a whole number from 1 to 2147483647" },
    { { "claims", "check", WORKFLOW }, "which source" },
    { { "load", WORKFLOW }, "which source" },
    { { "find", "10000001" }, "which journal%? Give %-%-journal or CREDENCO_JOURNAL\n" },
  }
  for _, mistake in ipairs(mistakes) do
    it("refuse with 2 and a reason: " .. table.concat(mistake[1], " "), function()
      env.CREDENCO_JOURNAL = nil
      local done = program.run(mistake[1], env)
      assert.equal(2, done.code)
      assert.matches(mistake[2], done.err)
      assert.is_nil(done.err:find("secret", 1, true))
    end)
  end
end)
