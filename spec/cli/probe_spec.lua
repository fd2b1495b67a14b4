-- `credenco probe` against the sandbox in each of its behaviours: what it reads is what was set.
local behaviours = require "credenco.sandbox.ground.behaviours"
local cjson = require "cjson"
local guarantees = require "credenco.cli.probe.guarantees"
local program = require "spec.cli.program"
local World = require "spec.sandbox.world"

describe("credenco probe", function()
  local world = World.use()
  local wallet

  before_each(function()
    world:anonymous("DELETE", "/sandbox/behaviour")
    world:anonymous("DELETE", "/sandbox/faults")
    wallet = world:new_wallet()
  end)

  local function probe(...)
    return program.run({ "probe", "--template", "ebw_oid", "--claim", "id=90004760",
      "--claim", "name=CoolSoft", "--claim", "issuing_authority=Credenco", "--claim", "issuing_country=NL", ... },
      { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = "sandbox-api-key" })
  end

  local function readings(wait_s)
    local outcome = probe("--wallet", wallet, "--json", "--wait", wait_s)
    assert.equal(0, outcome.code, outcome.err)
    local read = {}
    for _, row in ipairs(cjson.decode(outcome.out).readings) do
      read[row.behaviour] = row.reading
      assert.equal(guarantees.of(row.behaviour, row.reading), row.guarantee)
    end
    return read
  end

  for name in pairs(guarantees.OF) do
    for _, value in ipairs(behaviours.BY_NAME[name].values) do
      it(("reads that %s is %s, and the others as they are"):format(name, value), function()
        world:anonymous("PUT", "/sandbox/behaviour", { [name] = value })
        if value == "after" then -- also if the machine stands still meanwhile
          world:anonymous("PUT", "/sandbox/faults",
            { rules = { { endpoint = "offer", effect = "delay", delay_ms = 4000 } } })
        end
        local expected = {}
        for known in pairs(guarantees.OF) do expected[known] = behaviours.BY_NAME[known].default end
        expected[name] = value
        if value == "stays_created" then expected.exchange = nil end
        assert.same(expected, readings(value == "stays_created" and "1" or "60"))
        assert.equal(1, #world:wallet(wallet).credentials)
      end)
    end
  end

  it("knows what follows from every value, and has no other values", function()
    for name, texts in pairs(guarantees.OF) do
      local count = 0
      for _ in pairs(texts) do count = count + 1 end
      assert.equal(#behaviours.BY_NAME[name].values, count, name)
      for _, value in ipairs(behaviours.BY_NAME[name].values) do assert.is_string(texts[value], name .. value) end
    end
  end)

  it("shows people a table, the guarantees and what it leaves behind", function()
    local outcome = probe("--wallet", wallet)
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("repeated_correlation_id  new_offer\n", outcome.out)
    assert.matches("issue_request_created, then issue_completed", outcome.out)
    assert.matches("\n%- repeated_push: a delivery whose response was lost is repeated", outcome.out)
    assert.matches("Left behind: a credential in the wallet " .. wallet:gsub("%-", "%%-"), outcome.out)
  end)

  it("uses a fresh correlation id each time", function()
    local first, second = probe("--wallet", wallet, "--json"), probe("--wallet", wallet, "--json")
    assert.is_not.equal(cjson.decode(first.out).correlation_id, cjson.decode(second.out).correlation_id)
  end)

  it("does not run without a wallet", function()
    local outcome = probe()
    assert.equal(2, outcome.code)
    assert.matches("missing option '%-%-wallet'", outcome.err)
  end)

  it("ends like any call that is refused", function()
    local outcome = probe("--wallet", "nobody")
    assert.same({ 4, "" }, { outcome.code, outcome.out })
    assert.is_nil(outcome.err:find("may be in the wallet", 1, true), outcome.err)
  end)
end)
