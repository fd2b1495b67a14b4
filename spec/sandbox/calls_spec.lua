--- The calls of the product's API, as the sandbox answers them.
local base64 = require "credenco.base.base64"
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

describe("the sandbox's calls", function()
  local world = worlds.use()

  describe("access", function()
    local function status_with(headers)
      local order = { template_id = "ebw_oid", claims = worlds.COMPANY }
      return world:anonymous("POST", "/api/v2/credential/issue", order, headers).status
    end

    local function token_answer(form)
      return http.request {
        method = "POST", url = world.server.token_url, body = form,
        headers = { ["content-type"] = "application/x-www-form-urlencoded" },
      }
    end

    it("takes the API key in x-api-key", function()
      assert.equal(200, status_with { ["x-api-key"] = world.server.api_key })
    end)

    it("takes the API key as a Bearer token", function()
      assert.equal(200, status_with { Authorization = "Bearer " .. world.server.api_key })
    end)

    it("takes a token of its token endpoint", function()
      local answer = token_answer("grant_type=client_credentials&client_id=sandbox-client"
        .. "&client_secret=sandbox-client-secret")
      assert.equal(200, answer.status)
      assert.equal(300, answer.json.expires_in)
      assert.equal(200, status_with { Authorization = "Bearer " .. answer.json.access_token })
    end)

    it("gives no token for a wrong secret", function()
      local answer = token_answer("grant_type=client_credentials&client_id=sandbox-client&client_secret=no")
      assert.equal(401, answer.status)
      assert.equal("invalid_client", answer.json.error)
    end)

    it("gives no token for parameters that are repeated", function()
      local answer = token_answer("grant_type=client_credentials&client_id=sandbox-client&client_id=other"
        .. "&client_secret=sandbox-client-secret")
      assert.equal(400, answer.status)
      assert.equal("invalid_request", answer.json.error)
    end)

    it("gives no token for another grant", function()
      assert.equal("unsupported_grant_type", token_answer("grant_type=password").json.error)
    end)

    it("refuses a call without credentials with problem details", function()
      local answer = world:anonymous("POST", "/api/v2/credential/issue", {})
      assert.equal(401, answer.status)
      assert.equal("application/problem+json", answer.headers["content-type"])
      assert.equal(401, answer.json.status)
    end)

    it("refuses a wrong key and an unknown token", function()
      assert.equal(401, status_with { ["x-api-key"] = "wrong" })
      assert.equal(401, status_with { Authorization = "Bearer wrong" })
    end)

    it("takes no key that is given twice", function()
      local key = world.server.api_key
      assert.equal(401, status_with { ["x-api-key"] = key, ["X-API-Key"] = key })
    end)

    it("gives a token for HTTP Basic credentials, and none for wrong ones", function()
      for credentials, status in pairs { ["sandbox-client:sandbox-client-secret"] = 200, ["sandbox-client:no"] = 401,
        ["sandbox-client"] = 401 } do
        local answer = http.request {
          method = "POST", url = world.server.token_url, body = "grant_type=client_credentials",
          headers = { Authorization = "Basic " .. base64.encode(credentials) },
        }
        assert.equal(status, answer.status, credentials)
      end
    end)

    it("takes a token until it expires", function()
      local other = worlds.start { token_ttl_s = 1 }
      finally(function() other:stop() end)
      local answer = assert(http.request { method = "POST", url = other.server.token_url,
        body = "grant_type=client_credentials&client_id=sandbox-client&client_secret=sandbox-client-secret" })
      local headers = { Authorization = "Bearer " .. answer.json.access_token }
      local function call() return other:anonymous("GET", "/api/v2/issue/none", nil, headers) end
      other:wait_for(function() return call().status == 401 end)
      assert.matches("has expired", call().json.detail)
    end)

    it("asks for credentials on status and trusted contacts", function()
      assert.equal(401, world:anonymous("GET", "/api/v2/issue/1").status)
      assert.equal(401, world:anonymous("POST", "/api/wallets/" .. world.wary .. "/trusted-contacts", {}).status)
    end)
  end)

  describe("start issue credential", function()
    it("responds with a request_uri, a status_uri and the correlation id", function()
      local answer = world:issue { template_id = "ebw_oid", claims = worlds.COMPANY, correlation_id = "a b/1" }
      assert.equal("a b/1", answer.json.correlation_id)
      assert.equal(world.base_url .. "/api/v2/issue/a%20b%2F1", answer.json.status_uri)
      assert.matches("^openid%-credential%-offer://%?credential_offer_uri=http%%3A%%2F%%2F", answer.json.request_uri)
      assert.is_nil(answer.json.qr_uri)
    end)

    it("makes a correlation id when there is none", function()
      assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", world:issue().json.correlation_id)
    end)

    it("builds request_uri on request_uri_base", function()
      local order = { template_id = "ebw_oid", claims = worlds.COMPANY }
      order.request_uri_base = "https://customerwallet.com"
      assert.matches("^https://customerwallet%.com/%?credential_offer_uri=", world:issue(order).json.request_uri)
    end)

    it("serves the offer by reference", function()
      local encoded = world:offer()
      local path = encoded:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end):match "//[^/]+(.*)"
      local answer = world:anonymous("GET", path)
      local offer = answer.json
      assert.equal("application/json", answer.headers["content-type"])
      assert.equal(world.server.credential_issuer, offer.credential_issuer)
      assert.same({ "ebw_oid" }, offer.credential_configuration_ids)
      assert.truthy(offer.grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"])
    end)
  end)

  describe("a direct push", function()
    it("is kept by a wallet that trusts the issuer", function()
      local wallet = world:new_wallet()
      assert.equal(201, world:push(wallet, (world:offer())).status)
      local credential = world:wallet(wallet).credentials[1]
      assert.same(worlds.COMPANY, credential.claims)
      assert.equal(world.server.issuer_did, credential.issuer)
      assert.equal("ebw_oid", credential.template)
    end)

    it("is discarded by a wallet that does not, with the same response", function()
      local kept = world:push(world:new_wallet(), (world:offer()))
      local wary = world:new_wallet { name = "Wary" }
      local dropped = world:push(wary, (world:offer()))
      assert.equal(kept.status, dropped.status)
      assert.equal(kept.body, dropped.body)
      local state = world:wallet(wary)
      assert.same({}, state.credentials)
      assert.equal("untrusted_issuer", state.discarded[1].reason)
      assert.same({ worlds.COMPANY, "ebw_oid" }, { state.discarded[1].claims, state.discarded[1].template })
    end)

    it("is discarded when the contact may not issue directly", function()
      local wallet = world:new_wallet { trusts_issuer = true, direct_issue_allowed = false }
      assert.equal(201, world:push(wallet, (world:offer())).status)
      assert.equal("direct_issue_not_allowed", world:wallet(wallet).discarded[1].reason)
    end)

    it("reports the issuance as completed whether kept or discarded", function()
      for _, description in ipairs { { trusts_issuer = true }, { name = "x" } } do
        local offer, order = world:offer()
        world:push(world:new_wallet(description), offer)
        local status = world:call("GET", order.status_uri:match "//[^/]+(.*)").json
        assert.equal("issue_completed", status.status)
        assert.truthy(status.revocation_uuid)
      end
    end)

    it("changes nothing when the same offer is pushed again", function()
      local wallet, offer = world:new_wallet(), world:offer()
      assert.equal(201, world:push(wallet, offer).status)
      assert.equal(201, world:push(wallet, offer).status)
      local state = world:wallet(wallet)
      assert.equal(1, #state.credentials)
      assert.equal(0, #state.discarded)
    end)

    it("cannot redeem an offer that another wallet has used", function()
      local offer, second = world:offer(), world:new_wallet()
      world:push(world:new_wallet(), offer)
      assert.equal(201, world:push(second, offer).status)
      assert.equal("offer_unavailable", world:wallet(second).discarded[1].reason)
    end)

    it("is refused for an unknown wallet and for a missing offer", function()
      assert.equal(404, world:push("nobody", (world:offer())).status)
      assert.equal(400, world:push(world.trusting, "").status)
      assert.equal(400, world:push(world.trusting, "file%3A%2F%2F%2Fetc%2Fpasswd").status)
    end)

    it("takes an offer's URI of 4096 bytes, and no longer one", function()
      local function push(bytes)
        return world:push(world.wary, ("http://127.0.0.1:1/" .. ("x"):rep(bytes - 19)))
      end
      assert.equal(201, push(4096).status)
      local answer = push(4097)
      assert.equal(400, answer.status)
      assert.equal("credential_offer_uri", answer.json.field)
    end)
  end)

  it("drops an offer in the inbox without directIssue, and shows no offer URI", function()
    local wallet = world:new_wallet()
    assert.equal(201, world:push(wallet, (world:offer()), false).status)
    local state = world:wallet(wallet)
    assert.same({}, state.credentials)
    assert.equal("NEW", state.inbox[1].state)
    assert.is_nil(state.inbox[1].offer_uri)
  end)

  it("reports an unused issuance as created", function()
    local _, order = world:offer()
    local status = world:call("GET", order.status_uri:match "//[^/]+(.*)").json
    assert.equal("issue_request_created", status.status)
    assert.is_nil(status.revocation_uuid)
    assert.equal(404, world:call("GET", "/api/v2/issue/none").status)
  end)

  it("passes claims through exactly", function()
    local wallet = world:new_wallet()
    local claims = [[{"big":9007199254740992,"count":123456789012345,"empty_list":[],"empty_object":{},]]
      .. [["fraction":0.1,"nested":{"list":[1,[],{"a":null}],"text":"[] \" é"},"slash":"a/b"}]]
    world:push(wallet, (world:offer('{"template_id":"any","claims":' .. claims .. "}")))
    local body = world:anonymous("GET", "/sandbox/wallets/" .. wallet).body
    assert.truthy(body:find('"claims":' .. claims, 1, true), body)
  end)

  describe("trusted contacts", function()
    local function path(wallet) return "/api/wallets/" .. wallet .. "/trusted-contacts" end

    it("make the difference for the next push", function()
      local wallet = world:new_wallet { name = "x" }
      local answer = world:call("POST", path(wallet),
        { did = world.server.issuer_did, name = "Issuer", directIssueAllowed = true })
      assert.equal(201, answer.status)
      assert.equal(world.server.issuer_did, answer.json.did)
      assert.is_true(answer.json.directIssueAllowed)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d$", answer.json.createdAt)
      world:push(wallet, (world:offer()))
      assert.equal(1, #world:wallet(wallet).credentials)
    end)

    it("are compared as exact strings", function()
      local wallet = world:new_wallet { name = "x" }
      world:call("POST", path(wallet),
        { did = world.server.issuer_did:upper():gsub("^DID:WEB", "did:web"), name = "x", directIssueAllowed = true })
      world:push(wallet, (world:offer()))
      assert.equal("untrusted_issuer", world:wallet(wallet).discarded[1].reason)
    end)

    it("can be listed and removed", function()
      local wallet = world:new_wallet()
      local contact = world:call("GET", path(wallet)).json[1]
      assert.equal(204, world:call("DELETE", path(wallet) .. "/" .. contact.id).status)
      assert.equal("[]", world:call("GET", path(wallet)).body)
      assert.equal(404, world:call("DELETE", path(wallet) .. "/" .. contact.id).status)
    end)

    it("need a DID and a name", function()
      assert.equal("did", world:call("POST", path(world.wary), { did = "x", name = "y" }).json.field)
      assert.equal("name", world:call("POST", path(world.wary), { did = "did:web:x" }).json.field)
      assert.equal(404, world:call("POST", path "nobody", { did = "did:web:x", name = "y" }).status)
    end)
  end)

  it("responds with 404 to an unknown path and 405 to another method", function()
    assert.equal(404, world:call("GET", "/nothing/here").status)
    local answer = world:call("DELETE", "/api/v2/credential/issue")
    assert.equal(405, answer.status)
    assert.equal("POST", answer.headers.allow)
  end)

  it("does not let a page of another origin push", function()
    local wallet, offer = world:new_wallet(), world:offer()
    local path = ("/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s"):format(wallet, offer)
    assert.equal(403, world:anonymous("POST", path, nil, { Origin = "https://evil.example" }).status)
    assert.equal(201, world:anonymous("POST", path, nil, { Origin = world.base_url }).status)
    assert.equal(1, #world:wallet(wallet).credentials)
  end)

  it("lets a page change something under each name of the sandbox", function()
    local host = world.base_url:match("//(.*)"):gsub("^[%d.]+", "localhost")
    local headers = { Host = host, Origin = "http://" .. host }
    assert.equal(201, world:anonymous("PUT", "/sandbox/wallets/by-name", { name = "N" }, headers).status)
    headers.Origin = "https://" .. host
    assert.equal(403, world:anonymous("PUT", "/sandbox/wallets/by-name", { name = "N" }, headers).status)
  end)

  it("reads a body of a megabyte, and refuses a larger one", function()
    local body = ('{"claims":{"text":"%s"}}'):format(("x"):rep(1048576 - 22))
    assert.equal(1048576, #body)
    for more, status in pairs { [""] = 400, [" "] = 413 } do
      local answer = world:call("POST", "/api/v2/credential/issue", body .. more)
      assert.equal(status, answer.status)
      if status == 400 then assert.equal("template_id", answer.json.field) end
    end
  end)

  it("does not let a page of another origin change anything", function()
    local answer = world:anonymous("PUT", "/sandbox/wallets/evil", {}, { Origin = "https://evil.example" })
    assert.equal(403, answer.status)
    assert.equal(404, world:anonymous("GET", "/sandbox/wallets/evil").status)
  end)

  it("shares its state among the workers", function()
    local wallet = world:new_wallet()
    for _ = 1, 8 do
      world:push(wallet, (world:offer()))
    end
    for _ = 1, 8 do
      assert.equal(8, #world:wallet(wallet).credentials)
    end
  end)
end)

