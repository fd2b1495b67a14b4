-- The examples of the pipeline, run as a reader would, and looked for in the wallets.
local files = require "spec.support.files"
local postgres = require "spec.pipeline.postgres"
local program = require "spec.cli.program"
local uv = require "luv"
local World = require "spec.sandbox.world"

local function path(name) return "examples/pipeline/" .. name end

describe("an example of the pipeline", function()
  local world, env, folder

  before_each(function()
    world = World.start()
    folder = files.temporary_folder()
    env = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = "sandbox-api-key" }
  end)

  after_each(function()
    world:stop()
    files.remove_folder(folder)
  end)

  local function run(workflow, source)
    return program.run({ "run", path(workflow), path(source), "--journal", folder .. "/j.journal" }, env)
  end

  local function claims_in(wallet)
    local list = {}
    for _, credential in ipairs(world:wallet(wallet).credentials) do list[#list + 1] = credential.claims end
    return list
  end

  it("brings companies from CSV into wallets", function()
    local done = run("company.lua", "companies.csv")
    assert.equal(0, done.code, done.err)
    assert.matches("4 records = 3 issued %+ 0 failed %+ 0 unknown %+ 1 skipped %+ 0 pending", done.out)
    local names = {}
    for _, claims in ipairs(claims_in(world.trusting)) do names[claims.id] = claims.name end
    assert.same({ ["90004760"] = "CoolSoft B.V.", ["90012345"] = 'Jansen & Zn. "De Zon"',
      ["90055555"] = "Caf\195\169 M\195\188ller" }, names)
  end)

  it("nests a bank account's claims, and refuses a wrong check digit", function()
    local done = run("bank_account.lua", "accounts.jsonl")
    assert.equal(4, done.code, done.err)
    assert.matches("3 records = 2 issued %+ 1 failed", done.out)
    local first
    for _, claims in ipairs(claims_in(world.trusting)) do
      if claims.account.iban == "NL91ABNA0417164300" then first = claims end
    end
    assert.same({ iban = "NL91ABNA0417164300", currency = "EUR", opened = "2024-02-29" }, first.account)
    assert.same({ "A. de Vries", "B. Jansen" }, first.signatories)
    assert.equal("Utrecht", first.holder.address.city)
    local report = program.run({ "report", path "bank_account.lua", "--journal", folder .. "/j.journal" }, env)
    assert.matches("an IBAN whose check digits are right", report.out)
  end)

  it("issues a second credential when the first was issued", function()
    local done = run("representative.lua", "representatives.csv")
    assert.equal(0, done.code, done.err)
    assert.equal(4, #claims_in(world.trusting))
  end)

  it("puts the credential of a wallet without trust into its inbox", function()
    local done = run("inbox.lua", "holders.csv")
    assert.equal(0, done.code, done.err)
    assert.matches("ask Bakkerij De Zon to accept", done.err)
    assert.equal(1, #claims_in(world.trusting))
    assert.equal(1, #world:wallet(world.wary).inbox)
    assert.equal(0, #claims_in(world.wary))
  end)

  it("empties a PostgreSQL journal with a fleet of workers", function()
    local server = postgres.start()
    env.CREDENCO_JOURNAL = server:database()
    env.CREDENCO = uv.exepath() .. " bin/credenco"
    local done = program.run_command(path "fleet.sh", { path "companies.csv", "3" }, env)
    assert.equal(0, done.code, done.err)
    assert.matches("companies: 4 records = 3 issued", done.out)
    assert.equal(3, #claims_in(world.trusting))
    env.CREDENCO_JOURNAL = server:database()
    local broken = files.temporary_folder()
    files.write(broken .. "/c.csv", (files.read(path "companies.csv"):gsub("\n90", "\n80")) .. "1,2\n")
    done = program.run_command(path "fleet.sh", { broken .. "/c.csv", "1" }, env)
    files.remove_folder(broken)
    server:stop()
    assert.equal(4, done.code, done.err)
    assert.matches("companies: 5 records = 3 issued %+ 1 failed", done.out)
  end)
end)
