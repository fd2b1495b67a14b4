-- The lines of a connection that was made before: what they say of a chain of certificates.
local connection_lines = require "credenco.cli.doctor.connection_lines"

local function certificate_line(certificates)
  local place = { id = "", what = "", origin = "https://wallet.example", setting = "--base-url",
    parsed = { scheme = "https", host = "wallet.example" }, look = { certificates = certificates } }
  local rows = {}
  connection_lines.add_rows(rows, place)
  return rows[#rows].check({ options = {} })
end

local EARLY = { ["Expire date"] = "Jan  2 12:00:00 2090 GMT" }
local LATE = { ["Expire date"] = "Mar  4 12:00:00 2091 GMT" }

describe("the certificate's line", function()
  it("has the end of the chain's certificate that expires first, wherever it stands", function()
    for _, chain in ipairs { { EARLY, LATE }, { LATE, EARLY }, { LATE, EARLY, LATE } } do
      local state, words = certificate_line(chain)
      assert.equal("ok", state)
      assert.matches("^valid until 2090%-01%-02, ", words)
    end
  end)

  it("is left out if no certificate has an end", function()
    assert.is_nil((certificate_line { {} }))
  end)
end)
