-- The server's own words are shown in errors, but not the secrets it repeats.
local core = require "credenco.core"
local errors = require "credenco.errors"

local OFFER = "https://wallet.example/api/oidc/credential-offer/4f9c2d81"

describe("the server's words in an error", function()
  for name, words in pairs {
    ["as it is"] = "no offer at " .. OFFER,
    ["percent-encoded"] = "POST /api/oidc/offer/w?credential_offer_uri=" .. core.encode(OFFER),
    ["percent-encoded in lower case"] = "bad value " .. core.encode(OFFER):gsub("%%%x%x", string.lower),
    ["without its origin"] = "GET /api/oidc/credential-offer/4f9c2d81 failed",
    ["only its last part"] = "unknown offer '4f9c2d81'",
  } do
    it("do not hold the offer's URI " .. name, function()
      local shown = errors.bounded_detail(words, { OFFER })
      assert.is_nil(shown:find("4f9c2d81", 1, true), shown)
    end)
  end

  it("do not hold a key or a claim, encoded or not", function()
    local shown = errors.bounded_detail("key a+b/c== is bad, a%2Bb%2Fc%3D%3D too, and so is Jansen of NL",
      { "a+b/c==", { name = "Jansen", deep = { country = "NL" } } })
    assert.equal("key [redacted] is bad, [redacted] too, and so is [redacted] of [redacted]", shown)
  end)

  it("keep what only looks like a part of a short secret", function()
    assert.equal("ENLARGE the list", errors.bounded_detail("ENLARGE the list", { "NL" }))
  end)

  it("are cut between characters, not within one", function()
    for padding = 0, 3 do
      local shown = errors.bounded_detail(("x"):rep(padding) .. ("\226\130\172"):rep(400), {})
      assert.is_true(core.utf8_valid(shown))
      assert.is_true(#shown <= 500 and #shown > 490)
    end
  end)

  it("are readable when they are no UTF-8", function()
    assert.equal("caf? ferm?", errors.bounded_detail("caf\233 ferm\233", {}))
  end)
end)
