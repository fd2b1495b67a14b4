local header_fields = require "credenco.base.header_fields"

describe("the user's header fields", function()
  it("have at most 16384 bytes in all", function()
    local function problem_with(bytes)
      local first = ("x"):rep(8000)
      return header_fields.problem_with { ["x-a"] = first, ["x-b"] = ("x"):rep(bytes - #first - 2 * (#"x-a" + 4)) }
    end
    assert.is_nil(problem_with(16384))
    assert.equal("must have at most 16384 bytes in all", problem_with(16385))
  end)
end)
