local as_utf8 = require "credenco.base.as_utf8"

describe("text of any bytes", function()
  it("stays unchanged if it is UTF-8", function() assert.equal("caf\195\169 \0", as_utf8 "caf\195\169 \0") end)

  it("else has a question mark for each byte beyond ASCII", function()
    assert.equal("caf? ??", as_utf8 "caf\233 \195\169")
  end)
end)
