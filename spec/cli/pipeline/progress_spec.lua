-- The text of the progress line, from given numbers.
local counts = require "credenco.pipeline.counts"
local csv_line = require "credenco.cli.pipeline.csv_line"
local outage = require "credenco.pipeline.outage"
local progress = require "credenco.cli.pipeline.progress"
local throttle = require "credenco.pipeline.throttle"

local function a_run()
  return { works = true, counts = counts.new(), throttle = throttle.new(), outage = outage.new(60000) }
end

local function numbers(fields, bytes, run)
  local shown = progress.new("none", bytes and { bytes = bytes }, 1000)
  run = run or a_run()
  for name, value in pairs(fields) do run.counts[name] = value end
  return shown:numbers(run, 3000)
end

describe("the progress line", function()
  it("guesses the total from the part of the file that is read", function()
    local line = progress.line(numbers({ read = 300, issued = 190, failed = 10 }, { size = 1000, taken = 250 }))
    assert.equal("200 of about 1200 done, 100/s, 10 failed, ends in 10 s", line)
  end)

  local function read_run()
    local run = a_run()
    run.has_read = true
    return run
  end

  it("knows the total once the file is read, of a file or a stream", function()
    for _, bytes in ipairs { { size = 1000, taken = 1000 }, {} } do
      local line = progress.line(numbers({ read = 300, issued = 200 }, bytes, read_run()))
      assert.equal("200 of 300 done, 100/s, 0 failed, ends in 1 s", line)
    end
  end)

  it("has no total while the lines of a file are in memory that nobody has counted", function()
    local known = numbers({ resumed = 4, issued = 4 }, { size = 1000, taken = 1000 })
    assert.is_nil(known.total)
    assert.is_nil(known.total_is_exact)
    assert.equal("4 done, 2/s, 0 failed", progress.line(known))
    assert.is_nil(numbers({ read = 384, issued = 4 }, { size = 1000, taken = 1000 }).total)
  end)

  it("does not estimate an end that it cannot know, and counts unknown outcomes", function()
    assert.equal("302 done, 151/s, 0 failed in this run", progress.line(numbers { known = 300, issued = 2 }))
    assert.equal("4 done, 2/s, 1 failed, 1 unknown", progress.line(numbers { issued = 2, failed = 1, unknown = 1 }))
  end)

  it("says how long the server wants to be left alone", function()
    local run = a_run()
    run.throttle:refused(2500, 130000)
    assert.equal("2 done, 1/s, 0 failed, paused by the server for 2 min",
      progress.line(numbers({ issued = 2 }, nil, run)))
    local paused = numbers({}, { size = 10, taken = 5 }, run)
    assert.equal(130, paused.pause_seconds_left)
    assert.is_nil(paused.seconds_left)
    run.throttle.pause_until_ms = 3000
    assert.is_nil(numbers({}, nil, run).pause_seconds_left)
  end)

  it("says for how long nothing has got through", function()
    local run = a_run()
    for at_ms = 500, 519 do run.outage:seen(at_ms) end
    assert.equal("2 done, 1/s, 0 failed, server out of reach for 2 s",
      progress.line(numbers({ issued = 2 }, nil, run)))
    run.outage:over()
    assert.is_nil(numbers({}, nil, run).outage_seconds)
  end)

  it("has a bar as wide as there is room, and none if there is little", function()
    local half = numbers({ read = 300, issued = 150 }, { size = 1000, taken = 1000 }, read_run())
    local line = "150 of 300 done, 75/s, 0 failed, ends in 2 s"
    assert.equal("[" .. ("#"):rep(12) .. (" "):rep(12) .. "]  50%  " .. line, progress.bar(half, 200))
    assert.equal("[" .. ("#"):rep(4) .. (" "):rep(5) .. "]  50%  " .. line, progress.bar(half, #line + 18))
    assert.equal(line, progress.bar(half, #line + 16))
    assert.equal("2 done, 1/s, 0 failed", progress.bar(numbers { issued = 2 }, 200))
  end)

  it("counts earlier work", function()
    assert.equal(70, numbers({ known = 50, issued = 20 }).done)
  end)

  it("counts lines as done that are loaded", function()
    local run = a_run()
    run.works = false
    assert.equal(7, numbers({ read = 7, known = 3, waiting = 3 }, nil, run).done)
  end)

  it("counts an open record once, when it is done", function()
    assert.equal(20, numbers({ known = 50, waiting = 40, issued = 10 }).done)
    assert.equal(20, numbers({ known = 0, resumed = 40, issued = 20 }).done)
    assert.equal(30, numbers({ known = 50, resumed = 40, issued = 20 }).done)
  end)
end)

describe("a CSV report", function()
  it("quotes where it must, and runs no formula in a spreadsheet", function()
    assert.equal("a,b\r\n", csv_line.header { "a", "b" })
    assert.equal('"x,""y""",\'=1+1\r\n', csv_line.of({ "a", "b" }, { a = 'x,"y"', b = "=1+1" }))
    assert.equal("'-2+3,12\r\n", csv_line.of({ "a", "b" }, { a = "-2+3", b = 12 }))
  end)
end)
