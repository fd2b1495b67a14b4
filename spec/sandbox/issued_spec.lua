--- What the issuer puts into a credential, read without the sandbox's own code.
local cjson = require "cjson"
local digest = require "openssl.digest"
local holder = require "spec.sandbox.holder"
local worlds = require "spec.sandbox.world"

describe("a credential of the sandbox's issuer", function()
  local world, key = worlds.use(), holder.new_key()
  local issuer

  setup(function() issuer = world.server.credential_issuer end)

  local function issued(template, claims)
    local offer = holder.fetch_offer((world:offer { template_id = template, claims = claims }))
    local token = holder.redeem(issuer, holder.code_of(offer)).json.access_token
    return holder.post(issuer .. "/credential", {
      credential_configuration_id = template, proofs = { jwt = { holder.proof(key, issuer, holder.nonce(issuer)) } },
    }, token).json.credentials[1].credential
  end

  local function header_of(credential)
    return cjson.decode(holder.from_base64url(credential:match "^[^.]+"))
  end

  local function disclosures_of(credential)
    local found = {}
    for text in credential:gmatch "~([^~]+)" do
      found[#found + 1] = { text = text, parts = cjson.decode(holder.from_base64url(text)) }
    end
    return found
  end

  it("is signed with ES256 by a key of the issuer's DID", function()
    local header = header_of(issued("ebw_oid", worlds.COMPANY))
    assert.same({ alg = "ES256", typ = "dc+sd-jwt", kid = world.server.issuer_did .. "#key-1" }, header)
  end)

  it("has its envelope in the open, and no claim beside it", function()
    local payload = holder.payload(issued("ebw_oid", worlds.COMPANY))
    assert.equal(world.server.issuer_did, payload.iss)
    assert.matches("^https?://[^/]+/vct/ebw_oid$", payload.vct)
    assert.truthy(payload.iat <= os.time() and payload.exp > os.time())
    assert.truthy(payload.status.status_list.idx % 1 == 0 and payload.status.status_list.uri)
    for name in pairs(worlds.COMPANY) do
      assert.is_nil(payload[name])
    end
  end)

  it("hides each claim behind a salted digest of its own, in an order that says nothing", function()
    local credential = issued("ebw_oid", worlds.COMPANY)
    local payload, digests, salts = holder.payload(credential), {}, {}
    for _, disclosure in ipairs(disclosures_of(credential)) do
      local salt, name, value = disclosure.parts[1], disclosure.parts[2], disclosure.parts[3]
      assert.equal(worlds.COMPANY[name], value)
      assert.equal(16, #holder.from_base64url(salt))
      assert.is_nil(salts[salt])
      salts[salt] = true
      digests[#digests + 1] = holder.base64url(digest.new("sha256"):final(disclosure.text))
    end
    table.sort(digests)
    assert.equal("sha-256", payload._sd_alg)
    assert.same(digests, payload._sd)
  end)

  it("has neither digests nor disclosures without claims", function()
    local credential = issued("any", {})
    assert.is_nil(holder.payload(credential)._sd)
    assert.matches("^[%w_.-]+~$", credential)
  end)

  it("has an entry of its own in the status list", function()
    local seen = {}
    for _ = 1, 20 do
      local index = holder.payload(issued("any", {})).status.status_list.idx
      assert.is_nil(seen[index])
      seen[index] = true
    end
  end)

  it("is a VCDM 1.1 credential as a JWT, with its properties in the claims of the JWT", function()
    local claims = { company = { id = "1" }, representative = { name = "A" }, powers = { "sign" } }
    local credential = issued("mandate", claims)
    local payload = holder.payload(credential)
    assert.same({ alg = "ES256", typ = "JWT", kid = world.server.issuer_did .. "#key-1" }, header_of(credential))
    assert.same({ "https://www.w3.org/2018/credentials/v1" }, payload.vc["@context"])
    assert.same({ "VerifiableCredential", "mandate" }, payload.vc.type)
    assert.equal(payload.sub, payload.vc.credentialSubject.id)
    assert.matches("^urn:uuid:", payload.jti)
    assert.truthy(payload.nbf <= os.time() and payload.exp > os.time())
  end)
end)
