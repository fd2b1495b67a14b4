--- To whom the issuer binds a credential: to the key as the wallet named it, and to the holder's DID in its own letters.
local cjson = require "cjson"
local holder = require "spec.sandbox.holder"
local worlds = require "spec.sandbox.world"

local MANDATE = { company = { id = "1" }, representative = { name = "A" }, powers = { "sign" } }
local ORDERS = {
  ["SD-JWT VC"] = { template_id = "ebw_oid", claims = worlds.COMPANY },
  ["VC-JWT"] = { template_id = "mandate", claims = MANDATE },
}

describe("a credential of the sandbox's issuer", function()
  local world, key = worlds.use(), holder.new_key()
  local issuer

  setup(function() issuer = world.server.credential_issuer end)

  --- The payload of what is issued to a proof with `header` in place of the usual one.
  local function issued(order, changes)
    local code = holder.code_of(holder.fetch_offer((world:offer(order))))
    local token = holder.redeem(issuer, code).json.access_token
    local answer = holder.post(issuer .. "/credential", {
      credential_configuration_id = order.template_id,
      proofs = { jwt = { holder.proof(key, issuer, holder.nonce(issuer), changes) } },
    }, token)
    assert.equal(200, answer.status, answer.body)
    return holder.payload(answer.json.credentials[1].credential)
  end

  local function by_kid(kid)
    return { header = { kid = kid }, without = { "jwk" } }
  end

  for format, order in pairs(ORDERS) do
    it("is bound to the jwk of the proof, and to nothing else: " .. format, function()
      assert.same({ jwk = holder.jwk(key) }, issued(order).cnf)
    end)

    it("is bound to the kid of the proof, and to nothing else: " .. format, function()
      local kid = holder.did_jwk(key) .. "#0"
      assert.same({ kid = kid }, issued(order, by_kid(kid)).cnf)
    end)
  end

  it("names the holder's DID in the wallet's own letters", function()
    local jwk = holder.jwk(key)
    local odd = ('{ "y":"%s", "use":"sig","x":"%s", "crv":"P-256", "kty":"EC" }'):format(jwk.y, jwk.x)
    local did = "did:jwk:" .. holder.base64url(odd)
    for _, kid in ipairs { did .. "#0", did } do
      local payload = issued(ORDERS["VC-JWT"], by_kid(kid))
      assert.same({ kid = kid }, payload.cnf)
      assert.equal(did, payload.sub)
      assert.equal(did, payload.vc.credentialSubject.id)
    end
  end)

  it("names a did:jwk after a proof with a jwk", function()
    local did = issued(ORDERS["VC-JWT"]).sub
    assert.same(holder.jwk(key), cjson.decode(holder.from_base64url(did:match "^did:jwk:(.+)$")))
  end)
end)
