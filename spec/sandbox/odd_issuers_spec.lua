--- Issuers that are odd or wrong in one way each, pushed into a wallet that trusts them: what is legal is kept, what is
--- illegal is discarded with a reason, and nothing is a surprise to the wallet. The rows are in spec/sandbox/odd/.
local odd = require "spec.sandbox.odd.issuer"
local worlds = require "spec.sandbox.world"

local function encode(text)
  return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end))
end

--- What an expectation says of the wallet's state; `row.status` is that of a credential that is kept.
local EXPECT = {}

function EXPECT.kept(state, row)
  local discarded = state.discarded[1] or {}
  assert.equal(row.kept or 1, #state.credentials, tostring(discarded.reason) .. ": " .. tostring(discarded.detail))
  assert.equal(row.status or "valid", state.credentials[1].status)
  assert.equal("NL", state.credentials[1].claims.country)
end

function EXPECT.discarded(state)
  assert.equal(0, #state.credentials)
  assert.equal(1, #state.discarded)
end

function EXPECT.either(state)
  assert.truthy(#state.credentials + #state.discarded > 0)
end

EXPECT["not valid"] = function(state)
  EXPECT.either(state)
  assert.equal(state.credentials[1] and "unknown", state.credentials[1] and state.credentials[1].status)
end

describe("a wallet whose issuer is odd:", function()
  local world = worlds.use()
  local issuer

  setup(function() issuer = odd.start() end)
  teardown(function() issuer:stop() end)

  it("gives the holder who accepts an offer each credential of it", function()
    local wallet = world:new_wallet {}
    local plan = issuer:plan("/inbox", world:wallet(wallet).did)
    plan.metadata.credential_configurations_supported.second = plan.configuration
    plan.offer.credential_configuration_ids = { "odd", "nobody", "second" }
    world:push(wallet, encode(plan.offer_uri), false)
    local accepted = world:anonymous("POST", ("/sandbox/wallets/%s/inbox/1/accept"):format(wallet)).json
    local state = world:wallet(wallet)
    assert.same({ "accepted", 1, 2, 1 }, { accepted.outcome, accepted.credential_id, #state.credentials, #state.discarded })
    assert.equal("nobody", state.discarded[1].template)
  end)

  --- Pushes what a plan offers into a new wallet that trusts its issuer.
  local function push(path, change)
    local wallet = world:new_wallet {}
    local plan = issuer:plan(path, world:wallet(wallet).did)
    change(plan)
    assert.equal(201, world:call("POST", ("/api/wallets/%s/trusted-contacts"):format(wallet),
      { did = plan.trusted, name = "Odd", directIssueAllowed = true }).status)
    assert.equal(201, world:push(wallet, encode(plan.offer_uri)).status)
    local answer = world:anonymous("GET", "/sandbox/wallets/" .. wallet)
    assert.equal(200, answer.status, answer.body)
    return answer.json
  end

  for _, file in ipairs { "discovery", "issuance", "credentials", "disclosures", "published" } do
    for index, row in ipairs(require("spec.sandbox.odd." .. file)) do
      it(("%s: %s"):format(row[1], row[2]), function()
        local state = push(row.path or ("/%s%d"):format(file, index), row[3])
        for _, discarded in ipairs(state.discarded) do
          assert.is_not.equal("internal_error", discarded.reason)
          assert.truthy(#discarded.reason > 0 and #discarded.detail > 0)
        end
        EXPECT[row[2]](state, row)
      end)
    end
  end
end)
