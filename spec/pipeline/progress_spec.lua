-- What the progress line says, from given numbers.
local counts = require "credenco.pipeline.counts"
local csv_line = require "credenco.cli.pipeline.csv_line"
local progress = require "credenco.cli.pipeline.progress"

local function numbers(fields, bytes)
  local shown = progress.new("none", bytes and { bytes = bytes })
  local made = counts.new()
  for name, value in pairs(fields) do made[name] = value end
  shown:numbers(counts.new(), 1000)
  return shown:numbers(made, 3000)
end

describe("the progress line", function()
  it("guesses the total from the part of the file that is read", function()
    local line = progress.line(numbers({ read = 300, issued = 190, failed = 10 }, { size = 1000, taken = 250 }))
    assert.equal("200 of about 1200 done, 100/s, 10 failed, ends in 10 s", line)
  end)

  it("knows the total once the file is read", function()
    local line = progress.line(numbers({ read = 300, issued = 200 }, { size = 1000, taken = 1000 }))
    assert.equal("200 of 300 done, 100/s, 0 failed, ends in 1 s", line)
  end)

  it("says nothing of an end it cannot know, and names what is unknown", function()
    assert.equal("4 done, 2/s, 1 failed, 1 unknown", progress.line(numbers { issued = 2, failed = 1, unknown = 1 }))
  end)

  it("counts what was done before", function()
    assert.equal(70, numbers({ known = 50, issued = 20 }).done)
  end)

  it("counts what was left open once, when it is done", function()
    assert.equal(20, numbers({ known = 0, resumed = 40, issued = 20 }).done)
    assert.equal(30, numbers({ known = 50, resumed = 40, issued = 20 }).done)
  end)
end)

describe("a CSV report", function()
  it("quotes what has to be quoted, and runs no formula in a spreadsheet", function()
    assert.equal('a,b\r\n"x,""y""",\'=1+1\r\n', csv_line.table({ "a", "b" }, { { a = 'x,"y"', b = "=1+1" } }))
  end)
end)
