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
end)
