-- `credenco claims check`, and `run --dry-run`.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"

local WORKFLOW = Desk.WORKFLOW

describe("the check of a mapping", function()
  local desk = Desk.use()
  local credenco, csv, line = desk.credenco, desk.csv, desk.line

  it("check a mapping and name line, column, problem and valid values", function()
    local done = credenco("claims", "check", WORKFLOW, desk.mixed())
    assert.equal(4, done.code)
    assert.matches("3%s+id%s+coc_number%s+text of 3 characters%s+text of 8 characters", done.out)
    assert.matches("4%s+%(line%)%s+a quote is opened and never closed", done.out)
    assert.matches('line 2 as it would be sent %(template ebw_oid, key 10000001, wallet [%x-]+%):\n  id: "10000001"', done.out)
    assert.matches("5 lines: 2 fit, 2 do not, 1 repeats a key and would be skipped; nothing was sent", done.out)
  end)

  it("end with the code of their findings, also if those cannot be written", function()
    for path, code in pairs { [desk.mixed()] = 4, [desk.csv({ line(1) }, "good.csv")] = 1 } do
      local command = ("exec %s bin/credenco claims check %s %s >/dev/full"):format(uv.exepath(), WORKFLOW, path)
      local done = program.run_command("/bin/sh", { "-c", command })
      assert.same({ code, "credenco: cannot write the result: No space left on device\n" }, { done.code, done.err })
    end
  end)

  it("say which column of the workflow the file does not have", function()
    files.write(desk.folder .. "/in.csv", "coc_nummer,wallet,legal_name,extra\n1,2,3,4\n")
    local done = credenco("claims", "check", WORKFLOW, desk.folder .. "/in.csv")
    local missing = 'column "coc_number" is used by the workflow, and the source does not have it (is it "coc_nummer"?)'
    assert.truthy(done.out:find(missing, 1, true), done.out)
    assert.matches("columns not used: coc_nummer, extra", done.out)
  end)

  local function check_header(header, workflow)
    files.write(desk.folder .. "/in.csv", header .. "\n")
    return credenco("claims", "check", workflow or WORKFLOW, desk.folder .. "/in.csv").out
  end

  it("propose a column that is written with other capitals", function()
    local out = check_header "COC_NUMBER,Wallet,LEGAL NAME"
    assert.truthy(out:find('"coc_number" is used by the workflow, and the source does not have it (is it "COC_NUMBER"?)', 1, true), out)
    assert.truthy(out:find('(is it "Wallet"?)', 1, true), out)
    assert.truthy(out:find('(is it "LEGAL NAME"?)', 1, true), out)
  end)

  it("name the separators of fields if a file has others", function()
    local wanted = 'does not have it (commas, semicolons and tabs are read, not "|")'
    local out = check_header "coc_number|wallet|legal_name"
    assert.truthy(out:find('column "coc_number" is used by the workflow, and the source ' .. wanted, 1, true), out)
    local run = credenco("run", WORKFLOW, desk.folder .. "/in.csv")
    assert.equal(2, run.code)
    assert.truthy(run.err:find(wanted, 1, true), run.err)
    assert.is_nil(check_header("coc_number,wallet,a|b,legal"):find("commas", 1, true))
  end)

  it("take a path of a nested record for there when its first part is, in any of the records", function()
    local account = files.read("examples/pipeline/accounts.jsonl"):match "^.-\n"
    files.write(desk.folder .. "/a.jsonl", account)
    local done = credenco("claims", "check", "examples/pipeline/bank_account.lua", desk.folder .. "/a.jsonl")
    assert.is_nil(done.out:find('column "', 1, true), done.out)
    assert.equal(0, done.code)
    files.write(desk.folder .. "/a.jsonl", account .. account:gsub('"address":{.-},', ""):gsub("NL91 ABNA", "NL91ABNA"))
    done = credenco("claims", "check", "examples/pipeline/bank_account.lua", desk.folder .. "/a.jsonl")
    assert.is_nil(done.out:find('column "', 1, true), done.out)
    files.write(desk.folder .. "/a.jsonl", (account:gsub('"account"', '"acount"')))
    done = credenco("claims", "check", "examples/pipeline/bank_account.lua", desk.folder .. "/a.jsonl")
    assert.matches('column "account.iban" is used by the workflow, and the source does not have it', done.out)
    assert.matches("columns not used: acount", done.out)
    assert.equal(4, done.code)
  end)

  it("end a check with 4 only for lines that do not fit, or a missing column that all lines need", function()
    files.write(desk.folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "t", key = "id", wallet_key = "wallet", claims = claims.map {
  name = "name", city = claims.text("city", { required = false }), kind = claims.text("kind", { default = "x" }),
  tags = claims.list("tags", { required = false }),
  seat = claims.object({ street = "street" }, { required = false }) } }
]])
    for header, code in pairs { ["id,wallet,name"] = 0, ["id,wallet"] = 4, ["id,name"] = 4, ["wallet,name"] = 4 } do
      for _, line_below in ipairs { "", "1,2,3\n" } do
        files.write(desk.folder .. "/in.csv", header .. "\n" .. (code == 0 and line_below or ""))
        for _, command in ipairs { { "claims", "check" }, { "run", "--dry-run" } } do
          command[#command + 1] = desk.folder .. "/w.lua"
          command[#command + 1] = desk.folder .. "/in.csv"
          local done = program.run(command, desk.env)
          assert.equal(code, done.code, header .. line_below .. done.out .. done.err)
          assert.matches('column "city" is used by the workflow, and the source does not have it', done.out)
        end
      end
    end
  end)

  it("say which columns that are read as text occur several times in the header", function()
    files.write(desk.folder .. "/w.lua", [[
local claims = require "credenco.claims"
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet", claims = claims.map {
  name = "name", first = function(record) return record.given end, others = claims.list "other" } }
]])
    local done = check_header("coc_number,wallet,name,given,name,given,other,other,given,x,x\n1,w,a,b,c,d,e,f,g,h,i",
      desk.folder .. "/w.lua")
    local said = 'column "given" occurs 3 times in the header: its value is a list\n'
      .. 'column "name" occurs 2 times in the header: its value is a list\n'
    assert.truthy(done:find(said, 1, true), done)
    assert.is_nil(done:find('"other" occurs', 1, true))
    assert.is_nil(done:find('"x" occurs', 1, true))
    local fields = cjson.decode(credenco("claims", "check", desk.folder .. "/w.lua", desk.folder .. "/in.csv", "--json").out)
    assert.same({ { column = "given", times = 3 }, { column = "name", times = 2 } }, fields.repeated_columns)
  end)

  it("say nothing of columns without a name", function()
    local out = check_header "coc_number,wallet,legal_name,,"
    assert.is_nil(out:find("not used", 1, true), out)
    assert.matches("columns not used: extra\n", check_header "coc_number,wallet,legal_name,,extra,")
  end)

  it("name the column and the kind of a key or a wallet that does not fit, beside the claims", function()
    files.write(desk.folder .. "/in.csv", "coc_number,wallet,wallet,legal_name\n,a,b,\n")
    local done = credenco("claims", "check", WORKFLOW, desk.folder .. "/in.csv")
    assert.matches("2%s+%(key%)%s+coc_number%s+empty%s+text of 1 to 255 bytes", done.out)
    assert.matches("2%s+name%s+legal_name%s+empty", done.out)
    assert.matches("2%s+wallet_key%s+wallet%s+a list of 2%s+text of 1 to 255 bytes", done.out)
    credenco("run", WORKFLOW, desk.folder .. "/in.csv")
    assert.truthy(credenco("report").out:find('key (column "coc_number"): empty, expected text of 1 to 255 bytes', 1, true))
  end)

  it("refuse claims that cannot be sent, in words and in JSON", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function(record) return { name = { print } } end }
]])
    local source = csv { line(1) }
    local done = credenco("claims", "check", desk.folder .. "/w.lua", source)
    assert.equal(4, done.code)
    assert.matches("2%s+claims.name%[1%]%s+a function has no JSON form", done.out)
    assert.equal(1, cjson.decode(credenco("claims", "check", desk.folder .. "/w.lua", source, "--json").out).refused)
  end)

  it("report a refusal by a function of the workflow as a refusal", function()
    local head = 'return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet", claims = '
    for definition, row in pairs {
      ['require "credenco.claims".map { x = require "credenco.claims".text("legal_name", {'
        .. ' check = function() return false, "the digits are wrong" end }) }'] = "x +legal_name +text of 9 characters",
      ['require "credenco.claims".map { x = function() return nil, "the digits are wrong" end }'] = "x +no value",
      ['function() return nil, "the digits are wrong" end'] = "%(claims%) +no claims",
    } do
      files.write(desk.folder .. "/w.lua", head .. definition .. " }")
      local done = credenco("claims", "check", desk.folder .. "/w.lua", csv { line(1) })
      assert.equal(4, done.code, done.out .. done.err)
      assert.matches("\n2 +" .. row .. " +refused: the digits are wrong\n", done.out)
      local problem = cjson.decode(credenco("claims", "check", desk.folder .. "/w.lua", desk.folder .. "/in.csv", "--json").out).problems[1]
      assert.equal("the digits are wrong", problem.refused)
      assert.is_nil(problem.fits)
    end
  end)

  it("skip a hook that uses the client, and say so", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  accept = function(_, client) return client:request { path = "/x" } ~= nil end,
  claims = function(record) return { id = record.coc_number } end }
]])
    local done = credenco("claims", "check", desk.folder .. "/w.lua", csv { line(1) })
    assert.equal(0, done.code, done.out)
    assert.matches("uses the client, which a check does not have: not tried", done.out)
    assert.matches("1 line: 1 fits, 0 do not", done.out)
  end)

  it("check claims that are the record itself", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  claims = function(record) return record end }
]])
    local done = credenco("claims", "check", desk.folder .. "/w.lua", csv { line(1) })
    assert.equal(0, done.code)
    assert.matches('  legal_name: "Company 1"', done.out)
  end)

  it("say where the function for the key fails", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", wallet_key = "wallet",
  key = function(record) return record.nothing.here end,
  claims = function(record) return record end }
]])
    local done = credenco("claims", "check", desk.folder .. "/w.lua", csv { line(1) })
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
      assert.matches("5 lines: 1 fits, 1 does not, 3 repeat a key and would be skipped; nothing was sent", done.out)
    end
    assert.equal(3, cjson.decode(credenco("claims", "check", WORKFLOW, source, "--json").out).duplicates)
    local run = credenco("run", WORKFLOW, source)
    assert.matches("5 records = 1 issued %+ 1 failed %+ 0 unknown %+ 3 skipped", run.out)
  end)

  it("end a check of lines that fit and lines that repeat a key with 0", function()
    local done = credenco("claims", "check", WORKFLOW, csv { line(1), line(1) })
    assert.equal(0, done.code)
    assert.matches("2 lines: 1 fits, 0 do not, 1 repeats a key and would be skipped; nothing was sent", done.out)
  end)

  it("take no line for one that repeats a key when neither has any", function()
    local done = credenco("claims", "check", WORKFLOW, csv { ",w,One", ",w,Two" })
    assert.matches("2 lines: 0 fit, 2 do not; nothing was sent", done.out)
    assert.equal(0, cjson.decode(credenco("claims", "check", WORKFLOW, csv { ",w,One" }, "--json").out).duplicates)
  end)

  it("take a key and a wallet without the whitespace around them, ASCII or not", function()
    local source = csv { ("\194\16010000001 ,\226\128\175%s\227\128\128,One"):format(desk.world.trusting), "\194\160 ,w,Two" }
    local done = credenco("claims", "check", WORKFLOW, source)
    assert.truthy(done.out:find(("key 10000001, wallet %s):"):format(desk.world.trusting), 1, true), done.out)
    assert.matches("3%s+%(key%)%s+coc_number%s+only whitespace", done.out)
  end)

  it("show every step of a workflow that has several, and name the step of a problem", function()
    local workflow = "examples/pipeline/representative.lua"
    local head = "coc_number,legal_name,wallet,director,powers,limit,jointly\n"
    files.write(desk.folder .. "/in.csv", head .. "10000001,A,w1,Jan,sign,x,ja\n10000002,B,w2,Piet,sign;buy,,nee\n1,C,w3,P,s,,ja\n,,,x,,,\n")
    local done = credenco("claims", "check", workflow, desk.folder .. "/in.csv")
    assert.equal(4, done.code)
    assert.matches("^line  step  claim +column +found +would fit\n2     2     limit ", done.out)
    assert.matches("\n4     1     id ", done.out)
    assert.matches("\n5           %(key%) ", done.out)
    local sent = 'line 3 as it would be sent, step 1 (template ebw_oid, key 10000002, wallet w2):\n  id: "10000002"\n'
    assert.truthy(done.out:find(sent, 1, true), done.out)
    local second = '\nstep 2 (template mandate, wallet w2):\n  company: {'
    assert.truthy(done.out:find(second, 1, true), done.out)
    local fields = cjson.decode(credenco("claims", "check", workflow, desk.folder .. "/in.csv", "--json").out)
    assert.equal(2, fields.problems[1].step)
    assert.equal("ebw_oid", fields.first.template_id)
    assert.equal("mandate", fields.first.next_steps[1].template_id)
    assert.same({ "sign", "buy" }, fields.first.next_steps[1].claims.powers)
    local alone = credenco("claims", "check", WORKFLOW, desk.mixed())
    assert.matches("^line  claim ", alone.out)
  end)

  it("dry-run without sending or writing anything", function()
    local key = desk.world:new_wallet()
    local done = credenco("run", WORKFLOW, csv { line(1, key) }, "--dry-run")
    assert.equal(0, done.code, done.err)
    assert.same({}, desk.world:wallet(key).credentials)
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
  end)
end)
