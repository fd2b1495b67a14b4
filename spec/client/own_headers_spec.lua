-- Header fields of the user's own: where they go, which are refused, and that they are secrets.
local credenco = require "credenco"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"

local OFFER = "https://issuer.example/o"
local GATEWAY = "gateway-s3cret"

describe("headers of one's own", function()
  local server = Misbehaving.use()

  local function elsewhere(url)
    return (url:gsub("127%.0%.0%.1", "localhost"))
  end

  local function client_of(scenario, options)
    options.base_url = scenario.url
    options.headers = options.headers or { ["X-Gateway-Key"] = GATEWAY, ["x-tenant"] = "nl" }
    return credenco.new(options)
  end

  local function sent(scenario)
    local by_step = {}
    for _, request in ipairs(scenario.requests()) do
      by_step[request.step] = request.headers["x-gateway-key"] or "none"
    end
    return by_step
  end

  local function call_everything(client)
    assert(client:issue_direct { wallet_key = "w", template_id = "t", claims = {} })
    assert(client:issue_status "1")
    client:request { path = "/else" }
    client:close()
  end

  it("go with every request to the issuer's origin, deliveries and tokens included", function()
    local scenario = server:scenario()
    local oauth2 = { token_url = scenario.url .. "/token", client_id = "i", client_secret = "s" }
    call_everything(client_of(scenario, { oauth2 = oauth2 }))
    assert.same({ create = GATEWAY, push = GATEWAY, status = GATEWAY, token = GATEWAY, other = GATEWAY }, sent(scenario))
    assert.equal("nl", scenario.requests("create")[1].headers["x-tenant"])
    assert.equal("Bearer token-1", scenario.requests("create")[1].headers.authorization)
  end)

  it("go to no other origin", function()
    local scenario = server:scenario()
    local oauth2 = { token_url = elsewhere(scenario.url) .. "/token", client_id = "i", client_secret = "s" }
    call_everything(client_of(scenario, { oauth2 = oauth2, wallet_base_url = elsewhere(scenario.url) }))
    assert.same({ create = GATEWAY, push = "none", status = GATEWAY, token = "none", other = GATEWAY }, sent(scenario))
  end)

  it("are those of the table when the client was made", function()
    local scenario, headers = server:scenario(), { ["x-gateway-key"] = GATEWAY }
    local client = client_of(scenario, { api_key = "k", headers = headers })
    headers["x-gateway-key"] = "another"
    assert(client:issue_status "1")
    assert.equal(GATEWAY, scenario.requests("status")[1].headers["x-gateway-key"])
    assert.equal("k", scenario.requests("status")[1].headers["x-api-key"])
  end)

  it("do not show in an error", function()
    local scenario = server:scenario { status = { "echo_refusal" } }
    local _, err = client_of(scenario, { api_key = "k" }):issue_status "1"
    assert.equal("rejected", err.code)
    assert.is_nil((tostring(err) .. tostring(err.detail)):find(GATEWAY, 1, true))
  end)

  local REFUSED = {
    { { ["X-Api-Key"] = "s3cret" }, "headers must not have 'X-Api-Key', which is for api_key" },
    { { authorization = "s3cret" }, "headers must not have 'authorization', which is for api_key and oauth2" },
    { { Host = "s3cret" }, "headers must not have 'Host', which is set by the client" },
    { { ["user-agent"] = "s3cret" }, "headers must not have 'user-agent', which is the option user_agent" },
    { { ["accept-encoding"] = "gzip" }, "headers must not have 'accept-encoding', which would change the responses" },
    { { ["x-a"] = "s3cret\r\nx-evil: 1" }, "headers must not hold control bytes in 'x-a'" },
    { { ["x-a"] = "s3cret\0" }, "headers must not hold control bytes in 'x-a'" },
    { { ["x a"] = "s3cret" }, "headers cannot have 'x a'" },
    { { ["x-a\r\nx-evil"] = "s3cret" }, "headers cannot have 'x-a??x-evil'" },
    { { ["x-a"] = 7 }, "headers must have text for 'x-a', not number" },
    { { ["x-a"] = "" }, "headers must have text for 'x-a'" },
    { { "x-a: s3cret" }, "headers must have names" },
    { { ["x-a"] = "s3cret", ["X-A"] = "s3cret" }, "headers must not have 'x-a' twice" },
    { { ["x-a"] = ("s3cret"):rep(3000) }, "headers must have at most 16384 bytes in all" },
  }
  for _, case in ipairs(REFUSED) do
    it("are refused by name: " .. case[2], function()
      local ok, problem = pcall(credenco.new, { base_url = "https://wallet.example", api_key = "k", headers = case[1] })
      assert.same({ false, "credenco.new: " .. case[2] }, { ok, problem })
    end)
  end

  describe("of the command line", function()
    local function status(scenario, content, way)
      local path = server.folder .. "/headers"
      files.write(path, content)
      local env = { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k" }
      if way == "environment" then env.CREDENCO_HEADERS_FILE = path end
      return program.run({ "status", "1", way ~= "environment" and "--headers-file=" .. path or nil }, env)
    end

    it("come from a file, since they may be secrets", function()
      for _, way in ipairs { "flag", "environment" } do
        local scenario = server:scenario()
        local outcome = status(scenario, "# for the gateway\r\nX-Gateway-Key:  " .. GATEWAY .. " \r\n\nx-b: a: b\n", way)
        assert.equal(0, outcome.code, outcome.err)
        local headers = scenario.requests("status")[1].headers
        assert.same({ GATEWAY, "a: b" }, { headers["x-gateway-key"], headers["x-b"] })
      end
    end)

    it("are refused by line or by name", function()
      for content, problem in pairs {
        ["x-a: 1\ns3cret"] = "%-%-headers%-file: the file with headers must have 'Name: value' in line 2",
        ["x-a: 1\nx-a: 2"] = "%-%-headers%-file: the file with headers has 'x%-a' twice",
        ["x-api-key: s3cret"] = "%-%-headers%-file must not have 'x%-api%-key', which is for api_key",
      } do
        local outcome = status(server:scenario(), content)
        assert.equal(2, outcome.code)
        assert.matches("^credenco: " .. problem, outcome.err)
        assert.is_nil(outcome.err:find("s3cret", 1, true))
      end
    end)
  end)

  it("go along with an offer that is delivered, too", function()
    local scenario = server:scenario()
    local client = client_of(scenario, {})
    assert(client:push_offer { wallet_key = "w", offer_uri = OFFER })
    client:close()
    assert.same({ push = GATEWAY }, sent(scenario))
  end)
end)
