-- `client:request`, for endpoints that the client has no method for.
local credenco = require "credenco"
local issuing = require "spec.client.issuing"
local Misbehaving = require "spec.support.misbehaving"

local KEY, answering, new_client = issuing.KEY, issuing.answering, issuing.new_client

describe("a request of the user's own", function()
  local server = Misbehaving.use()

  it("throws for a path that no URL can have", function()
    local client = credenco.new { base_url = server.refused_url, api_key = "k" }
    for _, path in ipairs { "/a|b", "/50%", "/a\\b", '/"' } do
      assert.has_error(function() client:request { path = path } end,
        "request: path must be a path of a URL, percent-encoded where needed")
    end
  end)

  it("throws for a method that is not for a client", function()
    local client = credenco.new { base_url = server.refused_url, api_key = "k" }
    for method, problem in pairs {
      get = "must be an HTTP method in capital letters",
      CONNECT = "must not be CONNECT, which turns the connection into a tunnel",
      TRACE = "must not be TRACE, because the server would send the credentials back",
    } do
      assert.has_error(function() client:request { method = method, path = "/x" } end, "request: method " .. problem)
    end
  end)

  it("reaches endpoints it has no name for", function()
    local scenario = server:scenario()
    local answer = assert(new_client(scenario):request {
      method = "PUT", path = "/api/x", query = { b = "ü &", a = 1 }, json = { list = credenco.array {} },
    })
    local request = scenario.requests("other")[1]
    assert.equal("PUT", request.method)
    assert.equal("/api/x?a=1&b=%C3%BC%20%26", request.target)
    assert.equal('{"list":[]}', request.body)
    assert.equal("k-s3cret", request.headers["x-api-key"])
    assert.equal(200, answer.http_status)
    assert.equal("PUT", answer.json.method)
  end)

  it("writes a query the same on every engine, and refuses values without a text of their own", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:request { path = "/x", query = { a = 2 ^ 53, b = true, c = "1.0", d = -3.0 } })
    assert.equal("/x?a=9007199254740992&b=true&c=1.0&d=-3", scenario.requests("other")[1].target)
    for _, value in ipairs { 0.5, 2 ^ 54, 0 / 0, math.huge, {}, print } do
      local _, problem = pcall(client.request, client, { path = "/x", query = { q = value } })
      assert.equal("request: query must hold text, integers up to 2^53 and booleans, unlike 'q'", problem)
    end
    local _, problem = pcall(client.request, client, { path = "/x", query = { "a" } })
    assert.equal("request: query must have names", problem)
  end)

  it("keeps an id beyond 2^53 as its digits", function()
    local answer = answering '{"id":12345678901234567890,"did":"\\"12345678901234567890","list":[-9007199254740993,1.5]}'
    local client = new_client(server:scenario { trust = { answer }, other = { answer } })
    local contact = assert(client:trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" })
    assert.same({ "12345678901234567890", '"12345678901234567890' }, { contact.id, contact.did })
    for _, id in ipairs { "9007199254740992", "9007199254740993", "-9223372036854775808", "9223372036854775808" } do
      local other = new_client(server:scenario { trust = { answering('{"id":' .. id .. "}") } })
      local got = assert(other:trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" }).id
      assert.equal(id, type(got) == "number" and ("%.0f"):format(got) or got)
    end
    local json = assert(client:request { path = "/x" }).json
    assert.same({ "12345678901234567890", { "-9007199254740993", 1.5 } }, { json.id, json.list })
  end)

  it("does not repeat a user's POST after a lost response", function()
    local scenario = server:scenario { other = { "close", "proper" } }
    local answer, err = new_client(scenario, { retry = { base_ms = 1 } }):request { method = "POST", path = "/x", json = {} }
    assert.is_nil(answer)
    assert.equal("unknown", err.sent)
    assert.equal(1, #scenario.requests("other"))
  end)

  it("keeps what it sent out of its errors, also where it may be repeated", function()
    for _, method in ipairs { "POST", "PUT" } do
      local scenario = server:scenario { other = { { act = "answer", status = 400, body = "no company CoolSoft here" } } }
      local _, err = new_client(scenario):request { method = method, path = "/x", json = { name = "CoolSoft" } }
      assert.equal("no company [redacted] here", err.detail)
    end
  end)

  it("refuses a query that makes too long a URL", function()
    local client = new_client(server:scenario())
    for _, long in ipairs { ("b"):rep(40000), ("é"):rep(200000) } do
      for _, query in ipairs { { a = long }, { [long] = "a" } } do
        local _, problem = pcall(client.request, client, { path = "/x", query = query })
        assert.equal("request: path and query make a URL of more than 32768 bytes", problem)
      end
    end
    assert(client:request { path = "/x", query = { a = ("b"):rep(20000) } })
  end)
end)
