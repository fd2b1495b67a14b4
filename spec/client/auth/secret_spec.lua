-- A secret that a function gives: what its errors may say.
local Secret = require "credenco.client.auth.secret"

describe("a secret from a function", function()
  it("and the one before it are left out of the words with which the function fails", function()
    local given = { "first-secret", "second-secret" }
    local secret = Secret.from({ api_key = function()
      return table.remove(given, 1) or error("tried first-secret and second-secret", 0)
    end }, "api_key")
    assert.equal("first-secret", (secret:get(nil, "issue")))
    assert.equal("second-secret", (secret:get("first-secret", "issue")))
    local value, err = secret:get("second-secret", "issue")
    assert.is_nil(value)
    assert.equal("tried [redacted] and [redacted]", err.detail)
  end)
end)
