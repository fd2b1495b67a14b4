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

  it("do not grow in memory with their number", function()
    local firsts = first_lines.new(1000)
    local function memory_after(from, to)
      for i = from, to do assert(firsts:add("key " .. i, i) ~= nil) end
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local before = memory_after(1, 2000)
    assert.is_true(memory_after(2001, 12000) - before < 100)
    firsts:close()
  end)
end)
