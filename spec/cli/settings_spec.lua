-- The effect of each setting on the requests of the program.
local cjson = require "cjson"
local faketime = require "spec.support.faketime"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local program = require "spec.cli.program"

-- Each second for which the machine stands still counts as 20 for a program whose clock is faster.
local TRIES = 5

describe("the program's settings", function()
  local server = Misbehaving.use()

  setup(function()
    files.write(server.folder .. "/secret", "s3cret\n")
  end)

  it("send the key as a bearer token when asked to", function()
    local scenario = server:scenario()
    program.run({ "status", "order-1", "--auth-scheme", "bearer" },
      { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k" })
    local headers = scenario.requests("status")[1].headers
    assert.equal("Bearer k", headers.authorization)
    assert.is_nil(headers["x-api-key"])
  end)

  it("ask for a token with the client and the scope", function()
    local scenario = server:scenario()
    program.run({ "status", "order-1", "--scope", "issue status" }, {
      CREDENCO_BASE_URL = scenario.url, CREDENCO_TOKEN_URL = scenario.url .. "/token",
      CREDENCO_CLIENT_ID = "me", CREDENCO_CLIENT_SECRET_FILE = server.folder .. "/secret",
    })
    assert.equal("client_id=me&client_secret=s3cret&grant_type=client_credentials&scope=issue%20status",
      scenario.requests("token")[1].body)
    assert.equal("Bearer token-1", scenario.requests("status")[1].headers.authorization)
  end)

  -- A flag, its variable, and what the request for a token then has.
  local OF_TOKENS = {
    { "--scope", "SCOPE", "issue", "scope=issue" },
    { "--audience", "AUDIENCE", "https://api.example", "audience=https%3A%2F%2Fapi.example" },
    { "--resource", "RESOURCE", "urn:api", "resource=urn%3Aapi" },
    { "--client-auth", "CLIENT_AUTH", "basic", "^grant_type=client_credentials$" },
  }
  for _, case in ipairs(OF_TOKENS) do
    it("name the request for a token: " .. case[1], function()
      for _, way in ipairs { "flag", "environment" } do
        local scenario = server:scenario()
        program.run({ "status", "order-1", way == "flag" and case[1] .. "=" .. case[3] or nil }, {
          CREDENCO_BASE_URL = scenario.url, CREDENCO_TOKEN_URL = scenario.url .. "/token", CREDENCO_CLIENT_ID = "me",
          CREDENCO_CLIENT_SECRET_FILE = server.folder .. "/secret", ["CREDENCO_" .. case[2]] = way ~= "flag" and case[3] or nil,
        })
        assert.matches(case[4]:find "%^" and case[4] or case[4]:gsub("%p", "%%%0"), scenario.requests("token")[1].body)
      end
    end)
  end

  it("sign for private_key_jwt with the key of a file", function()
    local scenario, key = server:scenario(), server.folder .. "/key.pem"
    files.write(key, require("openssl.pkey").new({ type = "EC", curve = "prime256v1" }):toPEM "private")
    local outcome = program.run({ "status", "order-1", "--client-auth", "private_key_jwt", "--private-key-file", key }, {
      CREDENCO_BASE_URL = scenario.url, CREDENCO_TOKEN_URL = scenario.url .. "/token", CREDENCO_CLIENT_ID = "me",
      CREDENCO_PRIVATE_KEY_ID = "key-1", CREDENCO_ASSERTION_AUDIENCE = "https://id.example",
    })
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("^client_assertion=[%w_-]+%.[%w_-]+%.[%w_-]+&", scenario.requests("token")[1].body)
  end)

  it("have the library follow a file with a secret, but not a pipe", function()
    local settings, pipe = require "credenco.cli.server_settings", server.folder .. "/pipe"
    local function options(path)
      return settings.options { api_key_file = path }
    end
    assert.same({ server.folder .. "/secret" }, { options(server.folder .. "/secret").api_key_file })
    assert(os.execute(("mkfifo '%s' && (echo s3cret >'%s' &)"):format(pipe, pipe)))
    assert.equal("s3cret", options(pipe).api_key)
    local oauth2 = settings.options {
      client_id = "me", token_url = "https://id.example/t", client_secret_file = server.folder .. "/secret",
    }.oauth2
    assert.same({ server.folder .. "/secret", nil }, { oauth2.client_secret_file, oauth2.client_secret })
  end)

  it("are refused by the names that they were given by", function()
    local oauth2 = {
      CREDENCO_BASE_URL = "http://127.0.0.1:1", CREDENCO_TOKEN_URL = "http://127.0.0.1:1/t", CREDENCO_CLIENT_ID = "me",
      CREDENCO_PRIVATE_KEY_FILE = "/nowhere/key", CREDENCO_CLIENT_AUTH = "private_key_jwt",
    }
    local function said(...)
      local outcome = program.run({ "status", "order-1", ... }, oauth2)
      assert.equal(2, outcome.code)
      return outcome.err
    end
    assert.matches("CREDENCO_PRIVATE_KEY_FILE cannot be opened", said())
    assert.matches("%-%-private%-key%-file must be PEM", said("--private-key-file", server.folder .. "/secret"))
    assert.matches("%-%-client%-auth must be \"post\"", said("--client-auth", "tls"))
    assert.matches("%-%-private%-key%-file is for client_auth", said("--client-auth", "basic", "--client-secret-file",
      server.folder .. "/secret"))
    oauth2.CREDENCO_PRIVATE_KEY_FILE = nil
    assert.matches("%-%-private%-key%-file is missing", said())
  end)

  it("deliver to the wallets' host", function()
    local issuer, wallets = server:scenario(), server:scenario()
    local outcome = program.run({ "issue", "--wallet", "w", "--template", "t", "--wallet-base-url", wallets.url },
      { CREDENCO_BASE_URL = issuer.url, CREDENCO_API_KEY = "k" })
    assert.equal(0, outcome.code, outcome.err)
    assert.same({ 1, 0, 0, 1 }, {
      #issuer.requests "create", #issuer.requests "push", #wallets.requests "create", #wallets.requests "push",
    })
  end)

  it("bound how long it waits for an issue to end", function()
    local url = server:scenario({ status = { "unknown_status" } }).url
    local outcome = program.run({ "status", "order-1", "--wait", "--timeout", "3", "--json" },
      { CREDENCO_BASE_URL = url, CREDENCO_API_KEY = "k" })
    local err = cjson.decode(outcome.err).error
    assert.same({ 7, "timeout", "something_new" }, { outcome.code, err.code, err.status })
  end)

  it("wait for an issue to end as long as the help says", function()
    if faketime.missing() then return pending(faketime.missing()) end
    local said = program.run({ "status", "--help" }).out:match "%-%-timeout SECONDS.-%(default: (%d+)%)"
    local env = faketime.faster(20, { CREDENCO_BASE_URL = server:scenario({ status = { "unknown_status" } }).url,
      CREDENCO_API_KEY = "k" })
    local outcome, last
    for _ = 1, TRIES do
      outcome = program.run({ "status", "order-1", "--wait", "--verbose" }, env)
      assert.equal(7, outcome.code, outcome.err)
      for seconds in outcome.err:gmatch "([%d.]+) s: issue_status: request" do last = tonumber(seconds) end
      if last > said / 2 and last < said * 1.5 then return end
    end
    assert.equal(said, last, outcome.err)
  end)

  it("take a key without a byte-order mark, from wherever it comes", function()
    local marked = "\239\187\191the-key"
    files.write(server.folder .. "/marked", marked .. "\r\n")
    for name, given in pairs {
      variable = { { CREDENCO_API_KEY = marked } },
      file = { {}, "--api-key-file", server.folder .. "/marked" },
      ["standard input"] = { {}, "--api-key-file", "-" },
    } do
      local scenario = server:scenario()
      given[1].CREDENCO_BASE_URL = scenario.url
      local outcome = program.run({ "status", "order-1", given[2], given[3] }, given[1], marked .. "\r\n")
      assert.equal(0, outcome.code, outcome.err)
      assert.equal("the-key", scenario.requests("status")[1].headers["x-api-key"], name)
    end
  end)

  describe("over TLS", function()
    local authorities, secure

    setup(function()
      authorities = pki.create()
      secure = nginx.start {
        tls = authorities.leaf,
        server = ([[
          ssl_client_certificate %s;
          ssl_verify_client optional;
          default_type application/json;
          location / { return 200 '{"status":"issue_completed","revocation_uuid":"$ssl_client_s_dn"}'; }
        ]]):format(authorities.authority),
      }
    end)

    teardown(function()
      secure:stop()
      pki.remove(authorities)
    end)

    local function status(env, ...)
      env.CREDENCO_API_KEY = "k"
      env.CREDENCO_BASE_URL = ("https://127.0.0.1:%d"):format(secure.port)
      return program.run({ "status", "order-1", ... }, env).code
    end

    it("trust the CA certificates of a flag, or else of the environment", function()
      assert.equal(0, status({}, "--ca-file", authorities.authority))
      assert.equal(0, status { CREDENCO_CA_FILE = authorities.authority })
      assert.equal(0, status({ CREDENCO_CA_FILE = authorities.stranger }, "--ca-file", authorities.authority))
    end)

    it("show the certificate that flags name, or the environment", function()
      local pair = pki.client(authorities, "issuer-1")
      local locked = pki.lock(pair.key, "s3cret")
      local env = { CREDENCO_BASE_URL = ("https://127.0.0.1:%d"):format(secure.port), CREDENCO_API_KEY = "k",
        CREDENCO_CA_FILE = authorities.authority }
      local function said(...)
        local outcome = program.run({ "status", "1", "--json", ... }, env)
        return outcome.out .. outcome.err
      end
      assert.matches('"CN=issuer%-1"', said("--client-cert", pair.certificate, "--client-key", locked,
        "--client-key-passphrase-file", server.folder .. "/secret"))
      env.CREDENCO_CLIENT_CERT, env.CREDENCO_CLIENT_KEY = pair.certificate, locked
      env.CREDENCO_CLIENT_KEY_PASSPHRASE_FILE = server.folder .. "/secret"
      assert.matches('"CN=issuer%-1"', said())
      env.CREDENCO_CLIENT_CERT = "/nowhere/cert"
      assert.matches("CREDENCO_CLIENT_CERT cannot be opened", said())
    end)

    it("trust no other", function()
      assert.equal(7, status {})
      assert.equal(7, status { CREDENCO_CA_FILE = authorities.stranger })
    end)
  end)
end)
