local lists = require "credenco.base.lists"

describe("a list", function()
  it("contains its values", function()
    assert.is_true(lists.contains({ "a", "b" }, "b"))
    assert.is_false(lists.contains({ "a", "b" }, "c"))
    assert.is_false(lists.contains({}, nil))
  end)

  it("makes a set", function()
    assert.same({ a = true, [2] = true }, lists.set { "a", 2, "a" })
  end)
end)
