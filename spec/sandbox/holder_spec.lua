--- What the holder of a wallet sees and decides: the inbox, and whether credentials still hold.
local worlds = require "spec.sandbox.world"

describe("the holder of a sandbox's wallet", function()
  local world = worlds.use()

  after_each(function() world:anonymous("DELETE", "/sandbox/faults") end)

  local function fault(rule)
    local answer = world:anonymous("PUT", "/sandbox/faults", { rules = { rule } })
    assert.equal(200, answer.status, answer.body)
  end

  describe("inbox", function()
    local function inbox_offer()
      local wallet = world:new_wallet { name = "trusts nobody" }
      world:push(wallet, (world:offer()), false)
      return wallet, "/sandbox/wallets/" .. wallet .. "/inbox/1/"
    end

    it("shows the credential and the issuer of an offer", function()
      local wallet = inbox_offer()
      local offer = world:wallet(wallet).inbox[1]
      assert.equal("Company identification", offer.name)
      assert.equal("Credenco sandbox", offer.issuer_name)
    end)

    it("goes from NEW over READ to PROCESSED", function()
      local wallet, path = inbox_offer()
      assert.equal("NEW", world:wallet(wallet).inbox[1].state)
      assert.equal("READ", world:anonymous("POST", path .. "read").json.state)
      assert.equal("PROCESSED", world:anonymous("POST", path .. "accept").json.state)
      assert.equal("PROCESSED", world:anonymous("POST", path .. "read").json.state)
    end)

    it("accepts on the holder's word, without a trusted contact", function()
      local wallet, path = inbox_offer()
      assert.equal("accepted", world:anonymous("POST", path .. "accept").json.outcome)
      assert.same(worlds.COMPANY, world:wallet(wallet).credentials[1].claims)
    end)

    it("dismisses without taking anything", function()
      local wallet, path = inbox_offer()
      assert.equal("dismissed", world:anonymous("POST", path .. "dismiss").json.outcome)
      assert.same({}, world:wallet(wallet).credentials)
    end)

    it("decides once", function()
      local _, path = inbox_offer()
      world:anonymous("POST", path .. "dismiss")
      assert.equal(409, world:anonymous("POST", path .. "accept").status)
    end)

    it("tells the holder when accepting fails", function()
      local wallet, path = inbox_offer()
      fault { endpoint = "credential", effect = "credential", change = "signature" }
      local answer = world:anonymous("POST", path .. "accept").json
      assert.equal("failed", answer.outcome)
      assert.equal("signature_invalid", answer.reason)
      assert.same({}, world:wallet(wallet).credentials)
    end)

    it("knows no other offer", function()
      local wallet = inbox_offer()
      assert.equal(404, world:anonymous("POST", "/sandbox/wallets/" .. wallet .. "/inbox/2/accept").status)
    end)
  end)

  describe("status of a credential", function()
    local function issued()
      local wallet, offer, order = world:new_wallet(), world:offer()
      world:push(wallet, offer)
      return wallet, world:call("GET", "/api/v2/issue/" .. order.correlation_id).json.revocation_uuid
    end
    local function status(wallet) return world:wallet(wallet).credentials[1].status end

    it("flips when its revocation_uuid is revoked, and no other's", function()
      local wallet, uuid = issued()
      local other = issued()
      assert.equal("valid", status(wallet))
      assert.equal(200, world:anonymous("POST", "/sandbox/revoke/" .. uuid).status)
      assert.equal("revoked", status(wallet))
      assert.equal("valid", status(other))
      assert.equal(404, world:anonymous("POST", "/sandbox/revoke/none").status)
    end)

    it("is unknown while the issuer's list cannot be fetched", function()
      local wallet = issued()
      fault { endpoint = "status_list", effect = "status", status = 500 }
      assert.equal("unknown", status(wallet))
    end)

    it("is expired after its time", function()
      local wallet = issued()
      world:anonymous("POST", "/sandbox/clock", { advance_s = 366 * 86400 })
      assert.equal("expired", status(wallet))
      world:anonymous("POST", "/sandbox/reset")
    end)
  end)
end)
