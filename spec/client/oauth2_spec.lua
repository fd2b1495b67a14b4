-- One token serves any number of calls, and a refused one is renewed once.
local auth = require "credenco.client.auth"
local cjson = require "cjson"
local credenco = require "credenco"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local function token(value, expires_in)
  return {
    act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
    body = cjson.encode { access_token = value, token_type = "Bearer", expires_in = expires_in },
  }
end

describe("OAuth2 client credentials", function()
  local server = Misbehaving.use()

  local function new_client(scenario, scope)
    return credenco.new {
      base_url = scenario.url,
      retry = { base_ms = 1 },
      oauth2 = { token_url = scenario.url .. "/token", client_id = "id&1", client_secret = "s3cret=+", scope = scope },
    }
  end

  local function records(count)
    local list = {}
    for i = 1, count do list[i] = { wallet_key = "w" .. i, template_id = "t", claims = { n = i } } end
    return list
  end

  -- nginx drops a task when it has too many.
  it("are fetched again when a fetch never ends", function()
    local calls = 0
    local tokens = auth.oauth2({}, {}, function()
      calls = calls + 1
      if calls == 1 then loop.wait(loop.self(), loop.now_ms() + 1000) end
      return { value = "token " .. calls }
    end, -1000) -- by which it gives a fetch up at once
    assert.same({ nil, "timeout" }, { tokens:headers(nil, loop.now_ms() + 1) })
    assert.equal("Bearer token 2", tokens:headers(nil, loop.now_ms() + 1).authorization)
  end)

  it("are sent in the body of a form, without other credentials", function()
    local scenario = server:scenario()
    assert(new_client(scenario, "issue"):issue_status "1")
    local request = scenario.requests("token")[1]
    assert.equal("POST", request.method)
    assert.equal("application/x-www-form-urlencoded", request.headers["content-type"])
    assert.equal("client_id=id%261&client_secret=s3cret%3D%2B&grant_type=client_credentials&scope=issue", request.body)
    assert.is_nil(request.headers.authorization)
    assert.equal("Bearer token-1", scenario.requests("status")[1].headers.authorization)
  end)

  it("are used as the Bearer token that they are, and as no other", function()
    for token_type, fits in pairs { Bearer = true, BEARER = true, DPoP = false, MAC = false } do
      local answer = { act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
        body = cjson.encode { access_token = "t", token_type = token_type } }
      local scenario = server:scenario { token = { answer } }
      local status, err = new_client(scenario):issue_status "1"
      if fits then assert.truthy(status, tostring(err)) else assert.equal("bad_response", err.code) end
      assert.equal(fits and 1 or 0, #scenario.requests "status")
    end
  end)

  it("are asked for once for any number of waiting calls", function()
    local scenario = server:scenario()
    local issued = 0
    for _, _, err in new_client(scenario):issue_many(records(100), { concurrency = 50 }) do
      assert.is_nil(err)
      issued = issued + 1
    end
    assert.equal(100, issued)
    assert.equal(1, #scenario.requests("token"))
  end)

  it("are asked for again once after a 401", function()
    local scenario = server:scenario { status = { 401, "proper" } }
    local client = new_client(scenario)
    assert(client:issue_status "1")
    local asked = scenario.requests("status")
    assert.equal("Bearer token-1", asked[1].headers.authorization)
    assert.equal("Bearer token-2", asked[2].headers.authorization)
  end)

  it("are not asked for a third time when the second is refused too", function()
    local scenario = server:scenario { status = { 401 } }
    local status, err = new_client(scenario):issue_status "1"
    assert.is_nil(status)
    assert.equal("unauthorized", err.code)
    assert.equal(2, #scenario.requests("token"))
    assert.equal(2, #scenario.requests("status"))
  end)

  it("are renewed once when many calls are refused at the same time", function()
    local refused = {}
    for i = 1, 20 do refused[i] = 401 end
    refused[21] = "proper"
    local scenario = server:scenario { create = refused }
    for _, _, err in new_client(scenario):issue_many(records(20), { concurrency = 20 }) do assert.is_nil(err) end
    assert.equal(2, #scenario.requests("token"))
  end)

  it("are renewed when they have died", function()
    local scenario = server:scenario { token = { token("short", 0.001), token("long", 300) } }
    local client = new_client(scenario)
    assert(client:issue_status "1")
    loop.sleep(5)
    assert(client:issue_status "1")
    assert.equal("Bearer long", scenario.requests("status")[2].headers.authorization)
  end)

  it("are renewed in the last fifth of their lives, and serve on meanwhile", function()
    local now_ms = loop.now_ms
    finally(function() loop.now_ms = now_ms end)
    local scenario = server:scenario { token = { token("first", 100), token("second", 300) } }
    local client = new_client(scenario)
    for _, age_s in ipairs { 0, 79, 81, 81 } do
      loop.now_ms = function() return now_ms() + age_s * 1000 end
      assert(client:issue_status "1")
      while loop.busy() do loop.turn() end
    end
    local carried = {}
    for i, request in ipairs(scenario.requests "status") do carried[i] = request.headers.authorization end
    assert.same({ "Bearer first", "Bearer first", "Bearer first", "Bearer second" }, carried)
    assert.equal(2, #scenario.requests "token")
  end)

  it("are used for ever when the server does not say how long they live", function()
    local scenario = server:scenario { token = { token "eternal" } }
    local client = new_client(scenario)
    for _ = 1, 3 do assert(client:issue_status "1") end
    assert.equal(1, #scenario.requests("token"))
  end)

  it("that are refused end the call at the step token, with nothing sent", function()
    local scenario = server:scenario { token = { 401 } }
    local result, err = new_client(scenario):issue_direct(records(1)[1])
    assert.is_nil(result)
    assert.equal("unauthorized", err.code)
    assert.equal("token", err.step)
    assert.equal(0, #scenario.requests("create"))
  end)

  for _, behaviour in ipairs { "token_number", "token_with_newline", "html", "null_json" } do
    it("that make no sense are a bad response: " .. behaviour, function()
      local scenario = server:scenario { token = { behaviour } }
      local _, err = new_client(scenario):issue_status "1"
      assert.equal("bad_response", err.code)
      assert.equal("token", err.step)
    end)
  end

  it("make all waiting calls fail when they cannot be fetched", function()
    local scenario = server:scenario { token = { 400 } }
    local failed = 0
    for _, _, err in new_client(scenario):issue_many(records(10)) do
      assert.equal("token", err.step)
      failed = failed + 1
    end
    assert.equal(10, failed)
    assert.equal(1, #scenario.requests("token"))
  end)

  it("are reported with the issue's own id when they cannot be fetched", function()
    local scenario = server:scenario { token = { 400 } }
    local _, err = new_client(scenario):issue_direct {
      wallet_key = "w", template_id = "t", claims = {}, correlation_id = "mine",
    }
    assert.equal("mine", err.correlation_id)
  end)

  it("do not show in an error, also when they were renewed meanwhile", function()
    local scenario = server:scenario { status = { "echo_refusal" } }
    local client = new_client(scenario)
    local send = client.transport.send
    client.transport.send = function(transport, request)
      local response, failure = send(transport, request)
      if client.auth.token then client.auth.token = { value = "another", headers = {} } end
      return response, failure
    end
    local _, err = client:issue_status "1"
    assert.equal("rejected", err.code)
    assert.is_nil((tostring(err) .. tostring(err.detail)):find("token-1", 1, true))
  end)

  it("do not show in an error", function()
    local scenario = server:scenario { token = { "echo_refusal" } }
    local _, err = new_client(scenario):issue_status "1"
    assert.is_nil((tostring(err) .. tostring(err.detail)):find("s3cret", 1, true))
  end)
end)
