-- core.url and core.offer_uri: each call has memory of its own.
local core = require "credenco.core"

-- Makes garbage whose finalizer does this.
local function leave(finalize)
  local proxy = newproxy and newproxy(true) or setmetatable({}, {}) -- luacheck: ignore
  getmetatable(proxy).__gc = finalize
  if not newproxy then setmetatable(proxy, getmetatable(proxy)) end -- luacheck: ignore
end

describe("a finalizer that runs in the middle of a call", function()
  local OFFER = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2F"

  it("changes no URL", function()
    for i = 1, 2000 do
      leave(function() core.url("https://other/", ("z"):rep(60), "/other") end)
      local key = "k" .. i
      assert.equal("https://mine/" .. key .. "/end", core.url("https://mine/", key, "/end"))
    end
  end)

  it("changes no URI of an offer", function()
    for i = 1, 2000 do
      leave(function() core.offer_uri(OFFER .. "other") end)
      assert.equal("https://host" .. i, core.offer_uri(OFFER .. "host" .. i))
    end
  end)
end)
