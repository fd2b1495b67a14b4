-- The promise of `attempts`: so many requests are sent for a record, and not so many times those of the client.
local bench_of_one = require "spec.pipeline.bench_of_one"
local credenco = require "credenco"
local files = require "spec.support.files"
local loop = require "credenco.loop"
local pipeline = require "credenco.pipeline"
local workflow = require "credenco.workflow"

local OFFER = '{"request_uri":"openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fi%2Fo"}'

-- More than any spec here may send. Behind it every request is refused, or a count that is wrong would never end.
local FAR_TOO_MANY = 50

-- A transport that counts requests by what they are for, and answers each kind the same each time.
local function counting(responses)
  local counts = { create = 0, push = 0, status = 0 }
  return counts, { send = function(_, request)
    local kind = request.url:find "/credential/issue" and "create" or request.url:find "/oidc/offer/" and "push" or "status"
    counts[kind] = counts[kind] + 1
    if counts[kind] > FAR_TOO_MANY then return { status = 400, headers = {}, body = "" } end
    local response = responses[kind]
    if response.sent_ms then response.sent_ms[counts[kind]] = loop.now_ms() end
    if response.status then
      return { status = response.status, headers = response.headers or {}, body = response.body or "" }
    end
    return nil, response
  end }
end

describe("the attempts of a pipeline", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function run(responses, attempts)
    local counts, transport = counting(responses)
    local client = credenco.new { base_url = "https://issuer.example", api_key = "k", transport = transport }
    local result = assert(pipeline.run { client = client, journal = folder .. "/j.journal", attempts = attempts, new_journal = true,
      workflow = assert(workflow.new { name = "w", template_id = "t", key = "id", wallet_key = "id",
        claims = function() return {} end }),
      source = { { id = "1" } } })
    return counts, result.totals
  end

  it("are the requests for an offer that are sent to a server that is unwell", function()
    local counts, totals = run({ create = { status = 503 } }, 3)
    assert.same({ create = 3, push = 0, status = 1 }, counts) -- whether the issuer knows it is asked first
    assert.equal(1, totals.failed)
  end)

  it("wait as long as a server that is unwell asks", function()
    local sent_ms = {}
    run({ create = { status = 503, headers = { ["retry-after"] = "1" }, sent_ms = sent_ms } }, 2)
    assert.equal(2, #sent_ms)
    assert.is_true(sent_ms[2] - sent_ms[1] >= 1000)
  end)

  it("are the pushes that are sent, whichever way each of them fails", function()
    local counts, totals = run({ create = { status = 200, body = OFFER }, status = { status = 404 },
      push = { code = "timeout", sent = "unknown", message = "lost" } }, 3)
    assert.equal(1, counts.create)
    assert.equal(3, counts.push)
    assert.equal(1, totals.unknown)
  end)

  it("are one if one is asked for", function()
    local counts = run({ create = { code = "connect_failed", sent = "no", message = "refused" } }, 1)
    assert.equal(1, counts.create)
  end)

  it("are not counted while no record gets a response", function()
    local bench = bench_of_one.new()
    finally(function() bench:close() end)
    bench.script.create_offer = {}
    for i = 1, 50 do bench.script.create_offer[i] = bench_of_one.err("connect_failed", "no") end
    local result = assert(bench:run(bench_of_one.records(25), { attempts = 2, concurrency = 25 }))
    assert.same({ 25, 0 }, { result.totals.issued, result.totals.failed })
  end)
end)
