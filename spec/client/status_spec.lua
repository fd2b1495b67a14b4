-- Asking for the status of an issue, and waiting for it to be final.
local cjson = require "cjson"
local credenco = require "credenco"
local issuing = require "spec.client.issuing"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local answering, new_client = issuing.answering, issuing.new_client

describe("the status of an issue", function()
  local server = Misbehaving.use()

  it("does not follow a status URI of another origin, and sends no key there", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:issue_status { correlation_id = "a b/c", status_uri = server.refused_url .. "/api/v2/issue/1" })
    assert.equal("/api/v2/issue/a%20b%2Fc", scenario.requests("status")[1].target)
  end)

  it("follows a status URI of its own origin", function()
    local scenario = server:scenario()
    local client = new_client(scenario)
    assert(client:issue_status { correlation_id = "a~b", status_uri = scenario.url .. "/api/v2/issue/a%7Eb" })
    assert.equal("/api/v2/issue/a%7Eb", scenario.requests("status")[1].target)
  end)

  it("keeps nothing for each way in which a server writes the origin", function()
    local urls = {}
    local transport = {
      send = function(_, request)
        urls[#urls + 1] = request.url
        return { status = 200, body = '{"status":"issue_completed"}' }
      end,
    }
    local client = credenco.new { base_url = "https://wallet.example/base", api_key = "k", transport = transport }
    for _, origin in ipairs { "https://wallet.example", "HTTPS://Wallet.EXAMPLE", "https://wallet.example:0000443" } do
      assert(client:issue_status { correlation_id = "1", status_uri = origin .. "/issue/1?a=b" })
    end
    local one = "https://wallet.example/issue/1?a=b"
    assert.same({ one, one, one }, urls)
  end)

  it("waits until the issue is completed", function()
    local created = answering '{"status":"issue_request_created","correlation_id":"1","revocation_uuid":"u"}'
    local scenario = server:scenario { status = { created, 503, created, "proper" } }
    local client = new_client(scenario, { retry = { base_ms = 1 } })
    local status = assert(client:wait_issued("1", { interval_ms = 1 }))
    assert.equal("issue_completed", status.status)
    assert.equal("0e2c1f62-3392-462e-a25e-483fa0e2a3a3", status.revocation_uuid)
    assert.equal(4, #scenario.requests("status"))
  end)

  it("has no revocation id that is none, and that no journal could hold", function()
    for _, id in ipairs { '"a\\u0000b"', '"\255"', '" "', "7" } do
      local scenario = server:scenario { status = { answering('{"status":"issue_completed","revocation_uuid":' .. id .. "}") } }
      local status = assert(new_client(scenario):issue_status "1")
      assert.equal("issue_completed", status.status)
      assert.is_nil(status.revocation_uuid)
    end
  end)

  it("reports an issue that failed", function()
    local scenario = server:scenario { status = { "issue_error" } }
    local status, err = new_client(scenario):wait_issued("1", { interval_ms = 1 })
    assert.is_nil(status)
    assert.equal("issue_failed", err.code)
    assert.equal("error", err.status)
  end)

  -- Asks until the deadline, which passes with the last of these answers, however slow the machine is.
  local function wait_with(answers)
    local now_ms, asked, early_ms = loop.now_ms, 0, 3600000
    local transport = { send = function()
      asked = asked + 1
      if asked == #answers then early_ms = 0 end
      local answer = answers[asked]
      if answer.code then return nil, answer end
      return answer
    end }
    loop.now_ms = function() return now_ms() - early_ms end
    finally(function() loop.now_ms = now_ms end)
    local client = credenco.new {
      base_url = "https://wallet.example", api_key = "k-s3cret", retry = { max_attempts = 1 }, transport = transport,
    }
    local status, err = client:wait_issued("1", { interval_ms = 1, timeout_ms = early_ms })
    assert.same({ nil, #answers }, { status, asked })
    return err
  end

  it("gives the last status when the deadline passes", function()
    local err = wait_with { { status = 200, body = '{"status":"something_new"}' } }
    assert.same({ "timeout", "something_new", "unknown" }, { err.code, err.status, err.sent })
  end)

  it("shows a status in a safe form", function()
    local said = "k-s3cret at https://a.example/b?c=1\n"
    local err = wait_with { { status = 200, body = cjson.encode { status = said } } }
    assert.equal("[redacted] at [URL]", err.status)
    assert.truthy(err.message:find("'[redacted] at [URL]", 1, true), err.message)
  end)

  it("cuts a long status between characters", function()
    for padding = 0, 1 do
      local said = ("x"):rep(padding) .. ("é"):rep(60)
      local scenario = server:scenario { status = { answering(cjson.encode { status = said }) } }
      local status = assert(new_client(scenario):issue_status "1").status
      assert.equal(said:sub(1, 100 - padding), status)
    end
    local plain = server:scenario { status = { answering(cjson.encode { status = ("x"):rep(101) }) } }
    assert.equal(("x"):rep(100), assert(new_client(plain):issue_status "1").status)
    local scenario = server:scenario { status = { answering '{"status":"caf\233 new"}' } }
    assert.equal("caf? new", assert(new_client(scenario):issue_status "1").status)
  end)

  it("says why when the deadline of waiting passes without any status", function()
    local err = wait_with { { code = "connect_failed", sent = "no" } }
    assert.same({ "connect_failed", "no" }, { err.code, err.sent })
  end)

  it("says what was wrong before the last request, which ended with the deadline", function()
    local err = wait_with { { status = 503, body = "" }, { code = "timeout", sent = "unknown" } }
    assert.equal("server_error", err.code)
  end)

  it("knows its own correlation id when it comes as a number", function()
    for id, sent in pairs { ["12345678901234567890"] = true, ["1000000000000000"] = true, ["7"] = true, ["2"] = "1.5" } do
      local body = '{"status":"issue_completed","correlation_id":' .. (sent == true and id or sent) .. "}"
      local status = new_client(server:scenario { status = { answering(body) } }):issue_status(id)
      assert.equal(sent == true, status ~= nil, id)
    end
  end)

  it("takes a deadline of its own for a status", function()
    local deadline_ms
    local client = credenco.new { base_url = "https://wallet.example", api_key = "k", transport = {
      send = function(_, request)
        deadline_ms = request.deadline_ms
        return { status = 200, body = '{"status":"issue_completed"}' }
      end,
    } }
    local before_ms = loop.now_ms()
    assert(client:issue_status("1", { timeout_ms = 3600000 }))
    local after_ms = loop.now_ms()
    assert.is_true(deadline_ms >= before_ms + 3600000 and deadline_ms <= after_ms + 3600000)
    local scenario = server:scenario { status = { "hang" } }
    local status, err = new_client(scenario):issue_status("1", { timeout_ms = 50 })
    assert.same({ nil, "timeout" }, { status, err.code })
    assert.has_error(function() client:issue_status("1", { timeout = 50 }) end,
      "issue_status: unknown option 'timeout', did you mean 'timeout_ms'?")
  end)

  it("refuses a status URI that is not text", function()
    local client = new_client(server:scenario())
    for _, call in ipairs { "issue_status", "wait_issued" } do
      assert.has_error(function() client[call](client, { correlation_id = "1", status_uri = true }) end,
        call .. ": status_uri must be string, not boolean")
    end
  end)
end)
