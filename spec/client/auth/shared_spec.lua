-- One token for all workers, from a dictionary in whose place a table stands here.
local loop = require "credenco.loop"
local shared = require "credenco.client.auth.shared"

local SETTINGS = { shared_dict = "tokens", token_url = "https://id.example/t", client_id = "i" }

describe("a token that workers share", function()
  local kept, dict, had
  before_each(function()
    kept = {}
    dict = { get = function(_, key) return kept[key] end, set = function(_, key, value) kept[key] = value end,
      add = function() return true end, delete = function(_, key) kept[key] = nil end, expire = function() end }
    had = loop.shared_dict
    loop.shared_dict = function() return dict end
  end)
  after_each(function() loop.shared_dict = had end)

  local function obtain(token)
    return shared.new(SETTINGS):obtain(function() return token end, nil, math.huge)
  end

  it("is not fetched again if another worker stored it between the look at it and the lock", function()
    dict.add = function()
      dict.add = function() return true end
      assert(obtain { value = "theirs" })
      return true
    end
    assert.equal("theirs", obtain({ value = "a second one" }).value)
    assert.equal("theirs", obtain({ value = "a third one" }).value)
  end)
end)
