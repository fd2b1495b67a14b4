--- Moments as seconds since 1970.
local dates = require "credenco.sandbox.wallet.dates"

describe("a date of a credential", function()
  for text, seconds in pairs {
    ["1970-01-01T00:00:00Z"] = 0,
    ["1969-12-31T23:59:59Z"] = -1,
    ["2000-02-29T00:00:00Z"] = 951782400,
    ["1900-03-01T00:00:00Z"] = -2203891200,
    ["2100-03-01T00:00:00Z"] = 4107542400,
    ["2400-02-29T23:59:60Z"] = 13574649600,
    ["2026-11-28T10:00:00.25+02:00"] = 1795852800,
  } do
    it("is understood: " .. text, function() assert.equal(seconds, dates.seconds(text)) end)
  end

  for _, text in ipairs {
    "2026-11-28", "2026-13-01T00:00:00Z", "2026-11-32T00:00:00Z", "2026-11-28T24:00:00Z", "2026-11-28T10:00:00",
    "2026-11-28T10:00:00+2",
  } do
    it("is refused: " .. text, function() assert.is_nil(dates.seconds(text)) end)
  end
end)
