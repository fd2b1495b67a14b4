-- Processes that are killed, on a bad network, against the real sandbox; counted in the wallets. The same at full
-- length (10,000 records, 40 chosen points, 200 random ones): spec/pipeline/soak.lua.
local ordeal = require "spec.pipeline.ordeal"
local points = require "spec.pipeline.points"

-- Each process has so many new records, so that it reaches its point, whatever the machine's speed.
local NEW = 24
-- A run makes at least three transactions: it adds its records, stores their offers, and stores how they ended. How many
-- more it makes depends on time. Only a push that is unclear has a status.
local MOST, MOST_TRANSACTIONS = 11, 3

local function is_reached(point)
  local counts_transactions = point.event:find "transaction" or point.event:find "commit"
  return not points.RARE[point.event] and point.count <= (counts_transactions and MOST_TRANSACTIONS or MOST)
end

describe("a run that is killed", function()
  local world, chosen
  setup(function()
    chosen = {}
    for _, point in ipairs(points.CHOSEN) do
      if is_reached(point) then chosen[#chosen + 1] = point end
    end
    world = ordeal.start { records = NEW * #chosen + 400 }
  end)
  teardown(function() world:stop() end)

  it("at any of its points continues without losing or repeating a record", function()
    world:faults(points.FAULTS)
    for i, point in ipairs(chosen) do
      world.options.limit = NEW * i
      local how = world:run("run", point.event, point.count)
      assert.equal("killed", how, ("%s, %d\n%s"):format(point.event, point.count, world:said()))
    end
    for count = 1, 3 do world:run("run", "after issue_status", count) end
    world.options.limit = nil
    math.randomseed(1)
    for _ = 1, 5 do world:run_for(math.random(100, 400)) end
    world:faults {}
    assert.equal(0, world:run("run"), world:said())
    assert.equal("each once", world:verdict())
  end)
end)
