-- The transport over libcurl: the contract, and what only libcurl can get wrong.
local uv = require "luv"
local contract = require "spec.transport.contract"
local curl = require "credenco.transport.curl"
local loop = require "credenco.loop"
local World = require "spec.transport.world"

local env = { tls = {}, now_ms = loop.now_ms }
local world, server

local function start_everything()
  world = World.start()
  server = world.server
  for name, value in pairs(world.addresses) do env[name] = value end
end

local function stop_everything()
  world:stop()
end

function env.scenario(script)
  return server:scenario(script)
end

-- The loop of plain Lua turns while anything is under way.
function env.together(tasks)
  local running = #tasks
  for _, task in ipairs(tasks) do
    loop.spawn(function()
      task()
      running = running - 1
    end)
  end
  while running > 0 and loop.busy() do loop.turn() end
end

local function ask(transport, url)
  return transport:send { method = "GET", url = url, deadline_ms = loop.now_ms() + 60000 }
end

describe("the transport over libcurl", function()
  setup(start_everything)
  teardown(stop_everything)

  for _, case in ipairs(contract(curl.new, env)) do
    it(case.name, case.run)
  end

  it("takes any certificate from a loopback host if allowed", function()
    local transport = curl.new { insecure_loopback = true }
    local response = assert(ask(transport, env.tls.unknown_ca_url .. "/x"))
    transport:close()
    assert.equal(200, response.status)
  end)

  it("says when it is the request that is too large", function()
    local transport = curl.new {}
    local _, err = transport:send {
      method = "POST", url = "https://a.example/x", body = ("x"):rep(64 * 1024 * 1024 + 1), deadline_ms = loop.now_ms() + 60000,
    }
    transport:close()
    assert.same({ code = "too_large", sent = "no", message = "the body of the request is larger than 64 MiB" }, err)
  end)

  it("accepts no certificate of an unknown CA", function()
    local transport = curl.new {}
    local _, err = ask(transport, env.tls.url .. "/x")
    transport:close()
    assert.equal("tls_failed", err.code)
  end)

  it("uses no proxy of the environment for a loopback host", function()
    uv.os_setenv("http_proxy", server.refused_url)
    finally(function() uv.os_unsetenv("http_proxy") end)
    local transport = curl.new {}
    local response = ask(transport, server:scenario().url .. "/x")
    transport:close()
    assert.equal(200, response and response.status)
  end)

  it("knows that nothing was sent when its proxy refuses the connection", function()
    local transport = curl.new { proxy = server:scenario().url }
    local _, err = ask(transport, "https://wallet.credenco.invalid/x")
    transport:close()
    assert.equal("connect_failed", err.code)
    assert.equal("no", err.sent)
  end)

  for _, proxy in ipairs { "sox9://user:hunter2@127.0.0.1:9", "http://user:hun ter2@127.0.0.1:99999" } do
    it("does not show the password of an invalid proxy", function()
      local transport = curl.new { proxy = proxy }
      local _, err = ask(transport, "https://wallet.credenco.invalid/x")
      transport:close()
      assert.equal("connect_failed", err.code)
      assert.is_nil(err.message:find("hun", 1, true))
    end)
  end

  it("says that a proxy's name is not known, and shows no password", function()
    local transport = curl.new { proxy = "http://user:hunter2@proxy.invalid" }
    local _, err = ask(transport, "https://wallet.credenco.invalid/x")
    transport:close()
    assert.equal("could not connect (the proxy's name is not known, or not valid)", err.message)
  end)

  it("shows no proxy the way to a loopback host", function()
    local transport = curl.new { proxy = server.refused_url }
    local response = ask(transport, server:scenario().url .. "/x")
    transport:close()
    assert.equal(200, response and response.status)
  end)

  it("sends its user agent", function()
    local scenario = server:scenario()
    local transport = curl.new { user_agent = "credenco/spec" }
    assert(ask(transport, scenario.url .. "/x"))
    transport:close()
    assert.equal("credenco/spec", scenario.requests()[1].headers["user-agent"])
  end)
end)
