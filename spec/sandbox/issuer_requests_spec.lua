--- Requests to the issuer, legal and illegal: a legal one is answered, an illegal one refused by the error code that the
--- specification has for it, and none is 500. The rows are in spec/sandbox/issuer_cases.
local cjson = require "cjson"
local holder = require "spec.sandbox.holder"
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

local GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

local function cases(name)
  return ipairs(require("spec.sandbox.issuer_cases." .. name))
end

local function fill(text, values)
  return (text:gsub("%u+", values))
end

describe("the sandbox's issuer", function()
  local world, key = worlds.use(), holder.new_key()
  local issuer

  setup(function() issuer = world.server.credential_issuer end)

  local function fresh_code()
    return holder.code_of(holder.fetch_offer((world:offer())))
  end

  local function post(path, body, headers)
    return assert(http.request { method = "POST", url = issuer .. path, body = body, headers = headers })
  end

  --- The status, the code, and a description in the letters that are allowed there.
  local function assert_answer(answer, status, code)
    assert.equal(status, answer.status, answer.body)
    assert.equal("application/json", answer.headers["content-type"])
    assert.equal("no-store", answer.headers["cache-control"])
    if code then
      assert.equal(code, answer.json.error, answer.body)
      assert.matches("^[ !#-Z%[%]^-~]+$", answer.json.error_description)
    end
  end

  for _, case in cases "issue" do
    it(("%s an issue call %s"):format(case[3] == 200 and "takes" or "refuses", case[1]), function()
      local answer = world:issue(fill(case[2], { COMPANY = cjson.encode(worlds.COMPANY) }))
      assert.equal(case[3], answer.status, answer.body)
      assert.equal(case[4], answer.json.field, answer.body)
      if case[3] ~= 200 then
        assert.equal("application/problem+json", answer.headers["content-type"])
        assert.truthy(#answer.json.detail > 0)
      end
    end)
  end

  for _, case in cases "token" do
    it(("%s a token request %s"):format(case[3] == 200 and "takes" or "refuses", case[1]), function()
      local headers = case.headers or { ["content-type"] = "application/x-www-form-urlencoded" }
      assert_answer(post("/token", fill(case[2], { CODE = fresh_code(), GRANT = GRANT }), headers), case[3], case[4])
    end)
  end

  --- The Authorization header of a case: with the token of a fresh offer, unless the case has another.
  local function authorization(case)
    if case.token == false then return nil end
    return (case.scheme or "Bearer") .. " " .. (case.token or holder.redeem(issuer, fresh_code()).json.access_token)
  end

  local function ask(case, body)
    local headers = { Authorization = authorization(case) }
    for name, value in pairs(case.headers or { ["content-type"] = "application/json" }) do headers[name] = value end
    return post("/credential", body, headers)
  end

  for _, case in cases "credential" do
    it(("%s a credential request %s"):format(case[3] == 200 and "takes" or "refuses", case[1]), function()
      local proof = holder.proof(key, issuer, holder.nonce(issuer))
      local answer = ask(case, fill(case[2], { PROOF = proof }))
      assert_answer(answer, case[3], case[4])
      assert.equal(case[3] == 401 or case[3] == 403, answer.headers["www-authenticate"] ~= nil)
    end)
  end

  local function make_proof(changes)
    return holder.proof(key, issuer, holder.nonce(issuer), changes)
  end

  --- What a proof's row may want to know.
  local function world_of_proof()
    local function did_with(members)
      local jwk = holder.jwk(key)
      for name, value in pairs(members) do jwk[name] = value end
      return "did:jwk:" .. holder.base64url(cjson.encode(jwk))
    end
    return { key = key, issuer = issuer, did = did_with {}, did_with = did_with, make = make_proof }
  end

  for _, case in cases "proof" do
    it(("%s a proof %s"):format(case[3] and "refuses" or "takes", case[1]), function()
      local proof = type(case[2]) == "function" and case[2](world_of_proof()) or make_proof(case[2])
      local body = cjson.encode { credential_configuration_id = "ebw_oid", proofs = { jwt = { proof } } }
      assert_answer(ask({}, body), case[3] and 400 or 200, case[3])
    end)
  end
end)
