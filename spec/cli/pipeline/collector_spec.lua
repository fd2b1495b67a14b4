local collector = require "credenco.cli.pipeline.collector"

if not jit then return end

describe("the garbage collector of a run on LuaJIT", function()
  it("waits for a larger heap", function()
    local before = collectgarbage("setpause", 200)
    collector.set()
    assert.equal(collector.PAUSE, collectgarbage("setpause", before))
  end)
end)
