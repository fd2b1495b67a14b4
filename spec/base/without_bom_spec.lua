local without_bom = require "credenco.base.without_bom"

describe("a byte-order mark", function()
  it("is taken away at the beginning alone, once", function()
    assert.equal("a", without_bom "\239\187\191a")
    assert.equal("\239\187\191a", without_bom "\239\187\191\239\187\191a")
    assert.equal("a\239\187\191", without_bom "a\239\187\191")
  end)
end)
