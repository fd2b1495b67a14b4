-- `credenco webhook send` and the same with curl, against the webhook in a real nginx.
local cjson = require "cjson"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local wait = require "spec.support.wait"
local worker = require "spec.nginx.worker"

local SECRET = "a-secret-of-the-webhook"

local HTTP = [[
  lua_shared_dict events 1m;
  lua_shared_dict other 1m;
  lua_shared_dict notes 1m;
  init_by_lua_block {
    local function note(event)
      ngx.shared.notes:set(event.id, require("cjson").encode(event))
      return true
    end
    local new = require("credenco.webhook").new
    events = new { secret = "a-secret-of-the-webhook", dict = "events", handler = note }
    other = new {
      secret = "a-secret-of-the-webhook", dict = "other", handler = note, signature_header = "x-signed", signature_name = "s",
    }
  }
  init_worker_by_lua_block { events:start() other:start() }
]]

local SERVER = [[
  location = /events { content_by_lua_block { events:receive() } }
  location = /other { content_by_lua_block { other:receive() } }
  location = /busy { return 503 "come again"; }
  location = /moved { return 302 /events; }
  location = /slow { content_by_lua_block { ngx.shared.notes:set("slow", true) ngx.sleep(20) } }
]]

describe("credenco webhook send", function()
  local inside, folder

  setup(function()
    inside = worker.start { http = HTTP, server = SERVER }
    folder = files.temporary_folder()
    files.write(folder .. "/secret", SECRET .. "\n")
    files.write(folder .. "/data.json", '{"walletExternalKey":"w-1","n":[]}')
  end)
  teardown(function()
    inside:stop()
    files.remove_folder(folder)
  end)

  local function send(path, ...)
    local url = path:find "^http" and path or inside.url .. path
    return program.run({ "webhook", "send", url, ... }, { CREDENCO_WEBHOOK_SECRET = SECRET })
  end

  local function taken(id)
    local noted
    wait.until_true(function()
      noted = inside:run("return ngx.shared.notes:get(...)", id)
      return noted ~= nil
    end)
    return cjson.decode(noted)
  end

  it("sends the same as the service, in binary mode", function()
    local outcome = send "/events"
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    local id = outcome.out:match "\nid: (%S+)\n"
    assert.equal(([[
http_status: 204
id: %s
type: com.credenco.businesswallet.wallet.created.v1
mode: binary
]]):format(id), outcome.out)
    local event = taken(id)
    assert.matches("^%x+%-%x+%-4", event.data.walletExternalKey)
    assert.same({ "1.0", "/credenco/webhook/send" }, { event.specversion, event.source })
  end)

  it("sends the given event, in structured mode, with a secret from a file, and reports it in JSON", function()
    local outcome = program.run {
      "webhook", "send", inside.url .. "/other", "--secret-file", folder .. "/secret", "--structured", "--json",
      "--id", "order é", "--type", "t", "--source", "/s", "--data", folder .. "/data.json",
      "--signature-header", "x-signed", "--signature-name", "s",
    }
    assert.equal("", outcome.err)
    assert.same({ http_status = 204, id = "order é", type = "t", mode = "structured" }, cjson.decode(outcome.out))
    local event = taken "order é"
    assert.same({ "t", "/s", "w-1" }, { event.type, event.source, event.data.walletExternalKey })
  end)

  it("sends the same event again, which is accepted once", function()
    for _ = 1, 2 do assert.equal(0, send("/events", "--id", "twice", "--data", folder .. "/data.json").code) end
  end)

  local failing = {
    { "a signature that is refused", 3, "unauthorized.*the signature cannot be read", "/events", "--signature-name", "v2" },
    { "no signature where it is looked for", 3, "refused the signature.*is not signed", "/other" },
    { "an address without a webhook", 4, "no webhook at this address", "/nothing" },
    { "a webhook that is busy", 4, "could not accept the event now %(HTTP 503%).*come again", "/busy" },
    { "a webhook that does not respond", 7, "no complete response within the deadline", "/slow", "--timeout", "3" },
    { "a port where nobody listens", 7, "could not connect", "http://127.0.0.1:1/events" },
    { "plain http to elsewhere", 2, "the URL must be https", "http://hooks.example/events" },
    { "a URL that is none", 2, "the URL must be an absolute", "http:/events" },
    { "the secret as an argument", 2, "secrets are never arguments, use CREDENCO_WEBHOOK_SECRET or %-%-secret%-file",
      "/events", "--secret", "shown" },
    { "an empty id", 2, "%-%-id is empty", "/events", "--id", "" },
    { "a header that is none", 2, "%-%-signature%-header must be", "/events", "--signature-header", "a b" },
    { "a name with a comma", 2, "%-%-signature%-name must be", "/events", "--signature-name", "a,b" },
  }
  for _, case in ipairs(failing) do
    it(("ends with %d after %s"):format(case[2], case[1]), function()
      local outcome = send((table.unpack or unpack)(case, 4))
      assert.same({ case[2], "" }, { outcome.code, outcome.out })
      assert.matches(case[3], outcome.err)
      assert.is_nil(outcome.err:find(SECRET, 1, true))
    end)
  end

  it("says in JSON whether the event may have been accepted, and takes no redirect for that", function()
    for path, expected in pairs {
      ["/moved"] = { 4, "rejected", "rejected", 302 }, ["/nothing"] = { 4, "not_found", "rejected", 404 },
      ["/busy"] = { 4, "server_error", "unknown", 503 },
    } do
      local outcome = send(path, "--json")
      assert.equal(expected[1], outcome.code, outcome.out)
      local err = cjson.decode(outcome.err).error
      assert.same(expected, { outcome.code, err.code, err.sent, err.http_status }, path)
      assert.equal("", outcome.out)
    end
  end)

  it("ends with 2 without a secret, and with data that are no JSON", function()
    local without = program.run { "webhook", "send", inside.url .. "/events" }
    assert.same({ 2, "" }, { without.code, without.out })
    assert.matches("no secret: set CREDENCO_WEBHOOK_SECRET, or give %-%-secret%-file", without.err)
    local wrong = program.run({ "webhook", "send", inside.url .. "/events", "--data", "-" },
      { CREDENCO_WEBHOOK_SECRET = SECRET }, '{"a":')
    assert.equal(2, wrong.code)
    assert.matches("%-%-data: line 1, column 6", wrong.err)
  end)

  it("ends with 130 after a Ctrl-C, and says that the event may have been accepted", function()
    inside:run [[ ngx.shared.notes:delete "slow" ]]
    local run = program.start({ "webhook", "send", inside.url .. "/slow" }, { CREDENCO_WEBHOOK_SECRET = SECRET })
    wait.until_true(function() return inside:run [[return ngx.shared.notes:get "slow"]] end)
    run:kill "sigint"
    local outcome = run:finish()
    assert.same({ 130, "" }, { outcome.code, outcome.out })
    assert.matches("interrupted", outcome.err)
  end)

  for mode in pairs { binary = true, structured = true } do
    it("is what docs/webhook.md does with curl, in " .. mode .. " mode", function()
      local script = assert(files.read "docs/webhook.md"):match("\n```sh\n(# " .. mode .. ".-)```\n")
      files.write(folder .. "/curl.sh", (script:gsub("http://127%.0%.0%.1:8080", (inside.url:gsub("%%", "%%%%")))))
      local outcome = program.run_command("/bin/sh", { folder .. "/curl.sh" }, { CREDENCO_WEBHOOK_SECRET = SECRET })
      assert.matches("HTTP/1.1 204", outcome.out .. outcome.err)
      assert.equal("w-1", taken("by-curl-" .. mode).data.walletExternalKey)
    end)
  end
end)
