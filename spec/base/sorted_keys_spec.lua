local sorted_keys = require "credenco.base.sorted_keys"

describe("the keys of a table", function()
  for name, case in pairs {
    ["text"] = { { b = 1, a = 2, B = 3 }, { "B", "a", "b" } },
    ["none"] = { {}, {} },
    ["text and others, by how they are printed"] = { { b = 1, [10] = 1, [9] = 1, [true] = 1 }, { 10, 9, "b", true } },
  } do
    it("are in order: " .. name, function() assert.same(case[2], sorted_keys(case[1])) end)
  end
end)
