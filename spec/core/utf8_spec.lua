local core = require "credenco.core"

-- { text, the place of its first byte that is not UTF-8 }
local CASES = {
  { "", nil }, { "abc", nil }, { "é€😀", nil }, { "a\255", 2 }, { "é\200", 3 },
  { "\192\128", 1 }, -- overlong
  { "x\237\160\128", 2 }, -- a surrogate
  { "\244\144\128\128", 1 }, -- beyond U+10FFFF
  { "ab\226\130", 3 }, -- cut
}

describe("the position of the first byte that is not UTF-8", function()
  for _, case in ipairs(CASES) do
    it(("is %s in %q"):format(tostring(case[2]), case[1]), function()
      assert.equal(case[2], core.utf8_flaw(case[1]))
      assert.equal(case[2] == nil, core.utf8_valid(case[1]))
    end)
  end

  it("is looked for from a place on", function()
    assert.equal(4, core.utf8_flaw("\255é\255", 2))
    assert.is_nil(core.utf8_flaw("\255é", 2))
    assert.is_nil(core.utf8_flaw("a", 2))
    assert.is_false((pcall(core.utf8_flaw, "a", 3)))
    assert.is_false((pcall(core.utf8_flaw, "a", 0)))
  end)
end)
