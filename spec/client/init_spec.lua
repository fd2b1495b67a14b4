-- What the client puts on the wire, and what it gives back, when nothing goes wrong.
local cjson = require "cjson"
local credenco = require "credenco"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local COMPANY = { id = "90004760", name = "CoolSoft B.V.", issuing_authority = "Credenco", issuing_country = "NL" }
local KEY = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0001"
local SAMPLE = "openid-credential-offer://?credential_offer_uri=https://wallet.credenco.com/api/oidc/credential-offer/abc123"

local function answering(body)
  return { act = "answer", status = 200, headers = { ["content-type"] = "application/json" }, body = body }
end

describe("the client", function()
  local server

  setup(function() server = Misbehaving.start() end)
  teardown(function() server:stop() end)

  local function new_client(scenario, changes)
    local options = { base_url = scenario.url, api_key = "k-s3cret" }
    for name, value in pairs(changes or {}) do options[name] = value end
    return credenco.new(options)
  end

  local function order(changes)
    local args = { wallet_key = KEY, template_id = "ebw_oid", claims = COMPANY, correlation_id = "89cba89" }
    for name, value in pairs(changes or {}) do args[name] = value end
    return args
  end

  it("pushes the documentation's sample exactly as it is documented", function()
    local scenario = server:scenario {
      create = { answering(cjson.encode { correlation_id = "89cba89", request_uri = SAMPLE }) },
    }
    assert(new_client(scenario):issue_direct(order()))
    local push = scenario.requests("push")[1]
    assert.equal("POST", push.method)
    assert.equal("/api/oidc/offer/" .. KEY .. "?directIssue=true&credential_offer_uri="
      .. "https%3A%2F%2Fwallet.credenco.com%2Fapi%2Foidc%2Fcredential-offer%2Fabc123", push.target)
    assert.equal("0", push.headers["content-length"])
    assert.equal("", push.body)
    assert.is_nil(push.headers["content-type"])
  end)

  it("sends what the first call is documented to take", function()
    local scenario = server:scenario()
    assert(new_client(scenario):issue_direct(order()))
    local create = scenario.requests("create")[1]
    assert.equal("/api/v2/credential/issue", create.target)
    assert.equal("application/json", create.headers["content-type"])
    assert.same({ correlation_id = "89cba89", template_id = "ebw_oid", claims = COMPANY }, cjson.decode(create.body))
  end)

  it("tells of the wait that a refusal asked for", function()
    local scenario = server:scenario {
      create = { { act = "answer", status = 429, headers = { ["retry-after"] = "7" }, body = "" } },
    }
    local _, err = new_client(scenario, { retry = { max_attempts = 1 } }):issue_direct(order())
    assert.equal("rate_limited", err.code)
    assert.equal("7000", tostring(err.retry_after_ms))
  end)

  it("gives back what both calls answered", function()
    local scenario = server:scenario()
    local result = assert(new_client(scenario):issue_direct(order()))
    assert.same({
      correlation_id = "89cba89",
      request_uri = "openid-credential-offer://?credential_offer_uri=" .. result.offer_uri:gsub("[:/]", { [":"] = "%3A", ["/"] = "%2F" }),
      offer_uri = scenario.url .. "/offers/1-bearer-secret",
      status_uri = scenario.url .. "/api/v2/issue/89cba89",
      http_status = 201,
    }, result)
  end)

  it("makes a correlation id of version 4 when none is given", function()
    local scenario = server:scenario()
    local args = order()
    args.correlation_id = nil
    local result = assert(new_client(scenario):issue_direct(args))
    assert.truthy(result.correlation_id:find("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$"))
    assert.equal(result.correlation_id, cjson.decode(scenario.requests("create")[1].body).correlation_id)
  end)

  it("sends the key with the calls that need it and never with the push", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    local result = assert(client:issue_direct(order()))
    assert(client:issue_status(result))
    assert(client:trust_issuer { wallet_key = KEY, did = "did:web:issuer.example", name = "Issuer" })
    for _, request in ipairs(scenario.requests()) do
      assert.equal(request.step ~= "push" and "k-s3cret" or nil, request.headers["x-api-key"])
      assert.is_nil(request.headers.authorization)
    end
  end)

  it("sends the key as a bearer token when asked to", function()
    local scenario = server:scenario()
    assert(new_client(scenario, { auth_scheme = "bearer" }):issue_status "x")
    local status = scenario.requests("status")[1]
    assert.equal("Bearer k-s3cret", status.headers.authorization)
    assert.is_nil(status.headers["x-api-key"])
  end)

  it("pushes to the wallet's own host and asks its own for the status", function()
    local issuer, wallet = server:scenario(), server:scenario()
    local client = new_client(issuer, { wallet_base_url = wallet.url })
    assert(client:issue_direct(order()))
    assert.equal(0, #issuer.requests("push"))
    assert.equal(1, #wallet.requests("push"))
    assert.is_nil(wallet.requests("push")[1].headers["x-api-key"])
  end)

  it("does not follow a status URI of another origin, and sends no key there", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:issue_status { correlation_id = "a b/c", status_uri = server.refused_url .. "/api/v2/issue/1" })
    assert.equal("/api/v2/issue/a%20b%2Fc", scenario.requests("status")[1].target)
  end)

  it("follows a status URI of its own origin", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:issue_status { correlation_id = "a~b", status_uri = scenario.url .. "/api/v2/issue/a%7Eb" })
    assert.equal("/api/v2/issue/a%7Eb", scenario.requests("status")[1].target)
  end)

  it("drops an offer in the inbox when it is not to be issued directly", function()
    local scenario = server:scenario()
    assert(new_client(scenario):push_offer { wallet_key = KEY, offer_uri = "https://a.example/o?x=1&y=2", direct = false })
    assert.equal("/api/oidc/offer/" .. KEY .. "?credential_offer_uri=https%3A%2F%2Fa.example%2Fo%3Fx%3D1%26y%3D2",
      scenario.requests("push")[1].target)
  end)

  it("encodes a wallet key as one path segment", function()
    local scenario = server:scenario()
    assert(new_client(scenario):push_offer { wallet_key = "a b?c#d%~é", offer_uri = "https://a.example/o" })
    assert.truthy(scenario.requests("push")[1].target:find("/api/oidc/offer/a%20b%3Fc%23d%25~%C3%A9?", 1, true))
  end)

  it("asks for a QR code and completes an old server's data URI", function()
    local scenario = server:scenario { create = { answering(cjson.encode {
      correlation_id = "1", request_uri = SAMPLE, qr_uri = "iVBORw0KGgo=",
    }) } }
    local client = new_client(scenario)
    local offer = assert(client:create_offer {
      template_id = "t", claims = {}, correlation_id = "1", qr_code = {}, request_uri_base = "https://w.example/",
    })
    assert.equal("data:image/png;base64,iVBORw0KGgo=", offer.qr_uri)
    local body = scenario.requests("create")[1].body
    assert.truthy(body:find('"qr_code":{}', 1, true))
    assert.truthy(body:find('"claims":{}', 1, true))
    assert.equal("https://w.example/", cjson.decode(body).request_uri_base)
  end)

  it("delivers claims exactly", function()
    local scenario = server:scenario()
    local claims = {
      big = 9007199254740992, digits = 123456789012345, tenth = 0.1, text = "é", path = "a/b",
      object = credenco.object {}, array = credenco.array {}, null = credenco.null, deep = { { a = { 1, 2 } } },
    }
    assert(new_client(scenario):create_offer { template_id = "t", claims = claims, correlation_id = "1" })
    local sent = scenario.requests("create")[1].body:gsub("\\/", "/")
    for _, member in ipairs {
      '"big":9007199254740992', '"digits":123456789012345', '"tenth":0.1', '"text":"é"', '"path":"a/b"',
      '"object":{}', '"array":[]', '"null":null', '"deep":[{"a":[1,2]}]',
    } do
      assert.truthy(sent:find(member, 1, true), member)
    end
  end)

  it("sends nothing when a claim cannot be held exactly, and says which", function()
    local scenario = server:scenario()
    local result, err = new_client(scenario):issue_direct(order { claims = { owners = { { share = 2 ^ 60 } } } })
    assert.is_nil(result)
    assert.equal("invalid_claims", err.code)
    assert.equal("no", err.sent)
    assert.truthy(err.message:find("claims.owners[1].share", 1, true))
    assert.equal(0, #scenario.requests())
  end)

  it("refuses claims that are a list", function()
    local scenario = server:scenario()
    local _, err = new_client(scenario):issue_direct(order { claims = { "a" } })
    assert.equal("invalid_claims", err.code)
    assert.equal(0, #scenario.requests())
  end)

  it("waits until the issue is completed", function()
    local created = answering '{"status":"issue_request_created","correlation_id":"1","revocation_uuid":"u"}'
    local scenario = server:scenario { status = { created, 503, created, "proper" } }
    local client = new_client(scenario, { retry = { base_ms = 1 } })
    local status = assert(client:wait_issued("1", { interval_ms = 1 }))
    assert.equal("issue_completed", status.status)
    assert.equal("0e2c1f62-3392-462e-a25e-483fa0e2a3a3", status.revocation_uuid)
    assert.equal(4, #scenario.requests("status"))
  end)

  it("reports an issue that failed", function()
    local scenario = server:scenario { status = { "issue_error" } }
    local status, err = new_client(scenario):wait_issued("1", { interval_ms = 1 })
    assert.is_nil(status)
    assert.equal("issue_failed", err.code)
    assert.equal("error", err.status)
  end)

  it("gives the last status when the deadline passes", function()
    local scenario = server:scenario { status = { "unknown_status" } }
    local status, err = new_client(scenario):wait_issued("1", { interval_ms = 1, timeout_ms = 100 })
    assert.is_nil(status)
    assert.equal("timeout", err.code)
    assert.equal("something_new", err.status)
    assert.equal("unknown", err.sent)
  end)

  it("shows of a status what may be shown", function()
    local said = "k-s3cret at https://a.example/b?c=1\n"
    local scenario = server:scenario { status = { answering(cjson.encode { status = said }) } }
    local _, err = new_client(scenario):wait_issued("1", { interval_ms = 1, timeout_ms = 50 })
    assert.equal("[redacted] at [URL]", err.status)
    assert.truthy(err.message:find("'[redacted] at [URL]", 1, true), err.message)
  end)

  it("cuts a long status between characters", function()
    for padding = 0, 1 do
      local said = ("x"):rep(padding) .. ("é"):rep(60)
      local scenario = server:scenario { status = { answering(cjson.encode { status = said }) } }
      local status = assert(new_client(scenario):issue_status "1").status
      assert.equal(said:sub(1, 100 - padding), status)
    end
    local scenario = server:scenario { status = { answering '{"status":"caf\233 new"}' } }
    assert.equal("caf? new", assert(new_client(scenario):issue_status "1").status)
  end)

  it("says why when the deadline of waiting passes without any status", function()
    local refusing = { send = function() return nil, { code = "connect_failed", sent = "no" } end }
    local client = credenco.new {
      base_url = server.refused_url, api_key = "k", retry = { max_attempts = 1 }, transport = refusing,
    }
    local status, err = client:wait_issued("1", { interval_ms = 1, timeout_ms = 100 })
    assert.is_nil(status)
    assert.equal("connect_failed", err.code)
    assert.equal("no", err.sent)
  end)

  it("throws for a path that no URL can have", function()
    local client = credenco.new { base_url = server.refused_url, api_key = "k" }
    for _, path in ipairs { "/a|b", "/50%", "/a\\b", '/"' } do
      assert.has_error(function() client:request { path = path } end,
        "request: path must be a path of a URL, percent-encoded where needed")
    end
  end)

  it("echoes a trusted contact", function()
    local scenario = server:scenario()
    local contact = assert(new_client(scenario):trust_issuer {
      wallet_key = KEY, did = "did:web:issuer.example", name = "Issuer", direct_issue_allowed = false,
    })
    assert.same({ did = "did:web:issuer.example", name = "Issuer", directIssueAllowed = false },
      cjson.decode(scenario.requests("trust")[1].body))
    assert.equal(1, contact.id)
    assert.is_false(contact.direct_issue_allowed)
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

  it("writes a query the same on every engine, and refuses what has no text of its own", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:request { path = "/x", query = { a = 2 ^ 53, b = true, c = "1.0", d = -3.0 } })
    assert.equal("/x?a=9007199254740992&b=true&c=1.0&d=-3", scenario.requests("other")[1].target)
    for _, value in ipairs { 0.5, 2 ^ 54, 0 / 0, math.huge, {}, print } do
      local _, problem = pcall(client.request, client, { path = "/x", query = { q = value } })
      assert.equal("request: query must hold text, integers up to 2^53 and booleans, and 'q' is none", problem)
    end
    local _, problem = pcall(client.request, client, { path = "/x", query = { "a" } })
    assert.equal("request: query must have names", problem)
  end)

  it("keeps an id beyond 2^53 as its digits", function()
    local answer = answering '{"id":12345678901234567890,"did":"\\"12345678901234567890","list":[-9007199254740993,1.5]}'
    local client = new_client(server:scenario { trust = { answer }, other = { answer } })
    local contact = assert(client:trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" })
    assert.same({ "12345678901234567890", '"12345678901234567890' }, { contact.id, contact.did })
    local json = assert(client:request { path = "/x" }).json
    assert.same({ "12345678901234567890", { "-9007199254740993", 1.5 } }, { json.id, json.list })
  end)

  it("knows its own correlation id when it comes as a number", function()
    for id, sent in pairs { ["12345678901234567890"] = true, ["1000000000000000"] = true, ["7"] = true, ["2"] = "1.5" } do
      local body = '{"status":"issue_completed","correlation_id":' .. (sent == true and id or sent) .. "}"
      local status = new_client(server:scenario { status = { answering(body) } }):issue_status(id)
      assert.equal(sent == true, status ~= nil, id)
    end
  end)

  it("takes a deadline of its own for a status", function()
    local scenario = server:scenario { status = { "hang" } }
    local began_ms = loop.now_ms()
    local status, err = new_client(scenario):issue_status("1", { timeout_ms = 50 })
    assert.is_nil(status)
    assert.equal("timeout", err.code)
    assert.is_true(loop.now_ms() - began_ms < 5000)
    assert.has_error(function() new_client(scenario):issue_status("1", { timeout = 50 }) end,
      "issue_status: unknown option 'timeout', did you mean 'timeout_ms'?")
  end)

  it("does not repeat a POST of its user's after a lost answer", function()
    local scenario = server:scenario { other = { "close", "proper" } }
    local answer, err = new_client(scenario, { retry = { base_ms = 1 } }):request { method = "POST", path = "/x", json = {} }
    assert.is_nil(answer)
    assert.equal("unknown", err.sent)
    assert.equal(1, #scenario.requests("other"))
  end)

  it("tells on_event of every request and answer, without secrets", function()
    local events = {}
    local scenario = server:scenario { push = { "close", "proper" } }
    local client = new_client(scenario, {
      retry = { base_ms = 1 },
      on_event = function(event)
        events[#events + 1] = event.type .. " " .. event.step .. " " .. tostring(event.http_status or event.code)
        for _, value in pairs(event) do assert.is_nil(tostring(value):find("secret", 1, true)) end
      end,
    })
    assert(client:issue_direct(order()))
    assert.same({
      "request create_offer nil", "answer create_offer 201", "request push_offer nil",
      "lost push_offer connect_failed", "request push_offer nil", "answer push_offer 201",
    }, events)
  end)

  it("tells on_event how a call ended, once", function()
    local events = {}
    local scenario = server:scenario { push = { { act = "answer", status = 403, body = "" } } }
    local client = new_client(scenario, { on_event = function(event) events[#events + 1] = event end })
    local _, err = client:issue_direct(order())
    assert.same({ nil, true, nil, false, nil }, {
      events[1].ok, events[2].ok, events[3].ok, events[4].ok, events[5].ok })
    local last = events[5]
    assert.same({ "failed", "push_offer", err.code, err.sent, err.correlation_id },
      { last.type, last.step, last.code, last.sent, last.correlation_id })
    client:close()
    client:issue_status "1"
    assert.same({ "failed", "issue_status", "closed", "no" }, {
      events[6].type, events[6].step, events[6].code, events[6].sent })
    assert.is_nil(events[7])
  end)

  it("survives an on_event that fails", function()
    local client = new_client(server:scenario(), { on_event = function() error "mine" end })
    assert(client:issue_status "1")
  end)

  it("answers closed when it is closed", function()
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

  it("gives the id of a trusted contact as the integer that it is", function()
    for _, sent in ipairs { "7", '"7"' } do
      local scenario = server:scenario { trust = { answering('{"id":' .. sent .. "}") } }
      local contact = assert(new_client(scenario):trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" })
      assert.equal("7", tostring(contact.id))
    end
  end)

  -- Without waiting on a clock: closing wakes who waits, or the answer is not there behind it.
  for name, call in pairs {
    ["the next attempt"] = function(client) return client:issue_status "1" end,
    ["the next look at the status"] = function(client) return client:wait_issued("1", { interval_ms = 60000 }) end,
  } do
    it("is told closed at once when it waits for " .. name, function()
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

  it("takes an empty answer for no trusted contact", function()
    local scenario = server:scenario { trust = { answering "[]" } }
    local contact, err = new_client(scenario):trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" }
    assert.is_nil(contact)
    assert.equal("bad_response", err.code)
  end)

  for name, id in pairs {
    ["another one"] = '"89cba88"', ["a number"] = "89", ["an object"] = "{}", ["longer"] = '"89cba89 "',
  } do
    it("takes no answer for its own whose correlation id is " .. name, function()
      local scenario = server:scenario {
        create = { answering('{"correlation_id":' .. id .. ',"request_uri":"' .. SAMPLE .. '"}') },
        status = { answering('{"correlation_id":' .. id .. ',"status":"issue_completed"}') },
      }
      local client = new_client(scenario)
      for _, call in ipairs { "issue_direct", "wait_issued" } do
        local result, err = client[call](client, call == "issue_direct" and order() or "89cba89")
        assert.is_nil(result)
        assert.same({ "bad_response", "unknown", "89cba89" }, { err.code, err.sent, err.correlation_id })
      end
      assert.equal(0, #scenario.requests("push"))
    end)
  end

  for name, id in pairs {
    ["is absent"] = "", ["is null"] = '"correlation_id":null,', ["is empty"] = '"correlation_id":"",',
    ["is its own"] = '"correlation_id":"89cba89",',
  } do
    it("keeps its own correlation id when the server's " .. name, function()
      local scenario = server:scenario { create = { answering("{" .. id .. '"request_uri":"' .. SAMPLE .. '"}') } }
      assert.equal("89cba89", assert(new_client(scenario):issue_direct(order())).correlation_id)
    end)
  end

  it("shows no claim that was sent, whatever has become of its table", function()
    local refused = { act = "answer", status = 422, headers = {}, body = "Alice Alison of 12345.678 is not allowed" }
    local client = new_client(server:scenario { create = { refused }, other = { refused } })
    for _, call in ipairs { "create_offer", "request" } do
      local claims, err = { name = "Alice Alison", number = 12345.678 }, nil
      local args = call == "request" and { path = "/x", json = claims } or { template_id = "t", claims = claims }
      loop.spawn(function() err = select(2, client[call](client, args)) end)
      claims.name, claims.number = "Bob", nil
      while not err do loop.turn() end
      assert.equal("[redacted] of [redacted] is not allowed", err.detail)
    end
  end)

  it("refuses a status URI that is no text", function()
    local client = new_client(server:scenario())
    for _, call in ipairs { "issue_status", "wait_issued" } do
      assert.has_error(function() client[call](client, { correlation_id = "1", status_uri = true }) end,
        call .. ": status_uri must be string, not boolean")
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

  it("keeps no URI of an offer that cannot be pushed", function()
    for _, call in ipairs { "create_offer", "issue_direct" } do
      local args = order()
      if call == "create_offer" then args.wallet_key = nil end
      local client = new_client(server:scenario { create = { "insecure_offer" } })
      local _, err = client[call](client, args)
      assert.equal("insecure_offer_uri", err.code)
      assert.is_nil(err:offer().offer_uri)
      assert.truthy(err:offer().request_uri)
    end
  end)

  it("pushes the longest offer URI it takes", function()
    local scenario = server:scenario()
    local longest = "https://a.example/" .. ("/"):rep(8192 - #"https://a.example/")
    assert(new_client(scenario):push_offer { wallet_key = KEY, offer_uri = longest })
    assert.truthy(#scenario.requests("push")[1].target > 20000)
  end)

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
