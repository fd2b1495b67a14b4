-- `credenco doctor WORKFLOW SOURCE`, with one thing wrong at a time in the run to come.
local cjson = require "cjson"
local database = require "credenco.journal.database"
local doctor = require "spec.cli.doctor"
local files = require "spec.support.files"
local journal = require "credenco.journal"
local program = require "spec.cli.program"
local World = require "spec.sandbox.world"

local COMPANY = "spec/pipeline/company.lua"
local STEPS = [[
local claims = require "credenco.claims"
return {
  name = "two", key = "id", wallet_key = "wallet",
  steps = {
    { template_id = "iban", claims = claims.map { iban = "iban", account_holder = "greeting" } },
    { template_id = "%s", claims = claims.map { greeting = "greeting" } },
  },
}
]]

local world, folder
local count = 0

local function file(name, content)
  count = count + 1
  local path = ("%s/%d-%s"):format(folder, count, name)
  files.write(path, content)
  return path
end

local function companies(wallet, more)
  return file("companies.csv", ("coc_number,legal_name,wallet\n90004760,CoolSoft B.V.,%s\n%s"):format(wallet, more or ""))
end

local function call(workflow, source, ...)
  count = count + 1
  return { workflow, source, ... }, {
    CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = world.server.api_key,
    CREDENCO_ISSUER_DID = world.server.issuer_did, CREDENCO_JOURNAL = ("%s/%d.journal"):format(folder, count),
  }
end

-- A query of a database, as a source.
local function query(sql)
  local path = file("register.db", "")
  local db = assert(database.open(path, { plain = true }))
  assert(db:execute "CREATE TABLE company (coc_number TEXT, legal_name TEXT, wallet TEXT)")
  assert(db:execute("INSERT INTO company VALUES ('90004760', 'CoolSoft B.V.', ?)", world.trusting))
  db:close()
  return call(COMPANY, path, "--query", sql)
end

local function good()
  return call(COMPANY, companies(world.trusting))
end

local function two_steps(template)
  return call(file("two.lua", STEPS:format(template)),
    file("two.csv", ("id,iban,greeting,wallet\n1,NL91ABNA0417164300,Hello,%s\n"):format(world.trusting)))
end

local wary, begun

local FAULTS = {
  { "the workflow is missing", line = "workflow", code = 2, words = "nowhere%.lua", advice = "docs/pipeline%.md",
    broken = function() return call("nowhere.lua", companies(world.trusting)) end, healed = good },
  { "the workflow lacks a part", line = "workflow", code = 2, words = "template_id", advice = "correct the file",
    broken = function() return call(file("w.lua", "return { name = 'w', key = 'k' }"), companies(world.trusting)) end,
    healed = good },
  { "the source is missing", line = "source", code = 2, words = "nowhere%.csv", advice = "name an existing file",
    broken = function() return call(COMPANY, folder .. "/nowhere.csv") end, healed = good },
  { "the encoding has no such name", line = "source", code = 2, words = "%-%-encoding", advice = "%-%-encoding",
    broken = function() return call(COMPANY, companies(world.trusting), "--encoding", "windows-1525") end,
    healed = function() return call(COMPANY, companies(world.trusting), "--encoding", "windows-1252") end },
  { "a column is missing", line = "records", code = 4, words = "legal_name", advice = "credenco claims check spec/",
    broken = function()
      return call(COMPANY, file("c.csv", ("coc_number,legal_nam,wallet\n90004760,CoolSoft,%s\n"):format(world.trusting)))
    end,
    healed = good },
  { "the query is wrong", line = "source", code = 2, words = "no such table", advice = "correct the query",
    broken = function() return query "SELECT * FROM companies" end,
    healed = function() return query "SELECT * FROM company" end },
  { "a record does not fit", line = "records", code = 4, words = "1 of the first 2 do not fit; line 3, id %(column coc_number%)",
    advice = "credenco claims check spec/",
    broken = function() return call(COMPANY, companies(world.trusting, "12,Short,w\n")) end, healed = good },
  { "the source has no records", line = "records", state = "warning", code = 0, advice = "right file",
    broken = function() return call(COMPANY, file("c.csv", "coc_number,legal_name,wallet\n")) end, healed = good },
  { "the second step's template is unknown", line = "offer_2", code = 4, words = "no credential template 'amy'",
    advice = "name a template by its key",
    broken = function() return two_steps "amy" end, healed = function() return two_steps "any" end },
  { "the first record's wallet does not trust the issuer", line = "trust", code = 4, advice = "credenco trust",
    broken = function()
      wary = world:new_wallet { trusts_issuer = false }
      return call(COMPANY, companies(wary))
    end,
    healed = function()
      local arguments, env = call(COMPANY, companies(wary))
      local outcome = program.run({ "trust", "--wallet", wary, "--did", world.server.issuer_did, "--name", "Issuer" }, env)
      assert(outcome.code == 0, outcome.err)
      return arguments, env
    end },
  { "the workflow's journal is of another version", line = "journal", code = 9, advice = "use that version",
    broken = function()
      local arguments, env = good()
      local held = assert(journal.open(env.CREDENCO_JOURNAL))
      assert(held.db:execute "UPDATE credenco_meta SET value = '3'")
      held:close()
      return arguments, env
    end,
    healed = good },
  { "the journal's records were begun with other steps", line = "journal_steps", code = 9,
    words = "step 2 was any and is now mandate", advice = "use the workflow as it was",
    broken = function()
      local arguments, env = two_steps "any"
      begun = env.CREDENCO_JOURNAL
      assert(program.run({ "run", arguments[1], arguments[2] }, env).code == 0)
      local db = assert(database.open(begun))
      assert(db:execute "UPDATE credenco_record SET state = 'unknown', step = 2")
      db:close()
      files.write(arguments[1], STEPS:format "mandate")
      return { arguments[1] }, env
    end,
    healed = function()
      local arguments, env = two_steps "any"
      env.CREDENCO_JOURNAL = begun
      return arguments, env
    end },
}

describe("credenco doctor, for a run,", function()
  setup(function() world, folder = World.start(), files.temporary_folder() end)
  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  for _, fault in ipairs(FAULTS) do
    it("says it where " .. fault[1] .. ", and nothing else", function() doctor.try(fault) end)
  end

  it("tries everything that the first record needs, and issues nothing", function()
    local wallet = world:new_wallet()
    local outcome = doctor.run { call(COMPANY, companies(wallet)) }
    local states = {}
    for _, check in ipairs(cjson.decode(outcome.out).checks) do states[check.id] = check.state end
    for _, id in ipairs { "workflow", "source", "records", "offer", "trust", "journal" } do
      assert.equal("ok", states[id], id .. outcome.out)
    end
    local held = world:wallet(wallet)
    assert.same({ 0, 0, 0 }, { #held.credentials, #held.inbox, #held.discarded })
  end)

  it("does without a source", function()
    local arguments, env = call(COMPANY)
    local outcome = doctor.run { arguments, env }
    assert.same({ 0, {} }, { outcome.code, doctor.unwell(outcome) })
  end)
end)
