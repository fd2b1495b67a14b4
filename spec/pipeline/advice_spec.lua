-- The advice of `credenco report`: for every cause that there is, the lines of each way out are run as they stand, in a
-- shell, against a sandbox. What a person has to correct in between is corrected.
local advice = require "credenco.pipeline.advice"
local cjson = require "cjson"
local correlation = require "credenco.pipeline.correlation"
local credenco = require "credenco"
local database = require "credenco.journal.database"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"

local TEMPLATE = "ebw_oid"
local WORKFLOW = [[
local claims = require "credenco.claims"
return { name = "w", template_id = "ebw_oid", wallet_key = "wallet", key = %s,
  claims = claims.map { id = "coc_number", name = "legal_name", issuing_authority = claims.constant "Credenco",
    issuing_country = claims.constant "NL" } }
]]
local HEADER = "ref,coc_number,wallet,legal_name\n"
local KEY = '"ref"'
local CORRECTED_KEY = 'function(record) return record.ref ~= "" and record.ref or record.coc_number end'

describe("the way out of a cause", function()
  local desk = Desk.use()
  local credenco_of, number = desk.credenco, 10000000

  before_each(function()
    files.write(desk.folder .. "/credenco", ('#!/bin/sh\nexec %s %s/bin/credenco "$@"\n'):format(uv.exepath(), uv.cwd()))
    assert(uv.fs_chmod(desk.folder .. "/credenco", 448))
    desk.env.PATH = desk.folder .. ":" .. os.getenv "PATH"
    files.write(desk.folder .. "/w.lua", WORKFLOW:format(KEY))
  end)

  local function next_key()
    number = number + 1
    return ("%d"):format(number)
  end

  local function csv(lines) files.write(desk.folder .. "/in.csv", HEADER .. table.concat(lines, "\n") .. "\n") end
  local function line(key, name, ref)
    return ("%s,%s,%s,%s"):format(ref or key, key, desk.world.trusting, name or "Company")
  end

  -- A journal in which one record is issued, and one is as the cause says.
  local function prepare(cause, key)
    csv { line(next_key()) }
    assert.equal(0, credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv").code)
    local db = assert(database.open(desk.env.CREDENCO_JOURNAL))
    assert(db:execute("INSERT INTO credenco_record (workflow, key, copy, run, line, state, step, input, code, stage, updated) "
      .. "VALUES ('w', ?, '', 1, 3, ?, 1, ?, ?, ?, 0)", key, cause.state,
      cause.state ~= "skipped" and cause.code ~= "reopened" and line(key) .. "\n" or nil, cause.code, cause.stage or "push_offer"))
    db:close()
    csv { line("10000000"), line(key) }
  end

  -- The same with a line that has no key.
  local function prepare_line(cause)
    csv { line(next_key()), cause.code == "broken_line" and '1,x,"Open' or line(next_key(), "Company", "") }
    assert.equal(4, credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/in.csv").code)
  end

  -- Issues as a push does whose response was lost.
  local function issue_hook_failures(key)
    local client = credenco.new { base_url = desk.world.base_url, api_key = "sandbox-api-key" }
    assert(client:issue_direct { wallet_key = desk.world.trusting, template_id = TEMPLATE,
      correlation_id = correlation.id("w", key, TEMPLATE),
      claims = { id = key, name = "C", issuing_authority = "Credenco", issuing_country = "NL" } })
    client:close()
  end

  -- Follows the text of a way, as a person would.
  local function see_to(way, key)
    if way.what:find "in the source" then csv { line(next_key()) } end
    if way.what:find "workflow's key" then files.write(desk.folder .. "/w.lua", WORKFLOW:format(CORRECTED_KEY)) end
    if way.what:find "^ask for the status again" or way.what:find "^deliver the same" then issue_hook_failures(key) end
    files.write(desk.folder .. "/corrected.csv", HEADER .. line(key, "Corrected") .. "\n")
  end

  local function run_lines(way)
    local script = { "set -e", "cd " .. desk.folder }
    for _, command in ipairs(way.commands) do
      script[#script + 1] = command:gsub("^# correct (.*)$", "cp corrected.csv %1")
    end
    return program.run_command("/bin/sh", { "-c", table.concat(script, "\n") }, desk.env)
  end

  local function ways_of(cause)
    local report = cjson.decode(credenco_of("report", desk.folder .. "/w.lua", "--json").out)
    for _, found in ipairs(report.causes) do
      if found.state == cause.state and found.code == cause.code then return found.ways end
    end
  end

  local function try(cause, at)
    local key = next_key()
    if cause.stage == "source" then prepare_line(cause) else prepare(cause, key) end
    local way = assert(ways_of(cause))[at]
    if #way.commands == 0 then return assert.equal("skipped", cause.state) end
    see_to(way, key)
    local done = run_lines(way)
    assert.equal(0, done.code, table.concat(way.commands, "\n") .. "\n" .. done.out .. done.err)
    local totals = cjson.decode(credenco_of("report", desk.folder .. "/w.lua", "--json").out).totals
    assert.same({ 0, 0, 0 }, { totals.failed, totals.unknown, totals.pending }, table.concat(way.commands, "\n"))
  end

  it("says how files have to be read, if their names do not", function()
    files.write(desk.folder .. "/in.txt", HEADER .. line(next_key()) .. "\n" .. line(next_key(), "Caf\233", "") .. "\n")
    files.write(desk.folder .. "/more", ('{"ref":"","coc_number":"%s","wallet":"%s","legal_name":"Caf\233"}\n'):format(
      next_key(), desk.world.trusting))
    local first = credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/in.txt", "--encoding", "windows-1252")
    assert.equal(4, first.code, first.err)
    assert.equal(4, credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/more", "--format", "jsonl", "--encoding", "latin1").code)
    local ways = ways_of { state = "failed", code = "invalid_record" }
    assert.equal(("credenco run %s/w.lua rejects.csv --encoding windows-1252"):format(desk.folder), ways[1].commands[3])
    local again = table.concat(ways[2].commands, "\n")
    assert.truthy(again:find("/in.txt --encoding windows-1252", 1, true), again)
    assert.truthy(again:find("/more --format jsonl --encoding latin1", 1, true), again)
    files.write(desk.folder .. "/w.lua", WORKFLOW:format(CORRECTED_KEY))
    local done = run_lines(ways[2])
    assert.equal(0, done.code, done.out .. done.err)
    assert.equal(3, cjson.decode(credenco_of("report", desk.folder .. "/w.lua", "--json").out).totals.issued)
  end)

  local function in_folder(command)
    return program.run_command("/bin/sh", { "-c", ("cd %s && %s"):format(desk.folder, command) }, desk.env)
  end

  it("has no lines to correct where the journal has none", function()
    local register = assert(database.open(desk.folder .. "/register.db", { plain = true }))
    assert(register:execute "CREATE TABLE company (ref TEXT, coc_number TEXT, wallet TEXT, legal_name BLOB)")
    assert(register:execute("INSERT INTO company VALUES ('1', '10000001', ?, x'00')", desk.world.trusting))
    local function run(query) return credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/register.db", "--query=" .. query) end
    assert.equal(4, run("SELECT * FROM company").code)
    local ways = ways_of { state = "failed", code = "broken_line" }
    assert.matches("^correct them in the source", ways[1].what)
    assert.equal(0, run_lines(ways[1]).code)
    assert.equal(0, run("SELECT ref, coc_number, wallet, 'Company' AS legal_name FROM company").code)
    register:close()
  end)

  it("names a new file for corrected lines, also in the second round", function()
    csv { line(next_key(), "Company", "") }
    assert.equal(4, in_folder("credenco run w.lua in.csv").code)
    files.write(desk.folder .. "/rejects.csv", "of the first round")
    local out = in_folder("credenco report w.lua").out
    assert.matches(" credenco rejects w%.lua %-%-output rejects%-2%.csv\n +# correct rejects%-2%.csv\n", out)
    assert.matches("credenco run w%.lua rejects%-2%.csv\n", out)
    assert.equal(0, in_folder(out:match "credenco rejects [^\n]+").code)
  end)

  it("runs no file that is not there any more", function()
    csv { line(next_key(), "Company", "") }
    os.rename(desk.folder .. "/in.csv", desk.folder .. "/in\n.csv")
    assert.equal(4, credenco_of("run", desk.folder .. "/w.lua", desk.folder .. "/in\n.csv").code)
    os.remove(desk.folder .. "/in\n.csv")
    local way = ways_of({ state = "failed", code = "invalid_record" })[2]
    assert.matches("^# /.*/in%?%.csv is not there any more$", way.commands[2])
    assert.equal(0, run_lines(way).code)
  end)

  it("leads to a record whose key begins with a dash", function()
    csv { ("-7 'o,%s,no-such-wallet,Company"):format(next_key()) }
    assert.equal(4, in_folder("credenco run w.lua in.csv").code)
    local out = in_folder("credenco explain --json -- \"-7 'o\"").out
    local command = cjson.decode(out).found[1].ways[1].commands[1]
    assert.matches("credenco retry w %-%-key='%-7 '\\''o'", command)
    assert.equal(0, in_folder(command).code)
  end)

  for _, cause in ipairs(advice.causes()) do
    for at, way in ipairs(advice.ways(cause.state, cause.code, cause.stage)) do
      it(("%s with %s%s: %s"):format(cause.state, cause.code, cause.stage and " at " .. cause.stage or "", way[1]), function()
        try(cause, at)
      end)
    end
  end
end)
