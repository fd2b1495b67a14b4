-- The rocks that each command needs: each rock is hidden in turn.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local rocks = require "credenco.base.rocks"
local some_rocks = require "spec.cli.some_rocks"
local wait = require "spec.support.wait"

local WORKFLOW = "spec/pipeline/company.lua"
local OFFER = "https://issuer.example/o/1"
local REQUEST_URI = "openid-credential-offer://?credential_offer_uri=" .. OFFER

describe("with some rocks only, the program", function()
  local folder

  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function environment(names)
    local env = some_rocks.environment(folder .. "/rocks", names)
    env.CREDENCO_BASE_URL, env.CREDENCO_API_KEY = "http://127.0.0.1:1", "key"
    return env
  end

  it("shows its version, its commands and missing rocks without any rock", function()
    local env = environment {}
    assert.matches("^credenco %d", program.run({ "version" }, env).out)
    assert.matches('^{"engine":', program.run({ "version", "--json" }, env).out)
    assert.matches("Commands:\n   issue ", program.run({ "--help" }, env).out)
    assert.matches("^credenco: unknown command 'isue'\nDid you mean 'issue'", program.run({ "isue" }, env).err)
    local outcome = program.run({ "issue", "--help", "--json" }, env)
    assert.same({ 2, "" }, { outcome.code, outcome.out }, outcome.err)
    assert.matches('^{"error":{"code":"usage","message":"credenco issue needs [%w-]+: luarocks %-%-lua%-version=5%.%d install', outcome.err)
  end)

  -- arguments, exit code where nobody listens, standard input
  local SINGLE_CALLS = {
    issue = { { "--wallet", "w", "--template", "t" }, 7 },
    offer = { { "--template", "t" }, 7 },
    push = { { "--wallet", "w" }, 7, OFFER },
    status = { { "id" }, 7 },
    trust = { { "--wallet", "w", "--did", "did:web:x", "--name", "n" }, 7 },
    ["offer-uri"] = { {}, 0, REQUEST_URI },
    doctor = { {}, 7 },
    probe = { { "--wallet", "w", "--template", "t" }, 7 },
    config = { {}, 0 },
    version = { {}, 0 },
  }

  local function run(name, arguments, env, stdin)
    return program.run({ name, (table.unpack or unpack)(arguments) }, env, stdin)
  end

  it("makes its single calls with lua-cjson and argparse alone", function()
    local env = environment { "lua-cjson", "argparse" }
    for name, case in pairs(SINGLE_CALLS) do
      local outcome = run(name, case[1], env, case[3])
      assert.equal(case[2], outcome.code, name .. ": " .. outcome.err)
    end
  end)

  -- Until it serves, or says why it does not.
  local function run_sandbox(env)
    local started = program.start({ "sandbox", "--workers", "1" }, env)
    wait.until_true(function() return started.code or started:stdout():find "\n" end)
    if not started.code then started:kill "sigterm" end
    return started:finish()
  end

  local function pipeline_calls(source, journal)
    local secret = folder .. "/secret"
    files.write(secret, "secret")
    local on_journal = { WORKFLOW, "--journal", journal }
    return {
      { "load", { WORKFLOW, source, "--journal", journal } },
      { "run", { WORKFLOW, source, "--journal", journal, "--patience", "1", "--attempts", "1" } },
      { "work", { WORKFLOW, "--journal", journal, "--patience", "1", "--attempts", "1" } }, { "report", on_journal },
      { "confirm", on_journal }, { "retry", on_journal },
      { "settle", { WORKFLOW, "--journal", journal, "--key", "90004760", "--as", "skipped" } },
      { "rejects", { WORKFLOW, "--journal", journal, "--output", folder .. "/rejects.csv" } },
      { "explain", { "90004760", "--journal", journal, "--offline" } }, { "metrics", { "--journal", journal } },
      { "completion", { "bash" } },
      { "webhook", { "send", "http://127.0.0.1:1/x", "--secret-file", secret } }, { "claims", { "check", WORKFLOW, source } },
    }
  end

  local function outcomes(env, source, journal)
    local found = { sandbox = run_sandbox(env) }
    for _, call in ipairs(pipeline_calls(source, journal)) do found[call[1]] = run(call[1], call[2], env) end
    for name, case in pairs(SINGLE_CALLS) do found[name] = run(name, case[1], env, case[3]) end
    return found
  end

  -- Ends of a program that lacks no rock: no server responds, a database does not exist, no record matches.
  local ENDS = { [0] = true, [4] = true, [7] = true, [9] = true }

  local function works_or_names(outcome, rock)
    if outcome.code ~= 2 then return ENDS[outcome.code] and not outcome.err:find("not found:", 1, true) end
    local line = ("^credenco [%%l-]+ needs %s: luarocks %%-%%-lua%%-version=5%%.%%d install [%%w-]+, "
      .. "or apt%%-get install [%%w-]+\n$"):format((rock:gsub("%-", "%%-")))
    return outcome.out == "" and outcome.err:find(line) ~= nil
  end

  for _, row in ipairs(rocks.LIST) do
    it("works, or names it in one line, without " .. row.rock, function()
      local env = environment(some_rocks.without(row.rock))
      local source, journal = folder .. "/companies.csv", folder .. "/companies.journal"
      files.write(source, "coc_number,legal_name,wallet\n90004760,CoolSoft,w\n")
      assert.equal(0, run("load", { WORKFLOW, source, "--journal", journal }).code)
      local found = outcomes(env, source, row.rock == "luadbi-postgresql" and "postgres://127.0.0.1:1/none" or journal)
      for _, name in ipairs(commands.NAMES) do
        local outcome = found[name]
        assert.truthy(outcome, name .. " is not tried")
        assert.truthy(works_or_names(outcome, row.rock), ("%s: %d %s"):format(name, outcome.code, outcome.err))
      end
    end)
  end
end)
