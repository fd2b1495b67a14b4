--- Credentials of an issuer the sandbox knows nothing of: made here, with OpenSSL alone, and
--- signed by a did:jwk.
local cjson = require "cjson"
local digest = require "openssl.digest"
local holder = require "spec.sandbox.holder"
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

local function sha256(text)
  local state = digest.new "sha256"
  return holder.base64url(state:final(text))
end

local function disclosure(...)
  return holder.base64url(cjson.encode { ... })
end

describe("a wallet that is handed a credential", function()
  local world, key, did, vct

  setup(function()
    world = worlds.start()
    key = holder.new_key()
    did = holder.did_jwk(key)
    local path = world.server.credential_issuer:match "^http://[^/]+(.*)$"
    vct = http.request({ url = world.base_url .. "/.well-known/openid-credential-issuer" .. path })
      .json.credential_configurations_supported.ebw_oid.vct
  end)
  teardown(function() world:stop() end)
  after_each(function() world:anonymous("DELETE", "/sandbox/faults") end)

  local function new_wallet()
    local wallet = world:new_wallet { name = "x" }
    world:call("POST", "/api/wallets/" .. wallet .. "/trusted-contacts",
      { did = did, name = "did:jwk", directIssueAllowed = true })
    return wallet, world:wallet(wallet).did
  end

  --- A payload in order; `holder_did` is the wallet's own.
  local function payload_for(holder_did)
    return {
      iss = did, iat = os.time(), exp = os.time() + 3600, vct = vct, cnf = { kid = holder_did .. "#0" },
      status = { status_list = { idx = 1, uri = world.base_url .. "/status-lists/1" } }, open = true, _sd_alg = "sha-256",
    }
  end

  local HEADER = { alg = "ES256", typ = "dc+sd-jwt" }

  --- Hands a credential to a wallet in place of what the sandbox's issuer made.
  local function hand_over(wallet, credential)
    local offer = world:offer()
    world:anonymous("PUT", "/sandbox/faults", { rules = { {
      endpoint = "credential", effect = "json", body = { credentials = { { credential = credential } } },
    } } })
    assert.equal(201, world:push(wallet, offer).status)
    return world:wallet(wallet)
  end

  --- Makes a credential with `change(payload, header)` done to it, and disclosures added.
  local function receive(change, disclosures)
    local wallet, holder_did = new_wallet()
    local payload, header = payload_for(holder_did), {}
    for name, value in pairs(HEADER) do header[name] = value end
    if change then
      change(payload, header)
    end
    local parts = { holder.sign(key, header, payload) }
    for _, text in ipairs(disclosures or {}) do
      parts[#parts + 1] = text
    end
    return hand_over(wallet, table.concat(parts, "~") .. "~")
  end

  local function assert_refused(state, reason)
    assert.same({}, state.credentials)
    assert.equal(reason, state.discarded[1].reason, state.discarded[1].detail)
  end

  it("keeps one that is in order", function()
    local state = receive()
    assert.same({}, state.discarded)
    assert.same({ open = true }, state.credentials[1].claims)
  end)

  it("puts disclosed claims back where they belong", function()
    local inner = disclosure("s1", "city", "Amsterdam")
    local outer = disclosure("s2", "address", { _sd = { sha256(inner) }, country = "NL" })
    local element = disclosure("s3", "second")
    local state = receive(function(payload)
      payload._sd = { sha256(outer), sha256 "a decoy" }
      payload.list = { "first", { ["..."] = sha256(element) }, { ["..."] = sha256 "not disclosed" } }
    end, { inner, outer, element })
    assert.same({}, state.discarded)
    assert.same({ open = true, address = { city = "Amsterdam", country = "NL" }, list = { "first", "second" } },
      state.credentials[1].claims)
  end)

  local first = disclosure("s", "a", 1)
  local twice = disclosure("t", "a", 2)
  local REFUSED = {
    { "a disclosure that belongs nowhere", function() end, { first } },
    { "the same disclosure twice", function(payload) payload._sd = { sha256(first) } end, { first, first } },
    { "the same digest twice", function(payload) payload._sd = { sha256(first), sha256(first) } end, { first } },
    { "two disclosures of one name", function(payload) payload._sd = { sha256(first), sha256(twice) } end, { first, twice } },
    { "a disclosure over a claim in the open", function(payload) payload.a, payload._sd = 0, { sha256(first) } end, { first } },
    { "a disclosure named _sd", function(payload) payload._sd = { sha256(disclosure("s", "_sd", {})) } end,
      { disclosure("s", "_sd", {}) } },
    { "a disclosure that is no list", function(payload) payload._sd = { sha256(holder.base64url "{}") } end,
      { holder.base64url "{}" } },
    { "an element's disclosure in an object", function(payload) payload._sd = { sha256(disclosure("s", "v")) } end,
      { disclosure("s", "v") } },
    { "another digest", function(payload) payload._sd_alg = "sha-512" end },
    { "a hidden expiry", function(payload)
      payload.exp, payload._sd = nil, { sha256(disclosure("s", "exp", 9999999999)) }
    end, { disclosure("s", "exp", 9999999999) } },
    { "another typ", function(_, header) header.typ = "JWT" end },
    { "the algorithm none", function(_, header) header.alg = "none" end },
    { "a critical extension", function(_, header) header.crit = { "x" } end },
    { "an expiry that is no number", function(payload) payload.exp = "soon" end },
  }
  for _, case in ipairs(REFUSED) do
    it("refuses " .. case[1], function()
      assert_refused(receive(case[2], case[3]), "credential_invalid")
    end)
  end

  it("refuses one that is not valid yet", function()
    assert_refused(receive(function(payload) payload.nbf = os.time() + 3600 end), "not_yet_valid")
  end)

  it("refuses one without a binding to its key", function()
    assert_refused(receive(function(payload) payload.cnf = nil end), "holder_binding_invalid")
  end)

  it("refuses one whose iss is neither did:web nor did:jwk", function()
    assert_refused(receive(function(payload) payload.iss = "https://issuer.example" end), "issuer_did_unresolvable")
  end)

  it("refuses one whose did:web is a host it may not call", function()
    assert_refused(receive(function(payload) payload.iss = "did:web:issuer.example" end), "issuer_did_unresolvable")
  end)

  it("handles every member of another type", function()
    for _, name in ipairs { "iss", "iat", "exp", "nbf", "vct", "cnf", "status", "sub", "_sd", "_sd_alg" } do
      for _, value in ipairs { cjson.null, true, 7, "x", {}, { 1, { 2 } }, { jwk = 1, status_list = { idx = -1, uri = 7 } } } do
        local state = receive(function(payload) payload[name] = value end)
        assert.equal(1, #state.credentials + #state.discarded, name)
        assert.is_not.equal("internal_error", (state.discarded[1] or {}).reason, name)
      end
    end
  end)
end)
