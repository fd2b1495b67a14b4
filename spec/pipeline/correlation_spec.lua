local core = require "credenco.core"
local correlation = require "credenco.pipeline.correlation"

describe("a record's correlation id", function()
  it("is the same in every run and version, or a half-issued record would be issued again", function()
    assert.equal("d6478524-5e58-8230-b55f-e7a6458d08e7", correlation.id("companies", "90004760", "ebw_oid"))
  end)

  it("tells triples apart that read alike in a row", function()
    assert.are_not.equal(correlation.id("ab", "c", "d"), correlation.id("a", "bc", "d"))
    assert.are_not.equal(correlation.id("a", "b", "cd"), correlation.id("a", "bc", "d"))
  end)

  it("is a UUID of version 8 (RFC 9562, 5.8) over the bytes it is given", function()
    assert.equal("ffffffff-ffff-8fff-bfff-ffffffffffff", core.uuid_of(("\255"):rep(16)))
    assert.equal("00000000-0000-8000-8000-000000000000", core.uuid_of(("\0"):rep(32)))
    assert.has_error(function() core.uuid_of(("\0"):rep(15)) end)
  end)
end)
