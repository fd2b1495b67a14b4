--- The sandbox as each of the services that the documentation leaves possible.
local behaviours = require "credenco.sandbox.ground.behaviours"
local credenco = require "credenco"
local worlds = require "spec.sandbox.world"

-- More than nginx runs timers at a time.
local MANY = 300

-- Issues so many credentials into a wallet, at once; gives how many pushes were answered with 201.
local function pushed_to(world, wallet, count)
  local client = credenco.new { base_url = world.base_url, api_key = world.server.api_key }
  local records, pushed = {}, 0
  for i = 1, count do records[i] = { template_id = "ebw_oid", claims = worlds.COMPANY, wallet_key = wallet } end
  for _, result in client:issue_many(records, { concurrency = 64 }) do pushed = pushed + (result and 1 or 0) end
  client:close()
  return pushed
end

describe("the sandbox's behaviour", function()
  local world = worlds.use()
  local wallet

  before_each(function()
    world:anonymous("DELETE", "/sandbox/behaviour")
    wallet = world:new_wallet()
  end)

  local function set(given)
    return world:anonymous("PUT", "/sandbox/behaviour", given)
  end

  local function order(id)
    return { template_id = "ebw_oid", claims = worlds.COMPANY, correlation_id = id }
  end

  local function credentials()
    return world:wallet(wallet).credentials
  end

  describe("when a correlation_id is used again", function()
    for _, status in ipairs { 409, 412, 422 } do
      it("responds with " .. status .. ", also after the offer was redeemed", function()
        set { repeated_correlation_id = status }
        local id = "again-" .. status
        world:push(wallet, (world:offer(order(id))))
        local answer = world:issue(order(id))
        assert.same({ status, "correlation_id" }, { answer.status, answer.json.field })
        assert.equal("issue_completed", world:call("GET", "/api/v2/issue/" .. id).json.status)
      end)
    end

    it("gives the same offer", function()
      set { repeated_correlation_id = "same_offer" }
      local first, second = world:offer(order "same"), world:offer(order "same")
      assert.equal(first, second)
      world:push(wallet, second)
      assert.equal(1, #credentials())
      assert.equal(first, (world:offer(order "same")))
      assert.equal("issue_completed", world:call("GET", "/api/v2/issue/same").json.status)
    end)

    it("gives another offer, which issues again", function()
      world:push(wallet, (world:offer(order "new")))
      world:push(wallet, (world:offer(order "new")))
      assert.equal(2, #credentials())
    end)
  end)

  describe("when an offer is pushed again", function()
    for _, value in ipairs(behaviours.BY_NAME.repeated_push.values) do
      it("responds with " .. value .. ", and issues nothing more", function()
        set { repeated_push = value }
        local offer = world:offer()
        assert.equal(201, world:push(wallet, offer).status)
        assert.equal(tonumber(value), world:push(wallet, offer).status)
        assert.equal(1, #credentials())
      end)
    end
  end)

  describe("when an offer has expired", function()
    for _, value in ipairs(behaviours.BY_NAME.expired_push.values) do
      it("responds with " .. value .. ", and issues nothing", function()
        set { expired_push = value, offer_ttl_s = 1 }
        local offer = world:offer()
        world:anonymous("POST", "/sandbox/clock", { advance_s = 2 })
        assert.equal(tonumber(value), world:push(wallet, offer).status)
        assert.same({}, credentials())
      end)
    end
  end)

  it("responds with 500 to a delivery that succeeded", function()
    set { push_response = 500 }
    assert.equal(500, world:push(wallet, (world:offer())).status)
    assert.equal(1, #credentials())
  end)

  it("runs the exchange after the response", function()
    set { exchange = "after" }
    assert.equal(201, world:push(wallet, (world:offer())).status)
    world:wait_for(function() return #credentials() == 1 end)
  end)

  it("runs each exchange after its response, however many wait", function()
    local other = worlds.start { behaviour = { exchange = "after" }, workers = 1 }
    finally(function() other:stop() end)
    assert.equal(MANY, pushed_to(other, other.trusting, MANY))
    local function under_way() return other:anonymous("GET", "/sandbox/exchanges").json.under_way end
    other:wait_for(function() return under_way() == 0 end)
    assert.equal(MANY, other:wallet(other.trusting).credential_count)
  end)

  it("leaves the status as it was at the beginning", function()
    set { issue_status = "stays_created" }
    local offer, about = world:offer()
    world:push(wallet, offer)
    assert.equal(1, #credentials())
    assert.same({ status = "issue_request_created", correlation_id = about.correlation_id },
      world:call("GET", "/api/v2/issue/" .. about.correlation_id).json)
  end)

  describe("with trusted contacts", function()
    local function contacts()
      return "/api/wallets/" .. wallet .. "/trusted-contacts"
    end

    for _, status in ipairs { 404, 405 } do
      it("responds with " .. status .. " to a request for the list", function()
        set { trusted_contacts = status }
        assert.equal(status, world:call("GET", contacts()).status)
      end)
    end

    for _, value in ipairs(behaviours.BY_NAME.repeated_contact.values) do
      it("responds with " .. value .. " to one that is made again, and has one", function()
        set { repeated_contact = value }
        local contact = { did = "did:web:issuer.example", name = "Issuer", directIssueAllowed = false }
        local first = world:call("POST", contacts(), contact).json
        contact.name, contact.directIssueAllowed = "The issuer", true
        local again = world:call("POST", contacts(), contact)
        assert.equal(tonumber(value), again.status)
        local list = world:call("GET", contacts()).json
        assert.equal(2, #list) -- with the one that the wallet began with
        assert.same({ first.id, value ~= "409" }, { list[2].id, list[2].directIssueAllowed })
        if value ~= "409" then assert.same(list[2], again.json) end
      end)
    end
  end)

  it("is that of the options until it is set, and again after DELETE and after a reset", function()
    local other = worlds.start { behaviour = { repeated_push = 404 } }
    finally(function() other:stop() end)
    local function shown() return other:anonymous("GET", "/sandbox/behaviour").json end
    local expected = behaviours.complete { repeated_push = "404" }
    assert.same(expected, shown())
    for _, clear in ipairs { { "DELETE", "/sandbox/behaviour" }, { "POST", "/sandbox/reset" } } do
      other:anonymous("PUT", "/sandbox/behaviour", { repeated_push = "409", exchange = "after" })
      assert.same({ "409", "after" }, { shown().repeated_push, shown().exchange })
      other:anonymous(clear[1], clear[2])
      assert.same(expected, shown())
    end
  end)

  it("leaves other behaviours unchanged, and is written into the log", function()
    set { exchange = "after" }
    assert.equal("after", set({ offer_ttl_s = 7 }).json.exchange)
    local log = world:anonymous("GET", "/sandbox/log").json
    assert.same({ "behaviour", "offer_ttl_s is now 7" }, { log[#log].source, log[#log].step })
  end)

  -- what is set, what the refusal has to say
  local WRONG = {
    { { repeated_psh = 404 }, "unknown behaviour 'repeated_psh'; did you mean 'repeated_push'?" },
    { { repeated_push = 405 }, "behaviour 'repeated_push' must be one of 201, 400, 404, 409" },
    { { repeated_correlation_id = "same_ofer" }, "422; did you mean 'same_offer'?" },
    { { exchange = true }, "'exchange' must be one of before, after" },
    { { offer_ttl_s = 0 }, "'offer_ttl_s' must be a whole number from 1 to 86400" },
    { { offer_ttl_s = "soon" }, "whole number" },
    { { offer_ttl_s = 1.5 }, "whole number" },
  }
  for index, case in ipairs(WRONG) do
    it(("refuses an invalid change, case %d, and stays unchanged"):format(index), function()
      local given = case[1]
      given.issue_status = "stays_created"
      local answer = set(given)
      assert.equal(400, answer.status)
      assert.truthy(answer.json.detail:find(case[2], 1, true), answer.json.detail)
      assert.equal("progresses", world:anonymous("GET", "/sandbox/behaviour").json.issue_status)
    end)
  end

  it("refuses a value that is not an object", function()
    assert.equal(400, set("[]").status)
    assert.equal(400, set("x").status)
  end)

  it("is an option that is checked before anything starts", function()
    local ok, err = pcall(require("credenco.sandbox").start, { behaviour = { exchang = "after" } })
    assert.is_false(ok)
    assert.matches("behaviour: unknown behaviour 'exchang'; did you mean 'exchange'%?", err)
  end)
end)
