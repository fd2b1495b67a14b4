-- How an OAuth2 client proves who it is when it asks for a token.
local base64 = require "credenco.base.base64"
local cjson = require "cjson"
local credenco = require "credenco"
local digest = require "openssl.digest"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local pkey = require "openssl.pkey"

local ID, SECRET = "my client:1", "s3cret=+/ü ~"

local function ec(curve) return pkey.new { type = "EC", curve = curve } end

local KEYS = {
  ES256 = { key = ec "prime256v1", hash = "sha256", signature_bytes = 64 },
  ES384 = { key = ec "secp384r1", hash = "sha384", signature_bytes = 96 },
  ES512 = { key = ec "secp521r1", hash = "sha512", signature_bytes = 132 },
  RS256 = { key = pkey.new { type = "RSA", bits = 2048 }, hash = "sha256" },
}

local function pem(key) return key:toPEM "private" end

local decode_url = base64.decode_url

local function decoded(value)
  return (value:gsub("%+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function form_of(request)
  local form = {}
  for name, value in request.body:gmatch "([^=&]+)=([^&]*)" do form[name] = decoded(value) end
  return form
end

local function der_integer(bytes)
  local digits = bytes:gsub("^%z+", "")
  if digits:byte() >= 0x80 then digits = "\0" .. digits end
  return "\2" .. string.char(#digits) .. digits
end

-- OpenSSL wants the two halves as DER.
local function for_openssl(raw)
  local half = #raw / 2
  local body = der_integer(raw:sub(1, half)) .. der_integer(raw:sub(half + 1))
  return "\48" .. (#body >= 0x80 and "\129" or "") .. string.char(#body) .. body
end

--- What an assertion says, once its signature was found right.
local function verified(jwt, algorithm)
  local row = KEYS[algorithm]
  local head, claims, signature = jwt:match "^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$"
  local raw = decode_url(signature)
  if row.signature_bytes then
    assert.equal(row.signature_bytes, #raw)
    raw = for_openssl(raw)
  end
  local state = digest.new(row.hash)
  state:update(head .. "." .. claims)
  assert.is_true(row.key:verify(raw, state))
  return cjson.decode(decode_url(head)), cjson.decode(decode_url(claims))
end

describe("an OAuth2 client proves its identity", function()
  local server = Misbehaving.use()

  local function new_client(scenario, members)
    local oauth2 = { token_url = scenario.url .. "/token", client_id = ID }
    for name, value in pairs(members) do oauth2[name] = value end
    return credenco.new { base_url = scenario.url, retry = { base_ms = 1 }, oauth2 = oauth2 }
  end

  it("with HTTP Basic, where id and secret are encoded as in a form", function()
    local scenario = server:scenario()
    assert(new_client(scenario, { client_auth = "basic", client_secret = SECRET, scope = "issue" }):issue_status "1")
    local request = scenario.requests("token")[1]
    assert.equal("grant_type=client_credentials&scope=issue", request.body)
    assert.equal("my+client%3A1:s3cret%3D%2B%2F%C3%BC+~",
      base64.decode(request.headers.authorization:match "^Basic (%S+)$"))
  end)

  it("and asks for an audience and a resource", function()
    local scenario = server:scenario()
    assert(new_client(scenario, {
      client_secret = SECRET, audience = "https://api.example", resource = "urn:api 1",
    }):issue_status "1")
    local form = form_of(scenario.requests("token")[1])
    assert.same({ "https://api.example", "urn:api 1" }, { form.audience, form.resource })
  end)

  for algorithm, row in pairs(KEYS) do
    it("with an assertion signed with " .. algorithm, function()
      local scenario = server:scenario()
      assert(new_client(scenario, {
        client_auth = "private_key_jwt", private_key = pem(row.key), private_key_id = "key-1",
      }):issue_status "1")
      local request = scenario.requests("token")[1]
      local form = form_of(request)
      assert.is_nil(request.headers.authorization)
      assert.same({ "client_credentials", ID, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" },
        { form.grant_type, form.client_id, form.client_assertion_type })
      local header, claims = verified(form.client_assertion, algorithm)
      assert.same({ alg = algorithm, typ = "JWT", kid = "key-1" }, header)
      assert.same({ ID, ID, scenario.url .. "/token" }, { claims.iss, claims.sub, claims.aud })
      assert.equal(300, claims.exp - claims.iat)
      assert.is_true(math.abs(os.time() - claims.iat) <= 60)
    end)
  end

  -- One signature in 256 has a half that is a byte shorter than the others.
  it("with signatures of one length, for any number", function()
    local key = assert(require("credenco.client.auth.signing_key").read(pem(KEYS.ES256.key)))
    for i = 1, 600 do assert.equal(64, #key:sign(tostring(i))) end
  end)

  it("with another assertion for each attempt, since a server takes one once", function()
    local scenario = server:scenario { token = { 503, "proper" } }
    assert(new_client(scenario, {
      client_auth = "private_key_jwt", private_key = pem(KEYS.ES256.key), assertion_audience = "https://id.example",
    }):issue_status "1")
    local ids = {}
    for i, request in ipairs(scenario.requests "token") do
      local _, claims = verified(form_of(request).client_assertion, "ES256")
      ids[i] = claims.jti
      assert.equal("https://id.example", claims.aud)
    end
    assert.equal(2, #ids)
    assert.not_equal(ids[1], ids[2])
  end)

  it("with the key that its file holds now, and the last good one while that is being written", function()
    local scenario = server:scenario { status = { "proper", 401, "proper", 401, "proper" } }
    local path = server.folder .. "/key.pem"
    files.write(path, pem(KEYS.ES256.key))
    local client = new_client(scenario, { client_auth = "private_key_jwt", private_key_file = path })
    assert(client:issue_status "1")
    files.write(path, pem(KEYS.RS256.key))
    assert(client:issue_status "1")
    files.write(path, "-----BEGIN PRIVATE KEY-----\nMIG")
    assert(client:issue_status "1")
    local used = {}
    for i, request in ipairs(scenario.requests "token") do
      used[i] = cjson.decode(decode_url(form_of(request).client_assertion:match "^[^.]+")).alg
    end
    assert.same({ "ES256", "RS256", "RS256" }, used)
  end)

  for name, members in pairs {
    basic = { client_auth = "basic", client_secret = SECRET },
    private_key_jwt = { client_auth = "private_key_jwt", private_key = pem(KEYS.ES256.key) },
  } do
    it("and shows none of it when the server repeats it: " .. name, function()
      local scenario = server:scenario { token = { "echo_refusal" } }
      local _, err = new_client(scenario, members):issue_status "1"
      local request = scenario.requests("token")[1]
      local proof = name == "basic" and request.headers.authorization:sub(7) or form_of(request).client_assertion
      local said = tostring(err) .. tostring(err.detail)
      assert.is_nil(said:find(proof, 1, true), said)
      assert.is_nil(said:find(proof:match "[^.]+$", 1, true), said)
    end)
  end
end)

describe("credenco.new refuses an OAuth2 client", function()
  local folder
  setup(function() folder = files.temporary_folder() end)
  teardown(function() files.remove_folder(folder) end)

  local function problem_of(members)
    local oauth2 = { token_url = "https://id.example/t", client_id = "i" }
    for name, value in pairs(members) do oauth2[name] = value end
    local ok, problem = pcall(function() return (credenco.new { base_url = "https://wallet.example", oauth2 = oauth2 }) end)
    assert.is_false(ok)
    return problem
  end

  local JWT = { client_auth = "private_key_jwt" }
  local function jwt(members)
    members.client_auth = "private_key_jwt"
    return members
  end

  for name, case in pairs {
    ["of another method"] = { { client_auth = "tls", client_secret = "s" }, "client_auth must be \"post\", \"basic\" or" },
    ["without a secret"] = { { client_auth = "basic" }, "client_secret is missing" },
    ["without a key"] = { JWT, "private_key is missing" },
    ["with a key that is not used"] = { { client_secret = "s", private_key = "k" }, "private_key is for client_auth" },
    ["with a secret that is not used"] = { jwt { client_secret = "s", private_key = "k" }, "client_secret is not for" },
    ["with two keys"] = { jwt { private_key = "k", private_key_file = "/k" }, "give either private_key or" },
    ["with a key that is none"] = { jwt { private_key = "s3cret" }, "private_key must be PEM" },
    ["with a broken key"] = { jwt { private_key = "-----BEGIN PRIVATE KEY-----\ns3cret" }, "is not a key that OpenSSL can" },
    ["with a public key"] = { jwt { private_key = KEYS.ES256.key:toPEM "public" }, "private_key is a public key" },
    ["with a public RSA key"] = { jwt { private_key = KEYS.RS256.key:toPEM "public" }, "private_key is a public key" },
    ["with a key that has a pass phrase"] = { jwt { private_key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" },
      "private_key must not have a pass phrase" },
    ["with a short RSA key"] = { jwt { private_key = pem(pkey.new { type = "RSA", bits = 1024 }) }, "at least 2048 bits" },
    ["with a key on another curve"] = { jwt { private_key = pem(ec "secp256k1") }, "must be an RSA key, or one on P-256" },
    ["with a file that is not there"] = { jwt { private_key_file = "/nowhere/key" }, "private_key_file cannot be opened" },
    ["with an id that JSON cannot hold"] = { jwt { private_key = pem(KEYS.ES256.key), client_id = "\255" },
      "client_id must be valid UTF-8" },
  } do
    it(name, function()
      local problem = problem_of(case[1])
      assert.matches("^spec/client/auth_spec.lua:%d+: credenco.new oauth2: ", problem)
      assert.truthy(problem:find(case[2], 1, true), problem)
      assert.is_nil(problem:find("s3cret", 1, true))
    end)
  end

  it("with an error in one line if luaossl is missing", function()
    local names = { "openssl.pkey", "openssl.digest", "credenco.client.auth.signing_key" }
    local kept = {}
    for _, name in ipairs(names) do kept[name], package.loaded[name] = package.loaded[name], nil end
    package.preload["openssl.pkey"] = function() error("module 'openssl.pkey' not found:\n\tno file", 0) end
    package.preload["openssl.digest"] = package.preload["openssl.pkey"]
    local problem = problem_of { client_auth = "private_key_jwt", private_key = "k" }
    for _, name in ipairs(names) do package.loaded[name], package.preload[name] = kept[name], nil end
    assert.matches('client_auth "private_key_jwt" needs luaossl: luarocks %-%-lua%-version=5%.%d install luaossl, or apt%-get install', problem)
    assert.is_nil(problem:find "\n")
  end)
end)
