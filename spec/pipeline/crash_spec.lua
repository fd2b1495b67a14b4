-- Processes that are killed, on a bad network, against the real sandbox; counted in the wallets. The same at full
-- length (10,000 records, 40 chosen points, 200 random ones): spec/pipeline/soak.lua.
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"

describe("a run that is killed", function()
  local world
  setup(function() world = ordeal.start { records = 400 } end)
  teardown(function() world:stop() end)

  it("at any of its points continues without losing or repeating a record", function()
    local killed = 0
    world:faults(points.FAULTS)
    world.options.per_s = 200 -- or the first few leave nothing to do for the others
    for _, point in ipairs(points.CHOSEN) do
      if point.count <= 11 and world:run("run", point.event, point.count) == "killed" then killed = killed + 1 end
    end
    assert.is_true(killed >= 20, ("only %d kills hit\n%s"):format(killed, world:said()))
    world.options.per_s = nil
    math.randomseed(1)
    for _ = 1, 5 do world:run_for(math.random(100, 400)) end
    world:faults {}
    assert.equal(0, world:run("run"), world:said())
    assert.equal("each once", world:verdict())
  end)
end)
