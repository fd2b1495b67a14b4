-- Many issuances through a server that fails every other way at once.
local core = require "credenco.core"
local credenco = require "credenco"
local Misbehaving = require "spec.support.misbehaving"

local RECORDS = 200
local QUOTA_TOKENS, RETRY_COST = 500, 5

-- Three in seven calls go well.
local WEATHER = { "proper", "reset", "proper", 503, "close", "proper", 502 }

local function cycled(count)
  local list = {}
  for i = 1, count do list[i] = WEATHER[i % #WEATHER + 1] end
  return list
end

local function records()
  local list = {}
  for i = 1, RECORDS do
    list[i] = { wallet_key = "wallet-" .. i, template_id = "ebw_oid", claims = { id = tostring(i) } }
  end
  return list
end

-- The outcome of each record, by its wallet's key.
local function issue_all(scenario)
  local client = credenco.new {
    base_url = scenario.url, api_key = "k", timeout_ms = 20000, retry = { base_ms = 1, cap_ms = 5 },
  }
  local outcomes, count = {}, 0
  for record, result, err in client:issue_many(records(), { concurrency = 32 }) do
    assert.is_nil(outcomes[record.wallet_key])
    outcomes[record.wallet_key] = { result = result, err = err }
    count = count + 1
  end
  client:close()
  return outcomes, count
end

-- Every push of a wallet's offer, and whether the last of them was answered well.
local function pushes_by_wallet(scenario)
  local wallets = {}
  for _, request in ipairs(scenario.requests "push") do
    local key, offer = request.target:match("offer/([^?]+)%?directIssue=true&credential_offer_uri=(.+)$")
    wallets[key] = wallets[key] or { offers = {}, different = 0, count = 0 }
    local wallet = wallets[key]
    wallet.count = wallet.count + 1
    if not wallet.offers[offer] then
      wallet.offers[offer] = true
      wallet.different = wallet.different + 1
    end
  end
  return wallets
end

describe("issuing many through a storm", function()
  local server, scenario, outcomes, count, wallets

  setup(function()
    server = Misbehaving.start()
    scenario = server:scenario { create = cycled(5 * RECORDS), push = cycled(5 * RECORDS) }
    outcomes, count = issue_all(scenario)
    wallets = pushes_by_wallet(scenario)
  end)
  teardown(function() server:stop() end)

  it("gives every record one outcome", function()
    assert.equal(RECORDS, count)
    for _, outcome in pairs(outcomes) do
      assert.is_true((outcome.result ~= nil) ~= (outcome.err ~= nil))
    end
  end)

  it("gets some through and not all", function()
    local through = 0
    for _, outcome in pairs(outcomes) do through = through + (outcome.result and 1 or 0) end
    assert.is_true(through > 0 and through < RECORDS)
  end)

  it("never pushes a second offer into a wallet", function()
    for key, wallet in pairs(wallets) do
      assert.equal(1, wallet.different, key)
    end
  end)

  it("never pushes the offer of one wallet into another", function()
    local owners = {}
    for key, wallet in pairs(wallets) do
      local offer = next(wallet.offers)
      assert.is_nil(owners[offer], key)
      owners[offer] = key
    end
  end)

  it("reports the true outcome for every wallet", function()
    for key, outcome in pairs(outcomes) do
      local attempts = outcome.err and outcome.err.step == "push_offer" and outcome.err.attempts
      if attempts then assert.equal(attempts, wallets[key].count, key) end
      if outcome.err and outcome.err.step == "create_offer" then assert.is_nil(wallets[key], key) end
      if outcome.result then
        assert.equal(credenco.offer_uri(outcome.result.request_uri), outcome.result.offer_uri)
        assert.is_true(wallets[key].offers[core.encode(outcome.result.offer_uri)], key)
      end
    end
  end)

  it("stays within the quota of retries", function()
    local calls = 0
    for _, outcome in pairs(outcomes) do
      calls = calls + (outcome.err and outcome.err.step == "create_offer" and 1 or 2)
    end
    local retries = #scenario.requests() - calls
    local refunded = 2 * RECORDS -- a token for every call that went well, at most
    assert.is_true(retries > 0)
    assert.is_true(retries <= (QUOTA_TOKENS + refunded) / RETRY_COST)
  end)
end)
