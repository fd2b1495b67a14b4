--- The issuer's OpenID4VCI endpoints, to a wallet that makes mistakes.
local holder = require "spec.sandbox.holder"
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

describe("the sandbox's issuer", function()
  local world, key = worlds.use(), holder.new_key()
  local issuer

  setup(function() issuer = world.server.credential_issuer end)

  --- An access token for a fresh offer.
  local function fresh_token()
    return holder.redeem(issuer, holder.code_of(holder.fetch_offer((world:offer())))).json.access_token
  end

  local function request_credential(token, body)
    return holder.post(issuer .. "/credential", body, token)
  end

  local function order(proof)
    return { credential_configuration_id = "ebw_oid", proofs = { jwt = { proof } } }
  end

  describe("metadata", function()
    local function get(path) return http.request { url = world.base_url .. path }.json end
    local path

    setup(function() path = issuer:match "^http://[^/]+(.*)$" end)

    it("is published between host and path, and as a suffix", function()
      local inserted = get("/.well-known/openid-credential-issuer" .. path)
      assert.equal(issuer, inserted.credential_issuer)
      assert.same(inserted, get(path .. "/.well-known/openid-credential-issuer"))
    end)

    it("describes every template with its type, claims and colours", function()
      local configuration = get("/.well-known/openid-credential-issuer" .. path)
        .credential_configurations_supported.ebw_oid
      assert.equal("dc+sd-jwt", configuration.format)
      assert.equal(4, #configuration.credential_metadata.claims)
      assert.same({ path = { "id" }, mandatory = true, display = { { name = "Registration number", locale = "en" } } },
        configuration.credential_metadata.claims[1])
      assert.same({ "jwk", "did:jwk" }, configuration.cryptographic_binding_methods_supported)
      assert.same({ jwt = { proof_signing_alg_values_supported = { "ES256" } } }, configuration.proof_types_supported)
      assert.matches("^#%x+$", configuration.credential_metadata.display[1].background_color)
    end)

    it("names the issuer as its own authorization server", function()
      local server = get("/.well-known/oauth-authorization-server" .. path)
      assert.equal(issuer, server.issuer)
      assert.equal(issuer .. "/token", server.token_endpoint)
    end)

    it("publishes the type of a credential at its vct", function()
      local vct = get("/.well-known/openid-credential-issuer" .. path)
        .credential_configurations_supported.ebw_oid.vct
      local document = http.request({ url = vct }).json
      assert.equal(vct, document.vct)
      assert.equal("en", document.display[1].locale)
      assert.same({ { locale = "en", label = "Registration number" } }, document.claims[1].display)
    end)

    it("leaves out what would be empty", function()
      local configuration = get("/.well-known/openid-credential-issuer" .. path).credential_configurations_supported.any
      assert.is_nil(configuration.credential_metadata.claims)
      assert.is_nil(http.request({ url = configuration.vct }).json.claims)
      assert.is_nil(get("/.well-known/oauth-authorization-server" .. path).response_types_supported)
    end)

    it("has the status list of now, and of no other time", function()
      assert.equal(501, http.request({ url = world.base_url .. "/status-lists/1?time=1686925000" }).status)
    end)

    it("connects DID and key in did.json", function()
      local document = get "/issuer/credenco/did.json"
      assert.equal(world.server.issuer_did, document.id)
      assert.equal(document.verificationMethod[1].id, document.assertionMethod[1])
      assert.is_nil(document.verificationMethod[1].publicKeyJwk.d)
    end)
  end)

  it("gives a nonce to everybody, a new one each time, that caches must not store", function()
    local answer = holder.post(issuer .. "/nonce", "")
    assert.equal(200, answer.status)
    assert.equal("no-store", answer.headers["cache-control"])
    assert.matches("^%x+$", answer.json.c_nonce)
    assert.not_equal(answer.json.c_nonce, holder.nonce(issuer))
  end)

  describe("token endpoint", function()
    it("redeems a code once", function()
      local code = holder.code_of(holder.fetch_offer((world:offer())))
      local answer = holder.redeem(issuer, code)
      assert.equal(200, answer.status)
      assert.equal("Bearer", answer.json.token_type)
      assert.truthy(answer.json.expires_in <= 300)
      local again = holder.redeem(issuer, code)
      assert.equal(400, again.status)
      assert.equal("invalid_grant", again.json.error)
    end)

    it("leaves no offer to be fetched behind a redeemed code", function()
      local offer = world:offer()
      local code = holder.code_of(holder.fetch_offer(offer))
      assert.equal(200, holder.redeem(issuer, code).status)
      local left = holder.fetch_offer(offer)
      assert.is_nil(left.grants)
    end)

    it("does not redeem an expired code", function()
      local code = holder.code_of(holder.fetch_offer((world:offer())))
      world:call("POST", "/sandbox/clock", { advance_s = 300 })
      assert.equal("invalid_grant", holder.redeem(issuer, code).json.error)
      world:call("POST", "/sandbox/reset")
    end)

    it("still redeems a code in its last second", function()
      local code = holder.code_of(holder.fetch_offer((world:offer())))
      world:call("POST", "/sandbox/clock", { advance_s = 290 })
      assert.equal(200, holder.redeem(issuer, code).status)
      world:call("POST", "/sandbox/reset")
    end)
  end)

  describe("credential endpoint", function()
    it("issues to a proof with a jwk", function()
      local answer = request_credential(fresh_token(), order(holder.proof(key, issuer, holder.nonce(issuer))))
      assert.equal(200, answer.status)
      assert.matches("~$", answer.json.credentials[1].credential)
      assert.is_string(answer.json.notification_id)
    end)

    it("takes a nonce once", function()
      local nonce = holder.nonce(issuer)
      request_credential(fresh_token(), order(holder.proof(key, issuer, nonce)))
      local answer = request_credential(fresh_token(), order(holder.proof(key, issuer, nonce)))
      assert.equal("invalid_nonce", answer.json.error)
    end)

    it("issues one credential for an access token", function()
      local token = fresh_token()
      request_credential(token, order(holder.proof(key, issuer, holder.nonce(issuer))))
      local answer = request_credential(token, order(holder.proof(key, issuer, holder.nonce(issuer))))
      assert.equal("credential_request_denied", answer.json.error)
    end)

    it("still issues after a refused proof", function()
      local token = fresh_token()
      request_credential(token, order(holder.proof(key, issuer, "wrong")))
      assert.equal(200,
        request_credential(token, order(holder.proof(key, issuer, holder.nonce(issuer)))).status)
    end)

    it("asks for an access token", function()
      local answer = request_credential("wrong", order "x")
      assert.equal(401, answer.status)
      assert.equal('Bearer error="invalid_token"', answer.headers["www-authenticate"])
    end)

    it("does not take an expired access token", function()
      local token = fresh_token()
      world:call("POST", "/sandbox/clock", { advance_s = 300 })
      assert.equal("invalid_token", request_credential(token, order "x").json.error)
      world:call("POST", "/sandbox/reset")
    end)
  end)

  describe("notification endpoint", function()
    local function issued()
      local offer, start = world:offer()
      local token = holder.redeem(issuer, holder.code_of(holder.fetch_offer(offer))).json.access_token
      local answer = request_credential(token, order(holder.proof(key, issuer, holder.nonce(issuer))))
      return token, answer.json.notification_id, start.correlation_id
    end

    local function notify(token, body)
      return holder.post(issuer .. "/notification", body, token)
    end

    it("turns a failure the wallet reports into the status error", function()
      local token, id, correlation_id = issued()
      assert.equal(204, notify(token, { notification_id = id, event = "credential_failure" }).status)
      assert.equal("error", world:call("GET", "/api/v2/issue/" .. correlation_id).json.status)
    end)

    it("takes an acceptance more than once", function()
      local token, id, correlation_id = issued()
      for _ = 1, 2 do
        assert.equal(204, notify(token, { notification_id = id, event = "credential_accepted" }).status)
      end
      assert.equal("issue_completed", world:call("GET", "/api/v2/issue/" .. correlation_id).json.status)
    end)

    it("refuses an unknown id, an unknown event and a stranger", function()
      local token, id = issued()
      assert.equal("invalid_notification_id",
        notify(token, { notification_id = "x", event = "credential_accepted" }).json.error)
      assert.equal("invalid_notification_request", notify(token, { notification_id = id, event = "x" }).json.error)
      assert.equal("invalid_notification_id",
        notify(fresh_token(), { notification_id = id, event = "credential_failure" }).json.error)
      assert.equal(401, notify(nil, { notification_id = id, event = "credential_failure" }).status)
    end)

    it("refuses an invalid notification", function()
      local token, id = issued()
      for _, body in ipairs { { notification_id = id }, { event = "credential_accepted" }, { notification_id = 1, event = {} },
        { notification_id = id, event = "credential_accepted", event_description = 1 }, "{" } do
        local answer = notify(token, body)
        assert.equal(400, answer.status)
        assert.equal("invalid_notification_request", answer.json.error)
      end
    end)
  end)

  describe("to wallets in web pages", function()
    local function ask(method, url)
      return http.request { method = method, url = url, headers = { Origin = "https://wallet.example" } }
    end

    it("allows the requests of the exchange", function()
      local answer = ask("OPTIONS", issuer .. "/credential")
      assert.equal(204, answer.status)
      assert.equal("*", answer.headers["access-control-allow-origin"])
      assert.equal("POST", answer.headers["access-control-allow-methods"])
      assert.matches("Authorization", answer.headers["access-control-allow-headers"])
      assert.equal("*", ask("POST", issuer .. "/nonce").headers["access-control-allow-origin"])
      assert.equal("*", ask("POST", issuer .. "/token").headers["access-control-allow-origin"])
    end)

    it("allows none of the calls with credentials of the issuer, and none of the sandbox's own", function()
      for _, path in ipairs { "/api/v2/credential/issue", "/sandbox/reset" } do
        local answer = ask("OPTIONS", world.base_url .. path)
        assert.equal(405, answer.status)
        assert.is_nil(answer.headers["access-control-allow-origin"])
      end
    end)
  end)

  it("moves the status of an issuance through its values", function()
    local offer, start = world:offer()
    local function status() return world:call("GET", "/api/v2/issue/" .. start.correlation_id).json end
    assert.equal("issue_request_created", status().status)
    local document = holder.fetch_offer(offer)
    assert.equal("issue_request_retrieved", status().status)
    local token = holder.redeem(issuer, holder.code_of(document)).json.access_token
    assert.equal("issue_access_token_created", status().status)
    assert.is_nil(status().revocation_uuid)
    request_credential(token, order(holder.proof(key, issuer, holder.nonce(issuer))))
    assert.equal("issue_completed", status().status)
    assert.is_string(status().revocation_uuid)
  end)
end)
