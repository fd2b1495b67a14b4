-- The README's configurations for nginx run as they are, and its table names the webhook's options.
local cjson = require "cjson"
local hmac = require "openssl.hmac"
local files = require "spec.support.files"
local http = require "spec.sandbox.http"
local wait = require "spec.support.wait"
local webhook = require "credenco.webhook"
local worker = require "spec.nginx.worker"
local World = require "spec.sandbox.world"

local PATIENCE_MS = 20000
local SECRET = "webhook-secret"

local README = assert(files.read "README.md")

local function configurations()
  local list = {}
  for code in README:gmatch "\n```nginx\n# in http\n(.-)\n```" do
    local in_http, in_server = code:match "^(.*)\n# in server\n(.*)$"
    list[#list + 1] = { http = in_http, server = in_server }
  end
  return list
end

local function hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

describe("the README's chapter on nginx", function()
  local world, inside

  setup(function() world = World.start() end)
  teardown(function() world:stop() end)
  after_each(function()
    if inside then inside:stop() end
    inside = nil
  end)

  local function start(number)
    local code = configurations()[number]
    inside = worker.start {
      http = code.http:gsub("https://wallet%.credenco%.com", world.base_url)
        :gsub('api_key = "%.%.%."', ("api_key = %q"):format(world.server.api_key))
        :gsub('secret = "%.%.%."', ("secret = %q"):format(SECRET)),
      server = code.server,
    }
  end

  it("issues from a location", function()
    start(1)
    local wallet = world:new_wallet()
    local url = ("%s/issue?wallet=%s&id=90004760&name=CoolSoft%%20B.V."):format(inside.url, wallet)
    local answer = assert(http.request { method = "GET", url = url })
    assert.matches("^%x+%-%x+%-4", answer.body)
    local credentials = world:wallet(wallet).credentials
    assert.same({ 1, "CoolSoft B.V." }, { #credentials, credentials[1].claims.name })
  end)

  it("takes wallet events", function()
    start(2)
    local wallet = world:new_wallet {}
    local body, now = cjson.encode { walletExternalKey = wallet }, os.time()
    local answer = assert(http.request {
      method = "POST", url = inside.url .. "/events", body = body,
      headers = {
        ["ce-specversion"] = "1.0", ["ce-id"] = "e-1", ["ce-type"] = "wallet.created", ["ce-source"] = "spec",
        ["x-credenco-signature"] = ("t=%d,v1=%s"):format(now, hex(hmac.new(SECRET, "sha256"):final(now .. "." .. body))),
      },
    })
    assert.equal(204, answer.status)
    local function trusting() return #world:wallet(wallet).trusted_contacts == 1 end
    assert.is_true(wait.until_true(trusting, PATIENCE_MS))
  end)

  it("names the webhook's options", function()
    local table_of_options = README:match "| webhook option |.-\n\n"
    local documented, wanted = {}, {}
    for name in table_of_options:gmatch "\n| `([%w_]+)` |" do documented[#documented + 1] = name end
    for name in pairs(webhook.SPEC) do wanted[#wanted + 1] = name end
    table.sort(documented)
    table.sort(wanted)
    assert.same(wanted, documented)
  end)
end)
