-- The trace that a call belongs to (W3C Trace Context).
local credenco = require "credenco"
local Misbehaving = require "spec.support.misbehaving"
local trace = require "credenco.base.trace"

local TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
local OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"

describe("a traceparent", function()
  local server = Misbehaving.use()

  local function new_client(scenario, options)
    local all = { base_url = scenario.url, api_key = "k", retry = { base_ms = 1 } }
    for name, value in pairs(options or {}) do all[name] = value end
    return credenco.new(all)
  end

  local function sent(scenario, step)
    local list = {}
    for i, request in ipairs(scenario.requests(step)) do list[i] = request.headers.traceparent or "none" end
    return list
  end

  local ORDER = { wallet_key = "w", template_id = "t", claims = { id = "1" } }
  local function order(traceparent)
    return { wallet_key = ORDER.wallet_key, template_id = ORDER.template_id, claims = ORDER.claims, traceparent = traceparent }
  end

  it("goes with every request of its call, and no other", function()
    local scenario = server:scenario { create = { "close", "proper" }, push = { "close", "proper" } }
    local client = new_client(scenario)
    local result = assert(client:issue_direct(order(TRACE)))
    assert.equal(TRACE, result.traceparent)
    assert.is_nil(assert(client:issue_direct(order())).traceparent)
    assert.same({ TRACE, TRACE, "none" }, sent(scenario, "create"))
    assert.same({ TRACE, TRACE, "none" }, sent(scenario, "push"))
  end)

  it("can be given to each kind of call", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    local offer = assert(client:create_offer { template_id = "t", claims = {}, traceparent = TRACE })
    assert(client:push_offer { wallet_key = "w", offer_uri = offer.offer_uri, traceparent = TRACE })
    client:issue_status("1", { traceparent = TRACE })
    client:wait_issued("1", { traceparent = TRACE, timeout_ms = 60000 })
    client:trust_issuer { wallet_key = "w", did = "did:web:a", name = "A", traceparent = TRACE }
    client:request { path = "/x", traceparent = TRACE }
    for step, count in pairs { create = 1, push = 1, status = 2, trust = 1, other = 1 } do
      local list = sent(scenario, step)
      assert.equal(count, #list, step)
      for _, value in ipairs(list) do assert.equal(TRACE, value, step) end
    end
  end)

  it("comes from the client if the call has none, and is asked for once a call", function()
    local scenario, asked = server:scenario { push = { "close", "proper" } }, 0
    local client = new_client(scenario, { traceparent = function()
      asked = asked + 1
      return asked == 1 and OTHER or nil
    end })
    assert(client:issue_direct(order()))
    assert(client:issue_direct(order(TRACE)))
    assert(client:issue_direct(order()))
    assert.same({ OTHER, TRACE, "none" }, sent(scenario, "create"))
    assert.same({ OTHER, OTHER, TRACE, "none" }, sent(scenario, "push"))
    assert.equal(2, asked)
    local fixed = server:scenario()
    assert(new_client(fixed, { traceparent = OTHER }):issue_direct(order()))
    assert.same({ { OTHER }, { OTHER } }, { sent(fixed, "create"), sent(fixed, "push") })
  end)

  it("is not sent when a function fails or returns another text", function()
    for _, fn in ipairs { function() error "mine" end, function() return TRACE:upper() end, function() return 5 end } do
      local scenario = server:scenario()
      assert(new_client(scenario, { traceparent = fn }):issue_direct(order()))
      assert.same({ "none" }, sent(scenario, "create"))
    end
  end)

  it("is in the call's events", function()
    local seen, count = {}, 0
    local scenario = server:scenario { create = { "close", "proper" } }
    local client = new_client(scenario, { on_event = function(event)
      seen[#seen + 1], count = event.traceparent, count + 1
    end })
    assert(client:issue_direct(order(TRACE)))
    local of_first = count
    assert.is_true(of_first >= 6)
    assert(client:issue_direct(order()))
    assert.same({ of_first, of_first + 4 }, { #seen, count })
  end)

  it("does not go with a request for a token", function()
    local scenario = server:scenario()
    local client = new_client(scenario, { traceparent = OTHER })
    client:close()
    client = credenco.new { base_url = scenario.url, traceparent = OTHER,
      oauth2 = { token_url = scenario.url .. "/token", client_id = "c", client_secret = "s" } }
    assert(client:issue_direct(order(TRACE)))
    assert.same({ "none" }, sent(scenario, "token"))
    assert.same({ TRACE }, sent(scenario, "create"))
  end)

  for name, value in pairs {
    ["no text of that form"] = "x", ["a version that is none"] = "ff" .. TRACE:sub(3), ["capital letters"] = TRACE:upper(),
    ["a trace id of zeros"] = "00-" .. ("0"):rep(32) .. "-b7ad6b7169203331-01",
    ["a parent id of zeros"] = "00-0af7651916cd43dd8448eb211c80319c-" .. ("0"):rep(16) .. "-01",
    ["more behind it"] = TRACE .. "-x", ["a line's end"] = TRACE .. "\r\n",
  } do
    it("is refused with " .. name, function()
      assert.truthy(trace.problem(value))
      assert.has_error(function() new_client(server:scenario()):issue_direct(order(value)) end)
      assert.has_error(function() new_client(server:scenario(), { traceparent = value }) end)
    end)
  end
end)
