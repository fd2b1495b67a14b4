--- No reader of the wallet throws, whatever it reads. `CREDENCO_FUZZ=100000` is a longer hunt, and
--- `CREDENCO_FUZZ_SEED` repeats one.
local worker = require "spec.nginx.worker"

local COUNT = tonumber(os.getenv "CREDENCO_FUZZ" or 60)
local SEED = tonumber(os.getenv "CREDENCO_FUZZ_SEED" or 1)
local AT_A_TIME = 2000

describe("changed inputs", function()
  local nginx
  setup(function() nginx = worker.start { http = "lua_shared_dict sandbox 1m;" } end)
  teardown(function() nginx:stop() end)

  local names = { "offer", "issuer metadata", "configuration", "server metadata", "token response", "nonce response",
    "credential response", "error response", "DID document", "status list", "orders of an offer", "JWS",
    "text of an SD-JWT", "SD-JWT VC", "VC-JWT", "key of a did:jwk", "JWK", "date", "URL" }

  for _, name in ipairs(names) do
    it("are accepted or refused with a reason: " .. name, function()
      local taken, refused = 0, 0
      for from = 1, COUNT, AT_A_TIME do
        local outcome = nginx:run("local given = ...; return require('spec.sandbox.fuzz').run(unpack(given))",
          { name, math.min(AT_A_TIME, COUNT - from + 1), SEED + from })
        assert.equal(0, #outcome.failed, outcome.failed[1])
        taken, refused = taken + outcome.taken, refused + outcome.refused
      end
      assert.equal(COUNT, taken + refused)
      assert.truthy(taken > 0 and refused > 0)
    end)
  end

  it("go to every reader there is", function()
    assert.equal(#names, nginx:run "local n = 0; for _ in pairs(require('spec.sandbox.fuzz').READERS) do n = n + 1 end return n")
  end)
end)
