-- The program against a server that misbehaves: what it says, and with which code it ends.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local program = require "spec.cli.program"

local SENT_S = "3" -- by then the request was sent, even if the machine stands still for two seconds
local OFFER = "https://issuer.example/offers/top-secret"

describe("the program against a server that misbehaves", function()
  local server = Misbehaving.use()

  local function run(url, arguments, stdin)
    return program.run(arguments, { CREDENCO_BASE_URL = url, CREDENCO_API_KEY = "key-top-secret" }, stdin)
  end

  local function issue_at(url)
    return run(url, { "issue", "--wallet", "w", "--template", "t", "--correlation-id", "order-1",
      "--claim", "a=claim-top-secret", "--timeout", SENT_S, "--json" })
  end

  local function trust_at(url)
    return run(url, { "trust", "--wallet", "w", "--did", "did:web:x", "--name", "n", "--timeout", SENT_S, "--json" })
  end

  -- script, exit code, error code, step, sent
  local ISSUES = {
    ["a key that is refused"] = { { create = { 401 } }, 3, "unauthorized", "create_offer", "rejected" },
    ["a role that is missing"] = { { create = { 403 } }, 3, "forbidden", "create_offer", "rejected" },
    ["a template nobody knows"] = { { create = { 404 } }, 4, "not_found", "create_offer", "rejected" },
    ["claims that are refused"] = { { create = { 422 } }, 4, "rejected", "create_offer", "rejected" },
    ["an answer in HTML"] = { { create = { "html" } }, 4, "bad_response", "create_offer", "unknown" },
    ["a first call without an answer"] = { { create = { "hang" } }, 7, "timeout", "create_offer", "unknown" },
    ["a wallet nobody knows"] = { { push = { 404 } }, 4, "not_found", "push_offer", "rejected" },
    ["a delivery without an answer"] = { { push = { "hang" } }, 5, "timeout", "push_offer", "unknown" },
    ["a delivery through a gateway that lost the answer"] = {
      { push = { 504 } }, 5, "server_error", "push_offer", "unknown",
    },
  }

  for name, case in pairs(ISSUES) do
    it(("ends with %d after %s"):format(case[2], name), function()
      local outcome = issue_at(server:scenario(case[1]).url)
      local err = cjson.decode(outcome.err).error
      assert.same({ case[2], "", case[3], case[4], case[5], "order-1" },
        { outcome.code, outcome.out, err.code, err.step, err.sent, err.correlation_id })
      assert.is_nil(outcome.err:find("top-secret", 1, true), outcome.err)
    end)
  end

  it("ends with 7 when no server listens", function()
    local outcome = issue_at(server.refused_url)
    assert.same({ 7, "connect_failed" }, { outcome.code, cjson.decode(outcome.err).error.code })
  end)

  it("ends with 5 when a trusted contact may have been made", function()
    local outcome = trust_at(server:scenario({ trust = { "hang" } }).url)
    assert.same({ 5, "unknown" }, { outcome.code, cjson.decode(outcome.err).error.sent })
  end)

  it("prints a trusted contact's number exactly, however large it is", function()
    local scenario = server:scenario { trust = { {
      act = "answer", status = 201, headers = { ["content-type"] = "application/json" }, body = '{"id":9007199254740993}',
    } } }
    local outcome = trust_at(scenario.url)
    assert.equal(0, outcome.code, outcome.err)
    assert.equal("9007199254740993", cjson.decode(outcome.out).id)
  end)

  it("tells people in one line", function()
    local outcome = run(server:scenario({ create = { 401 } }).url,
      { "issue", "--wallet", "w", "--template", "t" })
    assert.matches("^credenco: [^\n]+\n$", outcome.err)
    assert.equal("", outcome.out)
  end)

  it("does not repeat the offer it could not deliver", function()
    local url = server:scenario({ push = { "echo_refusal" } }).url
    local outcome = run(url, { "push", "--wallet", "w", "--json" }, OFFER)
    assert.equal(4, outcome.code)
    assert.is_nil(outcome.err:find("top-secret", 1, true), outcome.err)
  end)

  it("sends claims exactly as they come in on standard input", function()
    local scenario = server:scenario()
    local claims = '{"n":9007199254740992,"x":0.1,"list":[],"map":{},"none":null,"s":"\195\169/"}'
    local outcome = run(scenario.url, { "issue", "--wallet", "w", "--template", "t", "--claims-json", "-" }, claims)
    assert.equal(0, outcome.code, outcome.err)
    local body = scenario.requests("create")[1].body
    for _, part in ipairs { '"n":9007199254740992', '"x":0.1', '"list":[]', '"map":{}', '"none":null' } do
      assert.is_truthy(body:find(part, 1, true), part .. " is not in " .. body)
    end
    assert.equal("\195\169/", cjson.decode(body).claims.s)
  end)

  it("refuses claims the library cannot send exactly, with the path to them", function()
    local scenario = server:scenario()
    local outcome = run(scenario.url,
      { "issue", "--wallet", "w", "--template", "t", "--claims-json", "-" }, '{"a":{"b":9007199254740994}}')
    assert.equal(2, outcome.code)
    assert.matches("claims%.a%.b: ", outcome.err)
    assert.equal(0, #scenario.requests())
  end)

  it("shows every request, response and wait with --verbose, and no secret", function()
    local busy = { act = "answer", status = 503, headers = { ["retry-after"] = "1" }, body = "" }
    local script = { create = { busy, "proper" }, push = { "close", "proper" } }
    local arguments = { "issue", "--wallet", "w", "--template", "t", "--correlation-id", "order-1",
      "--claim", "a=claim-top-secret", "--verbose" }
    local outcome = run(server:scenario(script).url, arguments)
    assert.equal(0, outcome.code, outcome.err)
    local lines, seen = {}, outcome.err:gsub("%d+%.%d+ s", "T"):gsub("%d+ ms", "N ms")
    for line in seen:gmatch "credenco: T: ([^\n]*) %[correlation_id order%-1%]\n" do
      if not line:find "^push_offer: waits" then lines[#lines + 1] = line end -- it may be for no time at all
    end
    assert.same({
      "create_offer: request", "create_offer: HTTP 503 after N ms", "create_offer: waits N ms before the next attempt",
      "create_offer: request", "create_offer: HTTP 201 after N ms",
      "push_offer: request", "push_offer: no response after N ms: connect_failed, sent unknown",
      "push_offer: request", "push_offer: HTTP 201 after N ms",
    }, lines)
    arguments[#arguments + 1] = "--json"
    local as_json = run(server:scenario(script).url, arguments)
    local events = {}
    for line in as_json.err:gmatch "[^\n]+" do
      local event = cjson.decode(line).event
      if event.type ~= "wait" or event.step == "create_offer" then events[#events + 1] = event.type end
    end
    assert.same({ "request", "response", "wait", "request", "response", "request", "lost", "request", "response" }, events)
    assert.is_nil((outcome.err .. as_json.err):find("top-secret", 1, true))
  end)

  it("sends the API key with the first call and not with the delivery", function()
    local scenario = server:scenario()
    assert.equal(0, issue_at(scenario.url).code)
    assert.equal("key-top-secret", scenario.requests("create")[1].headers["x-api-key"])
    assert.is_nil(scenario.requests("push")[1].headers["x-api-key"])
  end)

  it("keeps the offer it could not deliver in the named file, to deliver the same one again", function()
    local path = server.folder .. "/offer"
    local scenario = server:scenario { push = { 504, 504, 504, "proper" } }
    local outcome = run(scenario.url, { "issue", "--wallet", "w", "--template", "t", "--keep-offer", path })
    assert.equal(5, outcome.code, outcome.err)
    assert.matches("^the offer is kept in " .. path:gsub("%p", "%%%0") .. "\ncredenco: push_offer: ", outcome.err)
    assert.equal(0, run(scenario.url, { "push", "--wallet", "w", "--from", path }).code)
    local pushes = scenario.requests "push"
    assert.equal(4, #pushes)
    assert.equal(pushes[1].target, pushes[4].target)
    assert.equal(1, #scenario.requests "create")
  end)

  it("keeps the server's request URI if it has no usable offer", function()
    local path = server.folder .. "/by-value"
    local by_value = "openid-credential-offer://?credential_offer=%7B%7D"
    local scenario = server:scenario { create = { {
      act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
      body = cjson.encode { request_uri = by_value },
    } } }
    local outcome = run(scenario.url, { "issue", "--wallet", "w", "--template", "t", "--keep-offer", path })
    assert.equal(4, outcome.code, outcome.err)
    assert.matches("%[offer_by_value", outcome.err)
    assert.equal(by_value .. "\n", files.read(path))
  end)

  -- One kind for each option that names a file to be written.
  it("sends nothing when a file that is to be written is there, or cannot be written", function()
    local there = server.folder .. "/there"
    files.write(there, "precious")
    for _, command in ipairs { { "issue", "--wallet", "w", "--keep-offer" }, { "offer", "--qr-code" } } do
      for path, problem in pairs { [there] = "exists already: name another file, or give --force",
        [server.folder .. "/no/such"] = "cannot write " .. server.folder .. "/no/such: No such file or directory" } do
        local scenario = server:scenario()
        local arguments = { (table.unpack or unpack)(command) } -- luacheck: ignore
        for _, argument in ipairs { path, "--template", "t" } do arguments[#arguments + 1] = argument end
        local outcome = run(scenario.url, arguments)
        assert.same({ 2, 0 }, { outcome.code, #scenario.requests() }, outcome.err)
        assert.truthy(outcome.err:find(problem, 1, true), outcome.err)
      end
    end
    assert.equal("precious", files.read(there))
    local scenario = server:scenario { push = { 404 } }
    run(scenario.url, { "issue", "--wallet", "w", "--template", "t", "--keep-offer", there, "--force" })
    assert.matches("^https?://", files.read(there))
  end)

  it("keeps no offer when none was created", function()
    local path = server.folder .. "/no-offer"
    local url = server:scenario({ create = { 403 } }).url
    run(url, { "issue", "--wallet", "w", "--template", "t", "--keep-offer", path })
    assert.is_nil(files.read(path))
  end)

  for _, behaviour in ipairs { "binary_refusal", "long_refusal" } do
    it("gives valid JSON after a " .. behaviour, function()
      local outcome = issue_at(server:scenario({ create = { behaviour } }).url)
      assert.same({ 4, "rejected" }, { outcome.code, cjson.decode(outcome.err).error.code })
    end)
  end

  it("lets no server write control bytes to a terminal, or break its JSON", function()
    local scenario = server:scenario { status = { {
      act = "answer", status = 200, headers = { ["content-type"] = "application/json" },
      body = '{"status":"\255\\u001b[31m","revocation_uuid":"a\\nb"}',
    } } }
    local outcome = run(scenario.url, { "status", "order-1" })
    assert.equal("status: ??[31m\ncorrelation_id: order-1\n", outcome.out)
    outcome = run(scenario.url, { "status", "order-1", "--json" })
    assert.same({ status = "??[31m", correlation_id = "order-1" }, cjson.decode(outcome.out))
  end)

  it("shows no secret in its command line while it runs", function()
    local scenario = server:scenario { push = { "hang" } }
    local run_ = program.start({ "push", "--wallet", "w", "--timeout", SENT_S }, { CREDENCO_BASE_URL = scenario.url })
    run_:finish_input(OFFER)
    local shown = files.read("/proc/" .. run_.pid .. "/cmdline")
    assert.matches("push", shown)
    assert.is_nil(shown:find("top-secret", 1, true))
    assert.equal(5, run_:finish().code)
  end)
end)
