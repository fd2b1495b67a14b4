-- The real program against the real sandbox.
local cjson = require "cjson"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local World = require "spec.sandbox.world"

local CLAIMS = {
  "--claim", "id=90004760", "--claim", "name=CoolSoft B.V.",
  "--claim", "issuing_authority=Credenco", "--claim", "issuing_country=NL",
}
local API_KEY = "sandbox-api-key"

describe("the program against the sandbox", function()
  local world, env, folder

  setup(function()
    world = World.start()
    folder = files.temporary_folder()
  end)

  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  before_each(function()
    env = { CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = API_KEY }
  end)

  local function file(name, content)
    local path = folder .. "/" .. name
    files.write(path, content)
    return path
  end

  local function run(arguments, stdin)
    return program.run(arguments, env, stdin)
  end

  local function with_claims(...)
    local arguments = { ... }
    for _, argument in ipairs(CLAIMS) do
      arguments[#arguments + 1] = argument
    end
    return arguments
  end

  local function done(outcome)
    assert.equal(0, outcome.code, outcome.err)
    return outcome
  end

  local function json_of(outcome)
    return cjson.decode(done(outcome).out)
  end

  local function credentials_of(wallet)
    return world:wallet(wallet).credentials
  end

  local function make_offer()
    return done(run(with_claims("offer", "--template", "ebw_oid"))).out:match "^(%S+)\n$"
  end

  describe("issue", function()
    it("puts a credential into a wallet that trusts the issuer", function()
      local wallet = world:new_wallet()
      local outcome = done(run(with_claims("issue", "--wallet", wallet, "--template", "ebw_oid",
        "--correlation-id", "order-1")))
      assert.equal(("correlation_id: order-1\nstatus_uri: %s/api/v2/issue/order-1\nhttp_status: 201\n")
        :format(world.base_url), outcome.out)
      assert.equal("delivered; the wallet keeps the credential if it trusts the issuer\n", outcome.err)
      assert.equal("CoolSoft B.V.", credentials_of(wallet)[1].claims.name)
    end)

    it("ends in the same way when the wallet discards the credential", function()
      local outcome = done(run(with_claims("issue", "--wallet", world.wary, "--template", "ebw_oid",
        "--correlation-id", "order-2")))
      assert.matches("http_status: 201\n$", outcome.out)
      assert.equal(0, #credentials_of(world.wary))
    end)

    it("gives JSON to programs, and nothing else", function()
      local outcome = run(with_claims("issue", "--wallet", world.trusting, "--template", "ebw_oid",
        "--correlation-id", "order-3", "--json"))
      assert.same({
        correlation_id = "order-3", http_status = 201, status_uri = world.base_url .. "/api/v2/issue/order-3",
      }, json_of(outcome))
      assert.equal("", outcome.err)
    end)

    it("makes a correlation id when none is given", function()
      local outcome = run(with_claims("issue", "--wallet", world.trusting, "--template", "ebw_oid", "--json"))
      assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", json_of(outcome).correlation_id)
    end)

    it("takes both kinds of claims together", function()
      local wallet = world:new_wallet()
      done(run({ "issue", "--wallet", wallet, "--template", "ebw_oid",
        "--claims-json", file("claims.json", '{"id":"90004760","issuing_authority":"C","issuing_country":"NL"}'),
        "--claim", "name=a=b" }))
      local claims = credentials_of(wallet)[1].claims
      assert.same({ "90004760", "a=b" }, { claims.id, claims.name })
    end)
  end)

  describe("offer and push", function()
    it("hand an offer over through a pipe", function()
      local wallet = world:new_wallet()
      local offer = run(with_claims("offer", "--template", "ebw_oid", "--correlation-id", "order-4"))
      assert.matches("^" .. world.base_url:gsub("%p", "%%%0") .. "/%S+\n$", offer.out)
      assert.equal("correlation_id: order-4\n", offer.err)
      local push = done(run({ "push", "--wallet", wallet }, offer.out))
      assert.equal("http_status: 201\n", push.out)
      assert.equal(1, #credentials_of(wallet))
    end)

    it("hand an offer over in a file", function()
      local wallet = world:new_wallet()
      local path = file("offer", make_offer() .. "\r\n")
      assert.equal(201, json_of(run { "push", "--wallet", wallet, "--from", path, "--json" }).http_status)
      assert.equal(1, #credentials_of(wallet))
    end)

    it("leave it in the inbox when asked to", function()
      local wallet = world:new_wallet()
      local push = done(run({ "push", "--wallet", wallet, "--inbox" }, make_offer()))
      assert.equal("delivered to the inbox\n", push.err)
      assert.equal(0, #credentials_of(wallet))
      assert.equal(1, #world:wallet(wallet).inbox)
    end)

    it("push without credentials", function()
      local offer = make_offer()
      env.CREDENCO_API_KEY = nil
      done(run({ "push", "--wallet", world.trusting }, offer))
    end)

    it("offer gives everything about the offer as JSON", function()
      local offer = json_of(run(with_claims("offer", "--template", "ebw_oid", "--correlation-id", "order-5", "--json")))
      assert.equal("order-5", offer.correlation_id)
      assert.matches("^openid%-credential%-offer://", offer.request_uri)
      local outcome = run({ "offer-uri" }, offer.request_uri)
      assert.equal(offer.offer_uri .. "\n", done(outcome).out)
    end)

    it("offer prints the URL of the redirect", function()
      local outcome = done(run(with_claims("offer", "--template", "ebw_oid",
        "--request-uri-base", "https://customerwallet.com/")))
      assert.matches("^https://customerwallet%.com/%?credential_offer_uri=%S+\n$", outcome.out)
    end)
  end)

  describe("status", function()
    it("tells how far an issue is", function()
      local issued = json_of(run(with_claims("issue", "--wallet", world.trusting, "--template", "ebw_oid", "--json")))
      local outcome = done(run { "status", issued.correlation_id })
      assert.matches("^status: %S+\ncorrelation_id: " .. issued.correlation_id:gsub("%-", "%%-") .. "\n", outcome.out)
    end)

    it("waits until it is done", function()
      local issued = json_of(run(with_claims("issue", "--wallet", world.trusting, "--template", "ebw_oid", "--json")))
      local status = json_of(run { "status", issued.correlation_id, "--wait", "--timeout", "10", "--json" })
      assert.equal("issue_completed", status.status)
    end)

    it("is refused for an unknown id", function()
      local outcome = run { "status", "nobody-knows", "--json" }
      local err = cjson.decode(outcome.err).error
      assert.same({ 4, "", "not_found", "issue_status", 404 },
        { outcome.code, outcome.out, err.code, err.step, err.http_status })
    end)
  end)

  describe("trust", function()
    it("makes a wallet keep a credential that it would discard", function()
      local wallet = world:new_wallet {}
      local contact = json_of(run { "trust", "--wallet", wallet, "--did", world.server.issuer_did,
        "--name", "Credenco", "--json" })
      assert.equal(world.server.issuer_did, contact.did)
      done(run(with_claims("issue", "--wallet", wallet, "--template", "ebw_oid")))
      assert.equal(1, #credentials_of(wallet))
    end)

    it("prints the contact's number as one", function()
      local wallet = world:new_wallet {}
      local outcome = run { "trust", "--wallet", wallet, "--did", world.server.issuer_did, "--name", "Credenco" }
      assert.matches("^id: %d+\n", outcome.out)
    end)

    it("can leave direct issue out", function()
      local wallet = world:new_wallet {}
      done(run { "trust", "--wallet", wallet, "--did", world.server.issuer_did, "--name", "Credenco",
        "--no-direct-issue" })
      done(run(with_claims("issue", "--wallet", wallet, "--template", "ebw_oid")))
      assert.equal(0, #credentials_of(wallet))
    end)
  end)

  describe("settings", function()
    local function status_with(arguments)
      local all = { "status", "nobody-knows" }
      for _, argument in ipairs(arguments) do
        all[#all + 1] = argument
      end
      return run(all).code
    end

    local AUTHENTICATED, REFUSED = 4, 3

    it("take the API key from a file", function()
      env.CREDENCO_API_KEY = nil
      env.CREDENCO_API_KEY_FILE = file("key", API_KEY .. "\n")
      assert.equal(AUTHENTICATED, status_with {})
    end)

    it("take a flag before the environment", function()
      env.CREDENCO_API_KEY = "wrong"
      assert.equal(REFUSED, status_with {})
      assert.equal(AUTHENTICATED, status_with { "--api-key-file", file("key", API_KEY) })
      env.CREDENCO_BASE_URL = "http://127.0.0.1:1"
      assert.equal(AUTHENTICATED, status_with { "--base-url", world.base_url, "--api-key-file", file("key", API_KEY) })
    end)

    it("send the API key as a bearer token when asked to", function()
      assert.equal(AUTHENTICATED, status_with { "--auth-scheme", "bearer" })
    end)

    it("take an OAuth2 client from the environment", function()
      env.CREDENCO_API_KEY = nil
      env.CREDENCO_CLIENT_ID = world.server.client_id
      env.CREDENCO_CLIENT_SECRET_FILE = file("secret", world.server.client_secret .. "\n")
      env.CREDENCO_TOKEN_URL = world.server.token_url
      assert.equal(AUTHENTICATED, status_with {})
    end)

    it("take an OAuth2 client from flags, over the environment's API key", function()
      env.CREDENCO_API_KEY = "wrong"
      assert.equal(AUTHENTICATED, status_with {
        "--client-id", world.server.client_id, "--client-secret-file", file("secret", world.server.client_secret),
        "--token-url", world.server.token_url,
      })
    end)

    it("end with the code for authentication when the client is refused", function()
      assert.equal(REFUSED, status_with {
        "--client-id", world.server.client_id, "--client-secret-file", file("secret", "wrong"),
        "--token-url", world.server.token_url,
      })
    end)
  end)
end)
