-- A run that is killed, under each of the services that the documentation may describe. At full length:
-- spec/pipeline/soak.lua.
local combinations = require "spec.pipeline.combinations"
local ordeal = require "spec.pipeline.ordeal"

local RECORDS, KILLS = 120, 3
local OFFERS_GROW_OLD_MS = 4500

-- Where an answer is lost, what is repeated is asked for.
local FAULTS = {
  { endpoint = "issue", probability = 0.05, effect = "lost" },
  { endpoint = "push", probability = 0.10, effect = "lost" },
  { endpoint = "push", probability = 0.05, effect = "reset" },
}
local POINTS = { { "after create_offer", 23 }, { "before push_offer", 5 }, { "after push_offer", 31 } }

describe("a run that is killed tells the truth", function()
  for _, combination in ipairs(combinations) do
    it("where the service is: " .. combination.name, function()
      local world = ordeal.start { records = RECORDS, wallets = 10, behaviour = combination.behaviour }
      finally(function() world:stop() end)
      world:faults(FAULTS)
      for index = 1, KILLS do
        assert.equal("killed", world:run("run", POINTS[index][1], POINTS[index][2]), world:said())
      end
      if combination.behaviour.offer_ttl_s then world:pause(OFFERS_GROW_OLD_MS) end
      world:faults {}
      world:run "run"
      assert.equal("the truth", world:truth())
    end)
  end
end)
