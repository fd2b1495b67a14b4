local percent = require "credenco.base.percent"

describe("percent coding", function()
  it("encodes the bytes of a class alone", function()
    assert.equal("a%3Fb c", percent.encode("a?b c", "[?]"))
  end)

  it("decodes what it encodes, once, and leaves other text", function()
    assert.equal("%41 é\0", percent.decode "%2541%20%c3%A9%00")
    assert.equal("100% + 5%x", percent.decode "100% + 5%x")
  end)

  it("says whether each percent sign has its digits", function()
    assert.is_true(percent.is_whole "a%20b")
    assert.is_false(percent.is_whole "a%2")
    assert.is_false(percent.is_whole "100%")
  end)
end)
