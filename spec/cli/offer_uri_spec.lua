local cjson = require "cjson"
local program = require "spec.cli.program"

describe("credenco offer-uri", function()
  it("prints the decoded URI", function()
    local outcome = program.run({ "offer-uri" }, nil,
      "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F1\n")
    assert.same({ 0, "https://issuer.example/o/1\n", "" }, { outcome.code, outcome.out, outcome.err })
  end)

  it("gives it as JSON", function()
    local outcome = program.run({ "offer-uri", "--json" }, nil,
      "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2F1\n")
    assert.same({ offer_uri = "https://issuer.example/o/1" }, cjson.decode(outcome.out))
  end)

  for _, case in ipairs {
    { "no_offer_uri", "openid-credential-offer://?bearer=top-secret" },
    { "offer_by_value", "openid-credential-offer://?credential_offer=%7B%22top-secret%22%7D" },
    { "ambiguous_offer_uri", "openid-credential-offer://?credential_offer_uri=https://a.example/top-secret?a=1&b=2" },
    { "insecure_offer_uri", "openid-credential-offer://?credential_offer_uri=http://a.example/top-secret" },
  } do
    it("refuses with " .. case[1] .. " and does not repeat the URI", function()
      local outcome = program.run({ "offer-uri", "--json" }, nil, case[2])
      assert.equal(4, outcome.code)
      assert.equal("", outcome.out)
      assert.equal(case[1], cjson.decode(outcome.err).error.code)
      assert.is_nil(outcome.err:find("top-secret", 1, true))
    end)
  end
end)
