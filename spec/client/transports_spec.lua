-- A client over whatever transport it is given, and when it is closed.
local cjson = require "cjson"
local credenco = require "credenco"
local issuing = require "spec.client.issuing"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local KEY, SAMPLE, new_client, order = issuing.KEY, issuing.SAMPLE, issuing.new_client, issuing.order

describe("a client over any transport", function()
  local server = Misbehaving.use()

  it("returns closed when it is closed", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:issue_status "1")
    client:close()
    client:close()
    local result, err = client:issue_direct(order())
    assert.is_nil(result)
    assert.equal("closed", err.code)
    assert.equal("no", err.sent)
    assert.equal(0, #scenario.requests("create"))
  end)

  -- Without waiting on a clock: closing wakes who waits, or the answer is not there behind it.
  for name, call in pairs {
    ["the next attempt"] = function(client) return client:issue_status "1" end,
    ["the next look at the status"] = function(client) return client:wait_issued("1", { interval_ms = 60000 }) end,
  } do
    it("gets closed at once when it waits for " .. name, function()
      local client, asked, err
      client = credenco.new { base_url = "https://a.example", api_key = "k", timeout_ms = 60000, transport = {
        send = function()
          asked = true
          if name == "the next attempt" then
            return { status = 503, headers = { ["retry-after"] = "30" }, body = "" }
          end
          return { status = 200, headers = {}, body = '{"status":"waiting"}' }
        end,
      } }
      loop.spawn(function() err = select(2, call(client)) end)
      assert.is_true(asked)
      assert.is_nil(err)
      client:close()
      assert.equal("closed", err.code)
      assert.equal(name == "the next attempt" and "rejected" or "no", err.sent)
      assert.is_false(loop.busy())
    end)
  end

  it("honours the Retry-After of any transport", function()
    local asked = 0
    local transport = { send = function()
      asked = asked + 1
      return { status = 503, headers = { ["retry-after"] = "99" }, body = "" }
    end }
    local client = credenco.new { base_url = "https://a.example", api_key = "k", transport = transport }
    local _, err = client:issue_status "1"
    assert.equal("server_error", err.code)
    assert.equal(1, asked)
  end)

  it("knows a page without markup by the Content-Type of any transport", function()
    for _, said in ipairs { { headers = { ["content-type"] = "text/html" } }, { is_html = true } } do
      said.status, said.body = 201, "Please sign in."
      local transport = { send = function() return said end }
      local client = credenco.new { base_url = "https://a.example", api_key = "k", transport = transport }
      local _, err = client:push_offer { wallet_key = "w", offer_uri = "https://a.example/o" }
      assert.same({ "bad_response", "unknown" }, { err.code, err.sent })
    end
  end)

  it("uses any table with a send method as its transport", function()
    local requests = {}
    local transport = { send = function(_, request)
      requests[#requests + 1] = request.url -- the table serves the next request too
      return { status = 201, headers = {}, body = request.url:find("v2", 1, true) and cjson.encode { request_uri = SAMPLE } or "" }
    end }
    local client = credenco.new { base_url = "https://wallet.example/", api_key = "k", transport = transport }
    assert.equal(201, assert(client:issue_direct(order())).http_status)
    assert.equal("https://wallet.example/api/v2/credential/issue", requests[1])
    assert.equal("https://wallet.example/api/oidc/offer/" .. KEY .. "?directIssue=true&credential_offer_uri="
      .. "https%3A%2F%2Fwallet.credenco.com%2Fapi%2Foidc%2Fcredential-offer%2Fabc123", requests[2])
  end)
end)
