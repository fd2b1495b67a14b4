-- What each setting does to the requests the program sends.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local program = require "spec.cli.program"

describe("the program's settings", function()
  local server, folder

  setup(function()
    server = Misbehaving.start()
    folder = files.temporary_folder()
    files.write(folder .. "/secret", "s3cret\n")
  end)

  teardown(function()
    server:stop()
    files.remove_folder(folder)
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
      CREDENCO_CLIENT_ID = "me", CREDENCO_CLIENT_SECRET_FILE = folder .. "/secret",
    })
    assert.equal("grant_type=client_credentials&client_id=me&client_secret=s3cret&scope=issue%20status",
      scenario.requests("token")[1].body)
    assert.equal("Bearer token-1", scenario.requests("status")[1].headers.authorization)
  end)

  it("deliver to where the wallets are", function()
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
    local outcome = program.run({ "status", "order-1", "--wait", "--timeout", "0.3", "--json" },
      { CREDENCO_BASE_URL = url, CREDENCO_API_KEY = "k" })
    local err = cjson.decode(outcome.err).error
    assert.same({ 7, "timeout", "something_new" }, { outcome.code, err.code, err.status })
  end)

  describe("over TLS", function()
    local authorities, secure

    setup(function()
      authorities = pki.create()
      secure = nginx.start {
        tls = authorities.leaf,
        server = [[location / { default_type application/json; return 200 '{"status":"issue_completed"}'; }]],
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

    it("trust the authority of a flag, or else of the environment", function()
      assert.equal(0, status({}, "--ca-file", authorities.authority))
      assert.equal(0, status { CREDENCO_CA_FILE = authorities.authority })
      assert.equal(0, status({ CREDENCO_CA_FILE = authorities.stranger }, "--ca-file", authorities.authority))
    end)

    it("trust no other", function()
      assert.equal(7, status {})
      assert.equal(7, status { CREDENCO_CA_FILE = authorities.stranger })
    end)
  end)
end)
