-- Which line had a key first, whether that is still in memory or in a file.
local first_lines = require "credenco.pipeline.first_lines"

describe("the first lines of keys", function()
  for name, most in pairs { ["in memory"] = 100, ["in a file"] = 0, ["some of each"] = 3 } do
    it("are found again: " .. name, function()
      local firsts = first_lines.new(most)
      for i = 1, 6 do assert.is_false(firsts:add("key " .. i, i)) end
      for i = 1, 6 do assert.equal(i, firsts:add("key " .. i, 10 + i)) end
      firsts:close()
    end)
  end

  -- What earlier specs left behind may be collected or kept at any time, so
  -- one of several windows has to be flat; a key that stayed would show in all.
  it("do not grow in memory with their number", function()
    local firsts = first_lines.new(100)
    local added = 0
    local function memory_after(count)
      for _ = 1, count do
        added = added + 1
        firsts:add("key " .. added, added)
      end
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local least = math.huge
    local before = memory_after(200)
    for _ = 1, 4 do
      local after = memory_after(3000)
      least = math.min(least, after - before)
      before = after
    end
    assert.is_true(least < 50, ("every 3,000 keys add %.0f KiB"):format(least))
    firsts:close()
  end)
end)
