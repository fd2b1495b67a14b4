-- How numbers go to PostgreSQL, as text.
local comma_locale = require "spec.support.comma_locale"
local dialect = require "credenco.journal.dialect.postgresql"

describe("a number for PostgreSQL in a locale of its program's with a decimal comma", function()
  local has_locale = comma_locale.use()

  it("has a point", function()
    if not has_locale() then return pending(comma_locale.NEEDS) end
    assert.same({ "1.5", "a", "2" }, { dialect.bound(1.5, "a", 2) })
  end)
end)
