-- examples/openresty runs as it is; only the port is another one.
local cjson = require "cjson"
local hex = require "credenco.base.hex"
local hmac = require "openssl.hmac"
local uv = require "luv"
local files = require "spec.support.files"
local http = require "spec.sandbox.http"
local wait = require "spec.support.wait"
local Server = require "spec.support.server"
local World = require "spec.sandbox.world"

local SECRET = "webhook-secret"

local function copy_example(folder, port)
  uv.fs_mkdir(folder .. "/temp", 448)
  local entries = assert(uv.fs_scandir "examples/openresty")
  for name in uv.fs_scandir_next, entries do
    local text = files.read("examples/openresty/" .. name)
    files.write(folder .. "/" .. name, (text:gsub("127%.0%.0%.1:8080", "127.0.0.1:" .. port)))
  end
end

local function command(folder, configuration, environment)
  local words = { "/usr/bin/env" }
  for name, value in pairs(environment) do words[#words + 1] = name .. "=" .. value end
  words[#words + 1] = ("LUA_PATH=%s/lua/?.lua;%s/lua/?/init.lua;;"):format(uv.cwd(), uv.cwd())
  words[#words + 1] = ("LUA_CPATH=%s/build/luajit/lib/?.so;;"):format(uv.cwd())
  for _, word in ipairs { "/usr/sbin/nginx", "-p", folder, "-c", configuration, "-e", "stderr" } do
    words[#words + 1] = word
  end
  -- Started as root, the workers would be another user, shut out of the private folder.
  if uv.os_get_passwd().uid == 0 then
    words[#words + 1] = "-g"
    words[#words + 1] = "user root;"
  end
  return words
end

describe("examples/openresty", function()
  local world = World.use()
  local server

  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  local function start(configuration)
    local port = wait.free_port()
    server = assert(Server.start {
      command = function(folder)
        copy_example(folder, port)
        return command(folder, configuration, {
          CREDENCO_BASE_URL = world.base_url,
          CREDENCO_API_KEY = world.server.api_key,
          CREDENCO_WALLETS_API_KEY = world.server.api_key,
          CREDENCO_ISSUER_DID = world.server.issuer_did,
          CREDENCO_WEBHOOK_SECRET = SECRET,
        })
      end,
      ready = function(folder) return files.read(folder .. "/temp/nginx.pid") and wait.connects(port) end,
    })
    server.url = "http://127.0.0.1:" .. port
  end

  local function order(fields)
    return assert(http.request { method = "POST", url = server.url .. "/issue", json = fields })
  end

  it("issues the credential that POST /issue orders", function()
    start "nginx.conf"
    local wallet = world:new_wallet()
    local answer = order { wallet_key = wallet, registration = "90004760", name = "CoolSoft B.V." }
    assert.equal(201, answer.status)
    assert.is_string(cjson.decode(answer.body).correlation_id)
    assert.equal(1, #world:wallet(wallet).credentials)
  end)

  it("names the problem of an order", function()
    start "nginx.conf"
    assert.equal(400, order({ wallet_key = "w" }).status)
    local answer = order { wallet_key = "nobody's", registration = "1", name = "x" }
    assert.equal(422, answer.status)
    local fields = cjson.decode(answer.body)
    assert.same({ "not_found", "rejected" }, { fields.problem, fields.sent })
    assert.equal(405, assert(http.request { method = "GET", url = server.url .. "/issue" }).status)
  end)

  it("welcomes a wallet that was created", function()
    start "events.conf"
    local wallet = world:new_wallet {}
    local body = cjson.encode { walletExternalKey = wallet, displayName = "New B.V." }
    local now = os.time()
    local signature = hex.encode(hmac.new(SECRET, "sha256"):final(now .. "." .. body))
    local answer = assert(http.request {
      method = "POST", url = server.url .. "/events", body = body,
      headers = {
        ["ce-specversion"] = "1.0", ["ce-id"] = "e-1", ["ce-type"] = "com.credenco.businesswallet.wallet.created.v1", ["ce-source"] = "spec",
        ["x-credenco-signature"] = ("t=%d,v1=%s"):format(now, signature),
      },
    })
    assert.equal(204, answer.status)
    local function welcomed() return #world:wallet(wallet).credentials == 1 end
    assert.is_true(wait.until_true(welcomed))
    assert.equal("issue_completed", world:call("GET", "/api/v2/issue/welcome-e-1").json.status)
  end)
end)
