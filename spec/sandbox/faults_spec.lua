--- Faults on demand.
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

describe("the sandbox's faults", function()
  local world = worlds.use()

  before_each(function() world:anonymous("DELETE", "/sandbox/faults") end)

  local function set(rules, seed)
    return world:anonymous("PUT", "/sandbox/faults", { seed = seed, rules = rules })
  end

  local function statuses(count)
    local list = {}
    for index = 1, count do
      list[index] = world:issue().status
    end
    return list
  end

  it("respond with a status and Retry-After", function()
    set { { endpoint = "issue", effect = "status", status = 503, retry_after = 2 } }
    local answer = world:issue()
    assert.equal(503, answer.status)
    assert.equal("2", answer.headers["retry-after"])
  end)

  it("strike the n-th call only", function()
    set { { endpoint = "issue", effect = "status", status = 500, nth = 2 } }
    assert.same({ 200, 500, 200 }, statuses(3))
  end)

  it("strike every n-th call", function()
    set { { endpoint = "issue", effect = "status", status = 500, every = 2 } }
    assert.same({ 200, 500, 200, 500 }, statuses(4))
  end)

  it("strike the first calls", function()
    set { { endpoint = "issue", effect = "status", status = 429, first = 2 } }
    assert.same({ 429, 429, 200 }, statuses(3))
  end)

  it("strike by chance, and the same way again with the same seed", function()
    local rule = { endpoint = "issue", effect = "status", status = 500, probability = 0.5 }
    set({ rule }, 42)
    local first = statuses(20)
    set({ rule }, 42)
    assert.same(first, statuses(20))
    set({ rule }, 43)
    assert.is_not.same(first, statuses(20))
  end)

  it("leave other endpoints alone", function()
    set { { endpoint = "push", effect = "status", status = 500 } }
    assert.equal(200, world:issue().status)
  end)

  it("reset the connection before the work", function()
    set { { endpoint = "issue", effect = "reset" } }
    assert.is_nil((http.request { method = "POST", url = world.base_url .. "/api/v2/credential/issue", json = {} }))
  end)

  it("lose the response after the work was done", function()
    local wallet, offer = world:new_wallet(), world:offer()
    set { { endpoint = "push", effect = "lost", nth = 1 } }
    local url = ("%s/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s"):format(world.base_url, wallet, offer)
    assert.is_nil((http.request { method = "POST", url = url }))
    assert.equal(1, #world:wallet(wallet).credentials)
    assert.equal(201, world:push(wallet, offer).status)
    assert.equal(1, #world:wallet(wallet).credentials)
  end)

  it("cut a body in half", function()
    set { { endpoint = "issue", effect = "cut" } }
    local answer = world:issue()
    assert.equal(math.floor(tonumber(answer.headers["content-length"]) / 2), #answer.body)
  end)

  it("respond with HTML or JSON of another shape", function()
    set { { endpoint = "issue", effect = "html", nth = 1 }, { endpoint = "issue", effect = "json", body = { 1, {} } } }
    assert.matches("^text/html", world:issue().headers["content-type"])
    assert.equal("[1,{}]", world:issue().body)
  end)

  it("respond with more than a client may read", function()
    set { { endpoint = "issue", effect = "large", bytes = 100000 } }
    assert.equal(100000, #world:issue().body)
  end)

  it("delay the response, and then send it", function()
    set { { endpoint = "issue", effect = "delay", delay_ms = 60 } }
    local started = worlds.now_ms()
    assert.equal(200, world:issue().status)
    assert.truthy(worlds.now_ms() - started >= 50)
  end)

  it("are shown, and gone after DELETE", function()
    set { { endpoint = "issue", effect = "status", status = 500 } }
    assert.equal(1, #world:anonymous("GET", "/sandbox/faults").json.rules)
    assert.equal(204, world:anonymous("DELETE", "/sandbox/faults").status)
    assert.same({ 200 }, statuses(1))
    assert.equal('{"rules":[],"seed":1}', world:anonymous("GET", "/sandbox/faults").body)
  end)

  it("end with a reset of the sandbox, as do credentials and offers", function()
    set { { endpoint = "issue", effect = "status", status = 500 } }
    world:push(world.trusting, "x")
    assert.equal(204, world:anonymous("POST", "/sandbox/reset").status)
    assert.same({ 200 }, statuses(1))
    assert.same({}, world:wallet(world.trusting).discarded)
    assert.equal(3, #world:anonymous("GET", "/sandbox/wallets").json)
  end)

  local WRONG = {
    { { endpoint = "isue", effect = "reset" }, "endpoint" },
    { { endpoint = "issue", effect = "explode" }, "effect" },
    { { endpoint = "issue" }, "effect" },
    { { effect = "reset" }, "endpoint" },
    { { endpoint = "issue", effect = "status" }, "status" },
    { { endpoint = "issue", effect = "delay" }, "delay_ms" },
    { { endpoint = "issue", effect = "reset", nth = 0 }, "nth" },
    { { endpoint = "issue", effect = "reset", probability = 2 }, "probability" },
    { { endpoint = "issue", effect = "reset", when = 1 }, "when" },
    { { endpoint = "credential", effect = "credential", change = "x" }, "change" },
  }
  for index, case in ipairs(WRONG) do
    it(("refuse rule %d, naming its %s"):format(index, case[2]), function()
      local answer = set { { endpoint = "issue", effect = "reset" }, case[1] }
      assert.equal(400, answer.status)
      assert.matches("rules%[2%]", answer.json.detail)
      assert.matches(case[2], answer.json.detail)
    end)
  end

  it("refuse a value that is not a list of rules", function()
    assert.equal(400, world:anonymous("PUT", "/sandbox/faults", "{}").status)
    assert.equal(400, world:anonymous("PUT", "/sandbox/faults", "[]").status)
  end)
end)
