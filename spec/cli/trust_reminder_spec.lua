-- A wallet discards what it does not trust, and no response says so: each command after which that may have happened says it,
-- once.
local Desk = require "spec.pipeline.desk"

local OF_ONE = "delivered; the wallet keeps the credential if it trusts the issuer"
local OF_MANY = "a wallet keeps only credentials from issuers that it trusts"

describe("that a wallet keeps only what it trusts", function()
  local desk = Desk.use()

  local function count(text, wanted)
    return select(2, text:gsub(wanted:gsub("%p", "%%%0"), ""))
  end

  local function said(wanted, ...)
    local outcome = desk.credenco(...)
    assert.equal(0, outcome.code, outcome.err)
    return count(outcome.out .. outcome.err, wanted)
  end

  it("is said after an issue, and after a delivery that is not for the inbox", function()
    local claim, wallet = { "--template", "any", "--claim", "a=b" }, { "--wallet", desk.world.trusting }
    assert.equal(1, said(OF_ONE, "issue", wallet[1], wallet[2], (table.unpack or unpack)(claim)))
    for _, row in ipairs { { 1 }, { 0, "--inbox" } } do
      local path = desk.folder .. "/offer" .. row[1]
      desk.write("offer" .. row[1], desk.credenco("offer", (table.unpack or unpack)(claim)).out)
      assert.equal(row[1], said(OF_ONE, "push", "--from", path, wallet[1], wallet[2], row[2]))
    end
  end)

  it("is said after a run with issued records, and by its report", function()
    local path = desk.csv(desk.lines(3))
    assert.equal(0, said(OF_MANY, "run", Desk.WORKFLOW, path, "--dry-run"))
    assert.equal(1, said(OF_MANY, "run", Desk.WORKFLOW, path))
    assert.equal(1, said(OF_MANY, "report"))
  end)

  it("is said by a worker, and not before anything is issued", function()
    assert.equal(0, said(OF_MANY, "load", Desk.WORKFLOW, desk.csv(desk.lines(3))))
    assert.equal(0, said(OF_MANY, "report"))
    assert.equal(1, said(OF_MANY, "work", Desk.WORKFLOW))
    assert.equal(1, said(OF_MANY, "report"))
  end)
end)
