-- The configurations in docs/nginx.md and docs/webhook.md run as they are, and the table there names the webhook's options.
local cjson = require "cjson"
local hex = require "credenco.base.hex"
local hmac = require "openssl.hmac"
local http = require "spec.sandbox.http"
local pages = require "spec.support.pages"
local wait = require "spec.support.wait"
local webhook = require "credenco.webhook"
local worker = require "spec.nginx.worker"
local World = require "spec.sandbox.world"

local SECRET = "webhook-secret"

local function configuration(page)
  local in_http, in_server = pages.examples(page, "nginx")[1].code:match "^# in http\n(.*)\n# in server\n(.*)$"
  return { http = in_http, server = in_server }
end

describe("the documentation of nginx", function()
  local world = World.use()
  local inside

  after_each(function()
    if inside then inside:stop() end
    inside = nil
  end)

  local function start(page)
    local code = configuration(page)
    inside = worker.start {
      http = code.http:gsub("https://wallet%.credenco%.com", world.base_url)
        :gsub('api_key = "%.%.%."', ("api_key = %q"):format(world.server.api_key))
        :gsub('secret = "%.%.%."', ("secret = %q"):format(SECRET)),
      server = code.server,
    }
  end

  it("issues from a location", function()
    start "docs/nginx.md"
    local wallet = world:new_wallet()
    local url = ("%s/issue?wallet=%s&id=90004760&name=CoolSoft%%20B.V."):format(inside.url, wallet)
    local answer = assert(http.request { method = "GET", url = url })
    assert.matches("^%x+%-%x+%-4", answer.body)
    local credentials = world:wallet(wallet).credentials
    assert.same({ 1, "CoolSoft B.V." }, { #credentials, credentials[1].claims.name })
  end)

  it("takes wallet events", function()
    start "docs/webhook.md"
    local wallet = world:new_wallet {}
    local body, now = cjson.encode { walletExternalKey = wallet }, os.time()
    local answer = assert(http.request {
      method = "POST", url = inside.url .. "/events", body = body,
      headers = {
        ["ce-specversion"] = "1.0", ["ce-id"] = "e-1", ["ce-type"] = "wallet.created", ["ce-source"] = "spec",
        ["x-credenco-signature"] = ("t=%d,v1=%s"):format(now, hex.encode(hmac.new(SECRET, "sha256"):final(now .. "." .. body))),
      },
    })
    assert.equal(204, answer.status)
    local function trusting() return #world:wallet(wallet).trusted_contacts == 1 end
    assert.is_true(wait.until_true(trusting))
  end)

  it("names the webhook's options", function()
    local table_of_options = pages.chapter("docs/webhook.md", "Options")
    local documented, wanted = {}, {}
    for name in table_of_options:gmatch "\n| `([%w_]+)` |" do documented[#documented + 1] = name end
    for name in pairs(webhook.SPEC) do wanted[#wanted + 1] = name end
    table.sort(documented)
    table.sort(wanted)
    assert.same(wanted, documented)
  end)
end)
