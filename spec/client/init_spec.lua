-- The client's requests for an issue, and its results.
local cjson = require "cjson"
local credenco = require "credenco"
local issuing = require "spec.client.issuing"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local KEY, SAMPLE, COMPANY, answering, new_client, order = issuing.KEY, issuing.SAMPLE, issuing.COMPANY, issuing.answering, issuing.new_client, issuing.order

describe("the client", function()
  local server = Misbehaving.use()

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

  it("sends the documented request of the first call", function()
    local scenario = server:scenario()
    assert(new_client(scenario):issue_direct(order()))
    local create = scenario.requests("create")[1]
    assert.equal("/api/v2/credential/issue", create.target)
    assert.equal("application/json", create.headers["content-type"])
    assert.same({ correlation_id = "89cba89", template_id = "ebw_oid", claims = COMPANY }, cjson.decode(create.body))
  end)

  it("reports the wait that a refusal asked for", function()
    local scenario = server:scenario {
      create = { { act = "answer", status = 429, headers = { ["retry-after"] = "7" }, body = "" } },
    }
    local _, err = new_client(scenario, { retry = { max_attempts = 1 } }):issue_direct(order())
    assert.equal("rate_limited", err.code)
    assert.equal("7000", tostring(err.retry_after_ms))
  end)

  it("returns the responses of both calls", function()
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

  it("delivers to the wallet's host and asks the issuer's for the status", function()
    local issuer, wallet = server:scenario(), server:scenario()
    local client = new_client(issuer, { wallet_base_url = wallet.url })
    assert(client:issue_direct(order()))
    assert.equal(0, #issuer.requests("push"))
    assert.equal(1, #wallet.requests("push"))
    assert.is_nil(wallet.requests("push")[1].headers["x-api-key"])
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

  it("gives the id of a trusted contact as the integer that it is", function()
    for _, sent in ipairs { "7", '"7"' } do
      local scenario = server:scenario { trust = { answering('{"id":' .. sent .. "}") } }
      local contact = assert(new_client(scenario):trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" })
      assert.equal("7", tostring(contact.id))
    end
  end)

  it("does not take an empty response for a trusted contact", function()
    local scenario = server:scenario { trust = { answering "[]" } }
    local contact, err = new_client(scenario):trust_issuer { wallet_key = KEY, did = "did:web:a", name = "A" }
    assert.is_nil(contact)
    assert.equal("bad_response", err.code)
  end)

  for name, id in pairs {
    ["another one"] = '"89cba88"', ["a number"] = "89", ["an object"] = "{}", ["longer"] = '"89cba89 "',
  } do
    it("refuses a response whose correlation id is " .. name, function()
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

  it("shows no claim that was sent, even if its table has changed since", function()
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
end)
