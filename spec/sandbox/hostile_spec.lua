--- An issuer that answers with anything: every answer replaced by values of every other type, and every member of it by
--- two of them (`fuzz_spec` has them all, without an issuer). The wallet may take it or leave it, but it must know what
--- it does.
local cjson = require "cjson"
local http = require "spec.sandbox.http"
local worlds = require "spec.sandbox.world"

local VALUES = { "null", "7", '"x"', "[]", "{}", "[[{}]]", '{"x":[1]}' }

--- Every path into a value, through objects and arrays.
local function paths_of(value, path, found)
  for key, child in pairs(value) do
    local inner = {}
    for index, part in ipairs(path) do
      inner[index] = part
    end
    inner[#inner + 1] = key
    found[#found + 1] = inner
    if type(child) == "table" then
      paths_of(child, inner, found)
    end
  end
  return found
end

--- The JSON of `value` with what is at `path` replaced by `text`.
local function replaced(value, path, text)
  local copy = cjson.decode(cjson.encode(value))
  local parent = copy
  for index = 1, #path - 1 do
    parent = parent[path[index]]
  end
  parent[path[#path]] = "@@HERE@@"
  return (cjson.encode(copy):gsub('"@@HERE@@"', function() return text end))
end

describe("a wallet whose issuer sends any response", function()
  local world, answers

  local function get(path)
    return http.request({ url = world.base_url .. path }).json
  end

  --- Genuine answers of every endpoint, the metadata cut down to what matters.
  local function genuine()
    local path = world.server.credential_issuer:match "^http://[^/]+(.*)$"
    local metadata = get("/.well-known/openid-credential-issuer" .. path)
    metadata.credential_configurations_supported =
      { ebw_oid = metadata.credential_configurations_supported.ebw_oid }
    metadata.credential_configurations_supported.ebw_oid.credential_metadata.claims = nil
    local encoded = world:offer()
    return {
      offer = get("/api/oidc/credential-offer/" .. encoded:match "%x+$"),
      issuer_metadata = metadata,
      server_metadata = get("/.well-known/oauth-authorization-server" .. path),
      token = { access_token = "x", token_type = "Bearer",
        authorization_details = { { credential_configuration_id = "ebw_oid", credential_identifiers = { "x" } } } },
      nonce = { c_nonce = "x" },
      credential = { credentials = { { credential = "x" } }, notification_id = "x" },
      did = get "/issuer/credenco/did.json",
    }
  end

  setup(function()
    world = worlds.start()
    answers = genuine()
  end)
  teardown(function() world:stop() end)

  local function push_with(endpoint, body)
    local wallet, offer = world:new_wallet(), world:offer()
    local rules = ('{"rules":[{"endpoint":"%s","effect":"json","body":%s}]}'):format(endpoint, body)
    assert.equal(200, world:anonymous("PUT", "/sandbox/faults", rules).status)
    assert.equal(201, world:push(wallet, offer).status)
    world:anonymous("DELETE", "/sandbox/faults")
    return world:wallet(wallet)
  end

  --- Kept, or discarded for a reason; never a surprise.
  local function assert_decided(state, what)
    assert.equal(1, #state.credentials + #state.discarded, what)
    if state.discarded[1] then
      assert.is_not.equal("internal_error", state.discarded[1].reason, what)
    end
  end

  for _, endpoint in ipairs { "offer", "issuer_metadata", "server_metadata", "token", "nonce", "credential", "did" } do
    it("handles every response of " .. endpoint, function()
      for _, value in ipairs(VALUES) do
        assert_decided(push_with(endpoint, value), value)
      end
      for number, path in ipairs(paths_of(answers[endpoint], {}, {})) do
        for _, value in ipairs { VALUES[number % #VALUES + 1], VALUES[(number + 3) % #VALUES + 1] } do
          local state = push_with(endpoint, replaced(answers[endpoint], path, value))
          assert_decided(state, table.concat(path, ".") .. " = " .. value)
        end
      end
    end)
  end
end)
