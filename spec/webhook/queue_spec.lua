-- The webhook's queue in a dictionary that does what real ones seldom do; spec/nginx has those.
local new = require("credenco.webhook.queue").new

describe("the webhook's queue", function()
  it("looks no further once the dictionary has no memory for an item", function()
    local added = 0
    local dict = { get = function() end, safe_set = function() end }
    function dict.free_space() return math.huge end
    function dict.incr() return 1 end
    function dict.safe_add()
      added = added + 1
      return nil, "no memory"
    end
    assert.is_nil(new(dict, 1000):put "item")
    assert.equal(1, added)
  end)
end)
