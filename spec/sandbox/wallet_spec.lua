--- The wallet: what it keeps, what it refuses and why, its inbox, and what it may call.
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

describe("the sandbox's wallet", function()
  local world = worlds.use()

  after_each(function() world:anonymous("DELETE", "/sandbox/faults") end)

  local function fault(rule)
    local answer = world:anonymous("PUT", "/sandbox/faults", { rules = { rule } })
    assert.equal(200, answer.status, answer.body)
  end

  --- Pushes a fresh offer to a wallet that trusts the issuer, and gives the wallet's state.
  local function push_under(rule, order)
    local wallet, offer = world:new_wallet(), world:offer(order)
    fault(rule)
    assert.equal(201, world:push(wallet, offer).status)
    return world:wallet(wallet)
  end

  local DID_WITHOUT_KEY = { id = false }
  local MANDATE = {
    template_id = "mandate",
    claims = { company = { id = "1" }, representative = { name = "A" }, powers = { "sign" } },
  }

  local REFUSED = {
    { "a tampered signature", { endpoint = "credential", effect = "credential", change = "signature" },
      "signature_invalid" },
    { "a signature of another key than the DID's", { endpoint = "credential", effect = "credential",
      change = "other_key" }, "signature_invalid" },
    { "another vct", { endpoint = "credential", effect = "credential", change = "vct" }, "wrong_vct" },
    { "an expired credential", { endpoint = "credential", effect = "credential", change = "expired" }, "expired" },
    { "a credential bound to another key", { endpoint = "credential", effect = "credential", change = "holder" },
      "holder_binding_invalid" },
    { "a tampered disclosure", { endpoint = "credential", effect = "credential", change = "disclosure" },
      "credential_invalid" },
    { "an issuer DID that does not resolve", { endpoint = "did", effect = "status", status = 404 },
      "issuer_did_unresolvable" },
    { "the DID document of somebody else", { endpoint = "did", effect = "json", body = { id = "did:web:other" } },
      "issuer_did_unresolvable" },
    { "a DID document without the key", { endpoint = "did", effect = "json", body = DID_WITHOUT_KEY },
      "issuer_key_missing" },
    { "an offer that is gone", { endpoint = "offer", effect = "status", status = 404 }, "offer_unavailable" },
    { "an offer that is HTML", { endpoint = "offer", effect = "html" }, "offer_invalid" },
    { "an offer of another shape", { endpoint = "offer", effect = "json", body = { x = 1 } }, "offer_invalid" },
    { "an offer that is too large", { endpoint = "offer", effect = "large", bytes = 2000000 }, "response_too_large" },
    { "an offer that wants a transaction code", { endpoint = "offer", effect = "json", body = false },
      "tx_code_required" },
    { "an issuer that resets the connection", { endpoint = "token", effect = "reset" }, "issuer_unreachable" },
    { "metadata without an endpoint", { endpoint = "issuer_metadata", effect = "json", body = { display = {} } },
      "metadata_invalid" },
    { "no metadata at all", { endpoint = "issuer_metadata", effect = "status", status = 404 },
      "metadata_unavailable" },
    { "an authorization server of another name", { endpoint = "server_metadata", effect = "json",
      body = { issuer = "x", token_endpoint = "x" } }, "metadata_invalid" },
    { "a code that is refused", { endpoint = "token", effect = "json", status = 400,
      body = { error = "invalid_grant" } }, "grant_refused" },
    { "a nonce that is refused", { endpoint = "nonce", effect = "status", status = 500 }, "nonce_refused" },
    { "a nonce the issuer does not know", { endpoint = "nonce", effect = "json", body = { c_nonce = "wrong" } },
      "credential_refused" },
    { "half a credential response", { endpoint = "credential", effect = "cut" }, "issuer_unreachable" },
    { "a credential response without a credential", { endpoint = "credential", effect = "json",
      body = { transaction_id = "later" } }, "credential_refused" },
    { "a credential that is not a string", { endpoint = "credential", effect = "json",
      body = { credentials = { { credential = 1 } } } }, "credential_refused" },
    { "a credential that is no SD-JWT", { endpoint = "credential", effect = "json",
      body = { credentials = { { credential = "a.b.c~" } } } }, "credential_invalid" },
  }
  for _, case in ipairs(REFUSED) do
    it("keeps nothing and says why: " .. case[1], function()
      local rule = case[2]
      if rule.body == DID_WITHOUT_KEY then
        rule.body.id = world.server.issuer_did
      elseif rule.body == false then
        rule.body = {
          credential_issuer = world.server.credential_issuer, credential_configuration_ids = { "ebw_oid" },
          grants = { ["urn:ietf:params:oauth:grant-type:pre-authorized_code"] =
            { ["pre-authorized_code"] = "x", tx_code = { length = 4 } } },
        }
      end
      local state = push_under(rule)
      assert.same({}, state.credentials)
      assert.equal(1, #state.discarded)
      assert.equal(case[3], state.discarded[1].reason, state.discarded[1].detail)
      assert.truthy(#state.discarded[1].detail > 0)
    end)
  end

  for _, change in ipairs { "signature", "other_key", "expired", "holder" } do
    it("refuses a VC-JWT that is wrong in the same way: " .. change, function()
      local state = push_under({ endpoint = "credential", effect = "credential", change = change }, MANDATE)
      assert.same({}, state.credentials)
      assert.equal(1, #state.discarded)
    end)
  end

  it("writes into its log why it kept nothing", function()
    local before = #world:anonymous("GET", "/sandbox/log").json
    push_under { endpoint = "credential", effect = "credential", change = "vct" }
    local log = world:anonymous("GET", "/sandbox/log").json
    local last = log[#log]
    assert.truthy(#log > before)
    assert.equal("credential verified", last.step)
    assert.is_false(last.ok)
    assert.matches("vct", last.detail)
  end)

  it("has neither offer URIs nor claims in its log", function()
    local offer = world:offer()
    world:push(world:new_wallet(), offer)
    local log = world:anonymous("GET", "/sandbox/log").body
    assert.is_nil(log:find(offer:match "%x+$", 1, true))
    assert.is_nil(log:find("90004760", 1, true))
  end)

  it("tries again when an offer that failed is pushed again", function()
    local wallet, offer = world:new_wallet(), world:offer()
    fault { endpoint = "offer", effect = "status", status = 503, nth = 1 }
    world:push(wallet, offer)
    assert.equal(0, #world:wallet(wallet).credentials)
    world:push(wallet, offer)
    assert.equal(1, #world:wallet(wallet).credentials)
  end)

  it("takes a VC-JWT as well", function()
    local wallet = world:new_wallet()
    world:push(wallet, (world:offer(MANDATE)))
    local credential = world:wallet(wallet).credentials[1]
    assert.equal("jwt_vc_json", credential.format)
    assert.same(MANDATE.claims, credential.claims)
  end)

  local function issuer_metadata()
    local path = world.server.credential_issuer:match "^http://[^/]+(.*)$"
    return http.request({ url = world.base_url .. "/.well-known/openid-credential-issuer" .. path }).json
  end

  it("refuses metadata that is in order, but of another issuer", function()
    local metadata = issuer_metadata()
    metadata.credential_issuer = metadata.credential_issuer .. "/other"
    local state = push_under { endpoint = "issuer_metadata", effect = "json", body = metadata }
    assert.equal("metadata_invalid", state.discarded[1].reason)
  end)

  it("looks for metadata in both places", function()
    local state = push_under { endpoint = "issuer_metadata", effect = "status", status = 404, nth = 1 }
    assert.equal(1, #state.credentials)
  end)

  it("sends its proof with a kid when the issuer does not take a jwk", function()
    local metadata = issuer_metadata()
    metadata.credential_configurations_supported.ebw_oid.cryptographic_binding_methods_supported = { "did:jwk" }
    local wallet, offer = world:new_wallet(), world:offer()
    fault { endpoint = "issuer_metadata", effect = "json", body = metadata }
    world:push(wallet, offer)
    assert.equal(1, #world:wallet(wallet).credentials)
  end)

  describe("calls only URLs that it may", function()
    local FORBIDDEN = {
      "http%3A%2F%2F192.0.2.1%2Foffer",
      "http%3A%2F%2F169.254.169.254%2Flatest",
      "https%3A%2F%2Fissuer.example%2Foffer",
      "http%3A%2F%2Flocalhost.issuer.example%2Foffer",
      "http%3A%2F%2F127.0.0.1.issuer.example%2Foffer",
    }
    for _, offer in ipairs(FORBIDDEN) do
      it(offer, function()
        local wallet = world:new_wallet()
        assert.equal(201, world:push(wallet, offer).status)
        assert.equal("fetch_not_allowed", world:wallet(wallet).discarded[1].reason)
      end)
    end

    local NO_URL = {
      "http%3A%2F%2Flocalhost%40192.0.2.1%2Foffer",
      "http%3A%2F%2Flocalhost%3A1%40192.0.2.1%2Foffer",
      "http%3A%2F%2Flocalhost%5C%40192.0.2.1%2Foffer",
      "http%3A%2F%2F127.0.0.1%3A80x%2Foffer",
      "http%3A%2F%2F127.0.0.1%2F%20offer",
      "http%3A%2F%2F127.0.0.1%2F%0d%0aoffer",
    }
    for _, offer in ipairs(NO_URL) do
      it(offer, function()
        local wallet = world:new_wallet()
        assert.equal(201, world:push(wallet, offer).status)
        assert.equal("url_invalid", world:wallet(wallet).discarded[1].reason)
      end)
    end

    it("also when an allowed issuer names it", function()
      fault { endpoint = "offer", effect = "json", body = {
        credential_issuer = "https://issuer.example/x", credential_configuration_ids = { "ebw_oid" },
        grants = { ["urn:ietf:params:oauth:grant-type:pre-authorized_code"] = { ["pre-authorized_code"] = "x" } },
      } }
      local wallet, offer = world:new_wallet(), world:offer()
      world:push(wallet, offer)
      assert.equal("fetch_not_allowed", world:wallet(wallet).discarded[1].reason)
    end)
  end)

  it("gives the signed credential one by one", function()
    local wallet = world:new_wallet()
    world:push(wallet, (world:offer()))
    local path = "/sandbox/wallets/" .. wallet .. "/credentials/"
    assert.matches("^[%w_-]+%.[%w_-]+%.[%w_-]+~", world:anonymous("GET", path .. "1").json.raw)
    assert.is_nil(world:wallet(wallet).credentials[1].raw)
    assert.equal(404, world:anonymous("GET", path .. "2").status)
  end)

  it("shows only the newest credentials when asked to", function()
    local wallet = world:new_wallet()
    for _ = 1, 3 do
      world:push(wallet, (world:offer()))
    end
    local state = world:anonymous("GET", "/sandbox/wallets/" .. wallet .. "?latest=2").json
    assert.equal(3, state.credential_count)
    assert.same({ 2, 3 }, { state.credentials[1].id, state.credentials[2].id })
  end)

  it("never shows its private key", function()
    assert.is_nil(world:anonymous("GET", "/sandbox/wallets/" .. world.trusting).body:find('"d":', 1, true))
    assert.is_nil(world:anonymous("GET", "/sandbox/wallets").body:find("jwk", 1, true))
  end)
end)

describe("a wallet with a host it may call", function()
  local world = worlds.use { allow = { "issuer.invalid", "other.invalid:8443" } }

  local function reason_for(offer)
    local wallet = world:new_wallet()
    world:push(wallet, offer)
    return world:wallet(wallet).discarded[1].reason
  end

  it("calls it over https", function()
    assert.equal("issuer_unreachable", reason_for "https%3A%2F%2Fissuer.invalid%2Foffer")
    assert.equal("issuer_unreachable", reason_for "https%3A%2F%2Fissuer.invalid%3A444%2Foffer")
    assert.equal("issuer_unreachable", reason_for "https%3A%2F%2Fother.invalid%3A8443%2Foffer")
  end)

  it("does not call it in the open, or on another port than the one named", function()
    assert.equal("fetch_not_allowed", reason_for "http%3A%2F%2Fissuer.invalid%2Foffer")
    assert.equal("fetch_not_allowed", reason_for "https%3A%2F%2Fother.invalid%2Foffer")
  end)
end)

describe("a wallet whose issuer hangs", function()
  local function with_hanging(options)
    local world = worlds.start(options)
    finally(function() world:stop() end)
    local rules = { { endpoint = "offer", effect = "hang" } }
    assert.equal(200, world:anonymous("PUT", "/sandbox/faults", { rules = rules }).status)
    return world
  end

  it("keeps nothing and says why", function()
    local world = with_hanging { exchange_timeout_ms = 1000 }
    local wallet = world:new_wallet()
    assert.equal(201, world:push(wallet, (world:offer())).status)
    assert.same({}, world:wallet(wallet).credentials)
    assert.equal("issuer_timeout", world:wallet(wallet).discarded[1].reason)
  end)

  it("responds to others", function()
    local world = with_hanging()
    local done = http.start { method = "POST", url = world.base_url
      .. ("/api/oidc/offer/%s?directIssue=true&credential_offer_uri=%s"):format(world:new_wallet(), world:offer()) }
    for _ = 1, 4 do
      assert.equal(200, world:anonymous("GET", "/sandbox/wallets/" .. world.trusting).status)
      assert.equal(404, world:call("GET", "/api/v2/issue/none").status)
    end
    assert.is_false(done.finished)
    world:stop()
    http.finish(done)
  end)
end)

describe("a wallet that responds before the exchange", function()
  it("keeps the credential all the same, a little later", function()
    local world = worlds.start { behaviour = { exchange = "after" } }
    local wallet = world:new_wallet()
    assert.equal(201, world:push(wallet, (world:offer())).status)
    world:wait_for(function() return #world:wallet(wallet).credentials == 1 end)
    world:stop()
  end)
end)
