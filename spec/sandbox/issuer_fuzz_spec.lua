--- Valid requests to the issuer with random changes: none is answered 5xx, whatever is refused says why, and a wallet gets
--- everything that the issuer took. `CREDENCO_MUTATIONS=100000` is a longer hunt, `CREDENCO_SEED` another one.
local cjson = require "cjson"
local holder = require "spec.sandbox.holder"
local http = require "spec.sandbox.http"
local mutate = require "spec.sandbox.mutate"
local worlds = require "spec.sandbox.world"

local MUTATIONS = tonumber(os.getenv "CREDENCO_MUTATIONS") or 400
local SEED = tonumber(os.getenv "CREDENCO_SEED") or os.time()
local AT_ONCE = 20
local A_ROUND = 1000 -- then the sandbox starts over: it keeps everything in memory

local FORM = "application/x-www-form-urlencoded"
local GRANT = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code"
local CLAIMS = '{"text":"Ü","none":null,"list":[1,[],{"a":{}}],"flag":true,"number":-1.5e3,"object":{"b":[{"c":""}]}}'

describe("the sandbox's issuer, with almost valid requests", function()
  local world, issuer, key, random
  setup(function()
    world = worlds.start { exchange_timeout_ms = 20000 }
    issuer, key, random = world.server.credential_issuer, holder.new_key(), mutate.random(SEED)
  end)
  teardown(function() world:stop() end)

  local function fresh_code()
    return holder.code_of(holder.fetch_offer((world:offer())))
  end

  --- What is good until it is used: renewed for every batch.
  local function papers()
    local fresh = {
      token = holder.redeem(issuer, fresh_code()).json.access_token, nonce = holder.nonce(issuer), code = fresh_code(),
    }
    fresh.proof = holder.proof(key, issuer, fresh.nonce)
    return fresh
  end

  local function json_call(path, body, headers)
    headers["content-type"] = "application/json"
    return { method = "POST", url = path, body = body, headers = headers }
  end

  local function credential_call(body, token)
    return json_call(issuer .. "/credential", body, { Authorization = "Bearer " .. token })
  end

  --- Header or payload of a proof, changed and then signed.
  local function signed_proof(nonce)
    local parts = {
      cjson.encode { alg = "ES256", typ = "openid4vci-proof+jwt", jwk = holder.jwk(key) },
      cjson.encode { aud = issuer, iat = os.time(), nonce = nonce },
    }
    if random(2) == 1 then
      parts[1] = cjson.encode { alg = "ES256", typ = "openid4vci-proof+jwt", kid = holder.did_jwk(key) .. "#0" }
    end
    local part = random(2)
    parts[part] = mutate.mutate(parts[part], random)
    return holder.sign_text(key, parts[1], parts[2])
  end

  local READERS = {
    issue = function()
      local body = mutate.mutate('{"template_id":"any","correlation_id":"c","claims":' .. CLAIMS .. "}", random)
      return json_call(world.base_url .. "/api/v2/credential/issue", body, { ["x-api-key"] = world.server.api_key })
    end,
    token = function(fresh)
      local form = mutate.mutate("grant_type=" .. GRANT .. "&pre-authorized_code=" .. fresh.code .. "&x=1", random)
      return { method = "POST", url = issuer .. "/token", body = form, headers = { ["content-type"] = FORM } }
    end,
    credential = function(fresh)
      local body = ('{"credential_configuration_id":"ebw_oid","proofs":{"jwt":["%s"]},"x":1}'):format(fresh.proof)
      return credential_call(mutate.mutate(body, random), fresh.token)
    end,
    proof = function(fresh)
      return credential_call(cjson.encode {
        credential_configuration_id = "ebw_oid", proofs = { jwt = { signed_proof(fresh.nonce) } },
      }, fresh.token)
    end,
  }

  local ANSWERS = { [200] = true, [400] = true, [403] = true, [404] = true, [422] = true }

  local function assert_answered(answer, call)
    if not ANSWERS[answer.status] or (answer.status ~= 200 and not (answer.json.error or answer.json.detail)) then
      error(("seed %d: %d %s\nto %q"):format(SEED, answer.status, answer.body, call.body), 0)
    end
  end

  --- What the issuer took, the wallet gets.
  local function receive(wallet, answer)
    local offer = answer.json.request_uri:match "credential_offer_uri=(.*)$"
    assert.equal(201, world:push(wallet, offer).status)
  end

  local function batch(reader, count, wallet)
    local fresh, calls, started = papers(), {}, {}
    for index = 1, count do
      calls[index] = reader(fresh)
      started[index] = http.start(calls[index])
    end
    for index = 1, count do
      local answer = assert(http.finish(started[index]))
      assert_answered(answer, calls[index])
      if answer.status == 200 and answer.json.request_uri then
        receive(wallet, answer)
      end
    end
  end

  local function round(reader, count)
    local wallet = world:new_wallet()
    for done = 0, count - 1, AT_ONCE do
      batch(reader, math.min(AT_ONCE, count - done), wallet)
    end
    assert.same({}, world:wallet(wallet).discarded, "seed " .. SEED)
    world:call("POST", "/sandbox/reset")
  end

  for _, name in ipairs { "issue", "token", "credential", "proof" } do
    it(("never fails at a request of the kind %s, %d times"):format(name, MUTATIONS / 4), function()
      for done = 0, MUTATIONS / 4 - 1, A_ROUND do
        round(READERS[name], math.min(A_ROUND, MUTATIONS / 4 - done))
      end
    end)
  end
end)
