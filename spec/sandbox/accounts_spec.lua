--- API keys and OAuth2 clients with roles and an expiry date, as the service's administration gives them.
local http = require "spec.sandbox.http"
local roles = require "credenco.base.roles"
local worlds = require "spec.sandbox.world"

local YEAR_S = 365 * 86400
local ALL = { "Issue credentials", "Trusted contacts" }
local NO_ROLE = '{ "roles": [] }'

-- The call of each path of the service that needs credentials, and the role for it.
local CALLS = {
  { "POST", "/api/v2/credential/issue", role = "Issue credentials" },
  { "GET", "/api/v2/issue/nothing", role = "Issue credentials" },
  { "GET", "/api/wallets/nobody/trusted-contacts", role = "Trusted contacts" },
  { "POST", "/api/wallets/nobody/trusted-contacts", role = "Trusted contacts" },
  { "DELETE", "/api/wallets/nobody/trusted-contacts/1", role = "Trusted contacts" },
}

describe("the sandbox's keys and clients", function()
  local world = worlds.use()

  local function put(kind, name, change)
    return world:anonymous("PUT", ("/sandbox/%s/%s"):format(kind, name), change)
  end

  local function token_of(id, secret)
    local form = ("grant_type=client_credentials&client_id=%s&client_secret=%s"):format(id, secret)
    local answer = assert(http.request { method = "POST", url = world.server.token_url, body = form })
    return answer.json.access_token, answer
  end

  local function status_with(headers)
    local answer = world:anonymous("GET", "/api/v2/issue/nothing", nil, headers)
    return answer.status, answer.json.detail
  end

  local made = 0
  local function new(kind, order)
    made = made + 1
    local name = ("%s-%d"):format(kind, made)
    assert.equal(201, put(kind, name, order).status)
    return name
  end

  -- A kind of account, and how one is made; gives the header for its credentials.
  local ACCOUNTS = {
    { "an API key", function(order) return { ["x-api-key"] = new("keys", order) } end },
    { "an API key as a bearer token", function(order) return { Authorization = "Bearer " .. new("keys", order) } end },
    { "an OAuth2 client", function(order)
      order.secret = "some-secret"
      return { Authorization = "Bearer " .. token_of(new("clients", order), "some-secret") }
    end },
  }

  for _, row in ipairs(ACCOUNTS) do
    local account, credentials = row[1], row[2]
    for _, role in ipairs(ALL) do
      it(("let %s with only the role '%s' make only its calls"):format(account, role), function()
        local headers = credentials { roles = { role } }
        for _, call in ipairs(CALLS) do
          local answer = world:anonymous(call[1], call[2], {}, headers)
          assert.equal(call.role ~= role, answer.status == 403, call[1] .. " " .. call[2])
          if answer.status == 403 then assert.matches("role '" .. call.role .. "'", answer.json.detail) end
        end
      end)
    end

    it("refuse " .. account .. " after its expiry date", function()
      local headers = credentials { roles = ALL, expires_in_s = 100 }
      assert.equal(404, (status_with(headers)))
      world:anonymous("POST", "/sandbox/clock", { advance_s = 100 })
      local status, detail = status_with(headers)
      assert.equal(401, status)
      assert.matches("has expired", detail)
    end)
  end

  it("need a role for every call that needs credentials", function()
    local described = {}
    for path, methods in pairs(world:anonymous("GET", "/sandbox/openapi.json").json.paths) do
      for method, operation in pairs(methods) do
        if operation.security then
          described[#described + 1] = method:upper() .. " " .. path
          assert.truthy(operation.responses["401"] and operation.responses["403"], path)
        end
      end
    end
    assert.equal(#CALLS, #described)
    assert.same(ALL, roles.LIST)
  end)

  it("give an expired client no token", function()
    put("clients", "old-client", { secret = "s", expires_in_s = 0 })
    local token, answer = token_of("old-client", "s")
    assert.same({ nil, 401, "invalid_client" }, { token, answer.status, answer.json.error })
    assert.matches("has expired", answer.json.error_description)
  end)

  it("have every role and a year unless told otherwise, and keep what a change does not name", function()
    local now = world:anonymous("POST", "/sandbox/clock", { advance_s = 0 }).json.now
    local first = put("keys", "plain", {})
    assert.same({ 201, ALL }, { first.status, first.json.roles })
    assert.is_true(math.abs(first.json.expires_at - now - YEAR_S) < 60)
    local changed = put("keys", "plain", NO_ROLE)
    assert.same({ 200, {}, first.json.expires_at }, { changed.status, changed.json.roles, changed.json.expires_at })
    changed = put("keys", "plain", { expires_in_s = 0 })
    assert.same({ 200, {} }, { changed.status, changed.json.roles })
    assert.is_true(changed.json.expires_at < first.json.expires_at)
  end)

  it("change a client without its secret, which no response shows", function()
    assert.equal(201, put("clients", "kept", { secret = "kept-secret" }).status)
    local changed = put("clients", "kept", NO_ROLE)
    assert.equal(200, changed.status)
    assert.is_nil(changed.body:find "kept%-secret")
    assert.is_string(token_of("kept", "kept-secret"))
    put("clients", "kept", { secret = "another" })
    assert.is_nil((token_of("kept", "kept-secret")))
    assert.is_string(token_of("kept", "another"))
  end)

  it("keep keys and clients of one name apart", function()
    put("clients", "same-name", { secret = "s" })
    assert.equal(401, (status_with { ["x-api-key"] = "same-name" }))
  end)

  it("begin with a key and a client that have every role and do not expire, also after a reset", function()
    local other = worlds.start()
    finally(function() other:stop() end)
    local function status() return other:call("GET", "/api/v2/issue/nothing").status end
    other:anonymous("POST", "/sandbox/clock", { advance_s = 3 * YEAR_S })
    assert.equal(404, status())
    other:anonymous("PUT", "/sandbox/keys/" .. other.server.api_key, NO_ROLE)
    other:anonymous("PUT", "/sandbox/keys/new", {})
    assert.equal(403, status())
    other:anonymous("POST", "/sandbox/reset")
    assert.equal(404, status())
    assert.equal(401, other:anonymous("GET", "/api/v2/issue/nothing", nil, { ["x-api-key"] = "new" }).status)
  end)

  local WRONG = {
    { "keys", { roles = { "Issue credential" } }, "roles[1]", "must be one of Issue credentials, Trusted contacts" },
    { "keys", { roles = "Issue credentials" }, "roles", "must be array, not string" },
    { "keys", { role = ALL }, "role", "did you mean 'roles'?" },
    { "keys", { expires_in_s = -1 }, "expires_in_s", "at least 0" },
    { "keys", { secret = "s" }, "secret", "is unknown" },
    { "clients", { roles = ALL }, "secret", "is missing" },
    { "clients", { secret = "" }, "secret", "must not be empty" },
  }
  for index, case in ipairs(WRONG) do
    it(("refuse an unusable change, case %d, and make nothing"):format(index), function()
      local answer = put(case[1], "unmade", case[2])
      assert.same({ 400, case[3] }, { answer.status, answer.json.field })
      assert.truthy(answer.json.detail:find(case[4], 1, true), answer.json.detail)
      assert.equal(401, (status_with { ["x-api-key"] = "unmade" }))
    end)
  end
end)
