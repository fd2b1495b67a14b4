-- What options may be, at the limits.
local options = require "credenco.base.options"

describe("an option", function()
  it("that is an integer is a finite number without a fraction", function()
    local specs = { n = { type = "integer" } }
    for _, n in ipairs { 0, -7, 2 ^ 53 } do assert.is_nil(options.problem(specs, { n = n })) end
    for _, n in ipairs { 0.5, math.huge, -math.huge } do
      assert.equal("n must be integer, not number", options.problem(specs, { n = n }))
    end
  end)

  it("that is an identifier has at most 255 bytes", function()
    assert.is_nil(options.identifier(("x"):rep(255)))
    assert.equal("must be at most 255 bytes long", options.identifier(("x"):rep(256)))
  end)
end)
