-- Many at once: bounded, complete, each record's failure its own.
local credenco = require "credenco"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

describe("issue_many", function()
  local server = Misbehaving.use()

  local function new_client(scenario)
    return credenco.new { base_url = scenario.url, api_key = "k", retry = { base_ms = 1 } }
  end

  local function record(n)
    return { wallet_key = "w" .. n, template_id = "t", claims = { n = n }, correlation_id = "c" .. n }
  end

  local function list(count)
    local records = {}
    for i = 1, count do records[i] = record(i) end
    return records
  end

  it("gives every record once, with its own result", function()
    local scenario = server:scenario()
    local seen, records = {}, list(200)
    for given, result, err in new_client(scenario):issue_many(records, { concurrency = 16 }) do
      assert.is_nil(err)
      assert.equal(given.correlation_id, result.correlation_id)
      assert.is_nil(seen[given])
      seen[given] = true
    end
    for _, one in ipairs(records) do assert.is_true(seen[one]) end
    assert.equal(200, #scenario.requests("push"))
  end)

  it("has at most so many in flight, and that many if it can", function()
    local under_way, most = 0, 0
    local transport = { send = function()
      under_way = under_way + 1
      most = math.max(most, under_way)
      loop.sleep(1)
      under_way = under_way - 1
      return { status = 201, headers = {}, body = '{"request_uri":"x:?credential_offer_uri=https://a.example/o"}' }
    end }
    local client = credenco.new { base_url = "https://a.example", api_key = "k", transport = transport }
    for _ in client:issue_many(list(50), { concurrency = 7 }) do end
    assert.equal(7, most)
  end)

  it("keeps connections for the records that follow", function()
    local scenario = server:scenario()
    for _ in new_client(scenario):issue_many(list(100), { concurrency = 8 }) do end
    local connections = {}
    for _, request in ipairs(scenario.requests()) do connections[request.connection] = true end
    local count = 0
    for _ in pairs(connections) do count = count + 1 end
    assert.is_true(count <= 8)
  end)

  it("makes a record that no call can be made with that record's failure", function()
    local scenario = server:scenario()
    local records = list(3)
    records[2].wallet_key = "a/b"
    local codes = {}
    for given, result, err in new_client(scenario):issue_many(records) do
      codes[given.correlation_id] = result and "issued" or err.code
    end
    assert.same({ c1 = "issued", c2 = "invalid_argument", c3 = "issued" }, codes)
  end)

  it("makes a record that throws what has no text that record's failure", function()
    local textless = setmetatable({}, { __tostring = function() error "no text" end })
    local odd, codes = setmetatable({}, { __index = function() error(textless) end }), {}
    for given, result, err in new_client(server:scenario()):issue_many { record(1), odd, record(3) } do
      codes[rawget(given, "correlation_id") or "odd"] = result and "issued" or err.code
    end
    assert.same({ c1 = "issued", odd = "invalid_argument", c3 = "issued" }, codes)
  end)

  it("takes records from a function, as they are needed", function()
    local read = 0
    local function source()
      read = read + 1
      return read <= 20 and record(read) or nil
    end
    local next_result = new_client(server:scenario()):issue_many(source, { concurrency = 4 })
    assert.equal(0, read)
    assert.is_table(next_result())
    assert.is_true(read <= 20 and read >= 4)
    while next_result() do end
    assert.equal(21, read)
  end)

  it("reads no further ahead than it may, also when responses come at once", function()
    local read = 0
    local transport = { send = function()
      return { status = 201, body = '{"request_uri":"x:?credential_offer_uri=https://a.example/o"}' }
    end }
    local client = credenco.new { base_url = "https://a.example", api_key = "k", transport = transport }
    local next_result = client:issue_many(function()
      read = read + 1
      return record(read)
    end, { concurrency = 4 })
    assert.is_table(next_result())
    assert.equal(4, read)
    assert.is_table(next_result())
    assert.equal(5, read)
  end)

  it("does not call it unsent when a transport breaks its word and throws", function()
    local transport = { send = function(_, request)
      if request.url:find("/offer/", 1, true) then error("broken transport", 0) end
      return { status = 201, body = '{"request_uri":"x:?credential_offer_uri=https://a.example/o"}' }
    end }
    local client = credenco.new { base_url = "https://a.example", api_key = "k", transport = transport }
    assert.has_error(client:issue_many(list(1)), "broken transport")
  end)

  it("refuses a single record, and a list that would end early", function()
    local client = new_client(server:scenario())
    for _, case in ipairs {
      { record(1), "records must be a list or a function, not a single record" },
      { { record(1), nil, record(3) }, "records must be a list without holes" },
      { { [0] = record(1), record(2) }, "records must be a list without holes" },
      { 5, "records must be a list or a function, not number" },
    } do
      assert.has_error(function() client:issue_many(case[1]) end, "issue_many: " .. case[2])
    end
  end)

  it("gives nothing for no records", function()
    assert.is_nil(new_client(server:scenario()):issue_many({})())
  end)

  it("works inside a task of the loop, beside others", function()
    local client, done, tasks = new_client(server:scenario()), {}, 3
    for i = 1, 3 do
      loop.spawn(function()
        local count = 0
        for _, _, err in client:issue_many(list(10), { concurrency = 2 }) do
          assert.is_nil(err)
          count = count + 1
        end
        done[i] = count
        tasks = tasks - 1
      end)
    end
    for _ = 1, 1000 do
      if tasks == 0 then break end
      loop.sleep(5)
    end
    assert.same({ 10, 10, 10 }, done)
  end)

  it("can be left early; issues in flight end with the client", function()
    local scenario = server:scenario { push = { "hang" } }
    local client = new_client(scenario)
    local next_result = client:issue_many(list(1), { concurrency = 1 })
    local outcome
    loop.spawn(function() outcome = { next_result() } end)
    for _ = 1, 1000 do
      if #scenario.requests("push") == 1 then break end
      loop.sleep(5)
    end
    client:close()
    assert.equal("closed", outcome[3].code)
    assert.equal("unknown", outcome[3].sent)
    assert.equal(scenario.url .. "/offers/1-bearer-secret", outcome[3]:offer().offer_uri)
  end)
end)
