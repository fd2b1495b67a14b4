-- Which records count as the first ones of a run.
local alike = require "credenco.pipeline.alike"

describe("the first records of a run", function()
  local REASON = { code = "not_found", step = "create_offer" }

  it("have another in the place of one that the workflow skipped", function()
    local first = alike.new()
    for _ = 1, alike.FIRST do assert.is_true(first:enter()) end
    assert.is_false(first:enter())
    first:ended "skipped"
    assert.is_true(first:enter())
    assert.is_false(first:enter())
    for _ = 2, alike.FIRST do first:ended("failed", REASON) end
    assert.is_nil(first.reason)
    first:ended("failed", REASON)
    assert.equal(REASON, first.reason)
  end)
end)
