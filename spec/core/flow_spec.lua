-- The binding of a call's flow; what the flow decides is tried in spec/c.
local core = require "credenco.core"

describe("a flow", function()
  it("takes any wait that a server asks for, also one past all time", function()
    for _, wait_ms in ipairs { 2 ^ 53, 1e300, math.huge } do
      local flow = core.context(3, 0, 0):flow()
      flow:start(0, "push_offer", 1000, true, false)
      assert.equal("failed", flow:received(0, 0, 503, false, wait_ms))
      assert.equal("server_error", flow:failure().code)
    end
  end)
end)
