-- The objects behind sources in other encodings; what they make of whole files is tried in spec/pipeline/source.
local Desk = require "spec.pipeline.desk"
local recode = require "credenco.recode"

describe("an inflater", function()
  it("is given no bytes while others wait to be unpacked, so that none are lost", function()
    local inflater = recode.inflater()
    inflater:give(Desk.gzipped "text")
    local given, err = pcall(inflater.give, inflater, Desk.gzipped "more")
    assert.is_false(given)
    assert.matches("not all was taken", err, 1, true)
    assert.equal("text", inflater:take())
    inflater:give(Desk.gzipped "more")
    assert.equal("more", inflater:take())
  end)

  it("gives more than it has room for in several pieces", function()
    local inflater, pieces = recode.inflater(), {}
    inflater:give(Desk.gzipped(("0123456789"):rep(20000)))
    repeat
      pieces[#pieces + 1] = inflater:take()
    until pieces[#pieces] == ""
    assert.equal(("0123456789"):rep(20000), table.concat(pieces))
    assert.is_true(inflater:is_whole())
  end)
end)

describe("a converter", function()
  it("takes more at once than it has room for", function()
    local converter = recode.converter("UTF-8", "ISO-8859-1")
    assert.equal(("é"):rep(50000), converter:feed(("\233"):rep(50000)))
    assert.equal("", converter:finish())
  end)
end)
