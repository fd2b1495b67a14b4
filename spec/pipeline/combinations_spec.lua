-- A run that is killed, under each of the services that the documentation may describe. At full length:
-- spec/pipeline/soak.lua.
local combinations = require "spec.pipeline.combinations"
local ordeal = require "spec.pipeline.ordeal"

local RECORDS = 60

-- Where an answer is lost, what is repeated is asked for.
local FAULTS = {
  { endpoint = "issue", probability = 0.05, effect = "lost" },
  { endpoint = "push", probability = 0.10, effect = "lost" },
  { endpoint = "push", probability = 0.05, effect = "reset" },
}
local POINTS = { { "after create_offer", 11 }, { "before push_offer", 5 }, { "after push_offer", 13 } }

-- Every other one: what they try is the pipeline's order of things, in which engines do not differ.
local function of_this_engine()
  local list = {}
  for i = rawget(_G, "jit") and 1 or 2, #combinations, 2 do list[#list + 1] = combinations[i] end
  return list
end

describe("a run that is killed tells the truth", function()
  for _, combination in ipairs(of_this_engine()) do
    it("where the service is: " .. combination.name, function()
      local world = ordeal.start { records = RECORDS, wallets = 10, behaviour = combination.behaviour,
        run = { concurrency = 8 } }
      finally(function() world:stop() end)
      world:faults(FAULTS)
      for _, point in ipairs(POINTS) do
        assert.equal("killed", world:run("run", point[1], point[2]), world:said())
        world:expire_offers()
      end
      world:faults {}
      world:run "run"
      assert.equal("the truth", world:truth())
    end)
  end
end)
