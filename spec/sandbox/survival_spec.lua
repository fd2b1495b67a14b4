--- What was answered 201 is never nowhere, whatever happens to the sandbox's workers and memory.
local behaviours = require "credenco.sandbox.ground.behaviours"
local core = require "credenco.core"
local http = require "spec.sandbox.http"
local loads = require "spec.sandbox.load"
local loop = require "credenco.loop"
local percent = require "credenco.base.percent"
local worlds = require "spec.sandbox.world"

local KILLS = tonumber(os.getenv "CREDENCO_SANDBOX_KILLS") or 3
local LANES = 16
local PATIENCE_MS = 30000 -- longer than an exchange may take

describe("the sandbox's state", function()
  local world
  after_each(function() world:stop() end)

  --- Kills workers at random moments under load, and says what is nowhere afterwards.
  local function kill_workers(load)
    local is_over = false
    load:run(LANES, function() return is_over and #load.taken > 2 * LANES end, function()
      for _ = 1, KILLS do
        loop.sleep(math.random(50, 250))
        loads.kill_worker(world)
      end
      is_over = true
    end)
  end

  for _, exchange in ipairs(behaviours.BY_NAME.exchange.values) do
    it("survives workers that are killed while they issue, with the exchange " .. exchange, function()
      world = worlds.start { behaviour = { exchange = exchange } }
      local load = loads.new(world, world:new_wallet())
      kill_workers(load)
      for _, push in ipairs(load.lost) do
        assert.is_true(load:again(push), "pushed again: " .. push.id)
        load.taken[#load.taken + 1] = push
      end
      assert.same({}, load:missing(load.taken, PATIENCE_MS))
      assert.same({}, load:twice())
      load:close()
    end)
  end

  it("responds with 507 while its memory is full, and loses nothing", function()
    world = worlds.start { memory_mb = 8 }
    local load = loads.new(world, world:new_wallet(), ("x"):rep(8000))
    local offer = world:offer()
    load:run(LANES, function() return #load.unmade >= LANES end)
    assert.equal(507, world:push(load.wallet, offer).status)
    assert.equal(200, world:anonymous("GET", percent.decode(offer):match "//[^/]+(.*)").status)
    for _, err in ipairs(load.unmade) do
      assert.equal(507, err.http_status)
    end
    for _, push in ipairs(load.refused) do
      assert.equal(507, push.err.http_status)
    end
    assert.is_true(#load.taken > 50, #load.taken .. " pushes were taken")
    assert.same({ {}, {}, 0 }, { load:missing(load.taken), load:twice(), #load.lost })
    for _, wallet in ipairs(world.server.wallets) do
      assert.equal(wallet.key, world:wallet(wallet.key).key)
    end
    assert.same({}, world:wallet(load.wallet).discarded)
    load:close()
  end)

  it("keeps wallets apart, with any keys", function()
    world = worlds.start()
    local keys = { "x", "x/credentials/1", "x/credentials", "x/contacts", "x/contacts#", "x#", "x:1", "x%2F", "é" }
    local function path(key)
      return "/sandbox/wallets/" .. core.encode(key)
    end
    for _, key in ipairs(keys) do
      local created = world:anonymous("PUT", path(key), { name = "Wallet " .. key, trusts_issuer = true })
      assert.same({ 201, key }, { created.status, created.json.key })
    end
    for _ = 1, 2 do world:push("x", (world:offer())) end
    for _, key in ipairs(keys) do
      local shown = world:anonymous("GET", path(key)).json
      assert.same({ "Wallet " .. key, 1, key == "x" and 2 or 0 },
        { shown.name, #shown.trusted_contacts, #shown.credentials })
    end
  end)

  it("has one trusted contact for an issuer, also if many make it at once", function()
    world = worlds.start()
    local wallet, calls = world:new_wallet {}, {}
    for index = 1, 20 do
      calls[index] = http.start {
        method = "POST", url = ("%s/api/wallets/%s/trusted-contacts"):format(world.base_url, wallet),
        headers = { ["x-api-key"] = world.server.api_key }, json = { did = "did:web:a.example", name = "A" },
      }
    end
    for _, call in ipairs(calls) do
      assert.equal(201, assert(http.finish(call)).status)
    end
    assert.equal(1, #world:wallet(wallet).trusted_contacts)
  end)

  it("lets the holder accept an offer again if a worker was killed during the first attempt", function()
    world = worlds.start { workers = 1 }
    local wallet = world:new_wallet()
    world:push(wallet, (world:offer()), false)
    world:anonymous("PUT", "/sandbox/faults", { rules = { { endpoint = "offer", effect = "hang", nth = 1 } } })
    local path = ("/sandbox/wallets/%s/inbox/1/accept"):format(wallet)
    local accepting = http.start { method = "POST", url = world.base_url .. path }
    world:wait_for(function() return #world:anonymous("GET", "/sandbox/log").json > 0
      and world:anonymous("POST", path).status == 409 end)
    loads.kill_worker(world)
    assert.is_nil(http.finish(accepting))
    world:wait_for(function() return http.request { url = world.base_url .. "/sandbox/ready" } ~= nil end)
    assert.equal("accepted", world:anonymous("POST", path).json.outcome)
  end)
end)
