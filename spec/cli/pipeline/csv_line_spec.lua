-- Lines of CSV that a spreadsheet opens as text.
local csv_line = require "credenco.cli.pipeline.csv_line"

local function line(...)
  local columns, record = {}, {}
  for i, value in ipairs { ... } do columns[i], record["c" .. i] = "c" .. i, value end
  return csv_line.of(columns, record)
end

describe("a line of CSV", function()
  it("has a quote before text that a spreadsheet would run", function()
    for _, text in ipairs { "=1", "+1", "-1", "@a", "\tb" } do assert.equal("'" .. text .. "\r\n", line(text)) end
    for _, text in ipairs { "\r=1", "\n=1" } do assert.equal('"\'' .. text .. '"\r\n', line(text)) end
  end)
end)
