-- The ordeal's own count: what it calls wrong has to be wrong, and what it calls the truth the truth.
local ordeal = require "spec.pipeline.ordeal"

describe("an ordeal", function()
  local world
  after_each(function() world:stop() end)

  it("calls a record open that no run has worked on, and not issued", function()
    world = ordeal.start { records = 3, wallets = 1 }
    assert.equal(0, world:run "load")
    local verdict = world:truth()
    assert.matches("^3 wrong: ", verdict)
    assert.matches("10000001 is called open and is there 0 times", verdict, 1, true)
  end)

  it("counts nothing while a run is at work that takes longer than it may", function()
    world = ordeal.start { records = 1, wallets = 1, limit_ms = 1 }
    local ok, why = pcall(world.run, world, "run")
    assert.is_false(ok)
    assert.matches("^a run did not end within 1 ms", why)
  end)
end)
