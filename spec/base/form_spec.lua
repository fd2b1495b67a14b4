local form = require "credenco.base.form"

describe("a form", function()
  it("has its fields in the order of their names, all of them encoded", function()
    assert.equal("a%20b=c%2Bd%26e&z=", form { z = "", ["a b"] = "c+d&e" })
    assert.equal("", form {})
  end)

  it("is none where a part is too long", function()
    assert.is_nil(form { a = ("é"):rep(2 ^ 18) })
  end)
end)
