-- The pace of a run: pure arithmetic on given moments.
local correlation = require "credenco.pipeline.correlation"
local outage = require "credenco.pipeline.outage"
local throttle = require "credenco.pipeline.throttle"

describe("the throttle", function()
  it("without a rate lets everything start at once", function()
    local pace = throttle.new(nil)
    for _ = 1, 100 do assert.equal(1000, pace:reserve(1000)) end
  end)

  it("spreads starts over the seconds of its rate", function()
    local pace, moments = throttle.new(50), {}
    for i = 1, 4 do moments[i] = pace:reserve(1000) end
    assert.same({ 1000, 1020, 1040, 1060 }, moments)
  end)

  it("pauses as long as the server says, once for a burst of refusals", function()
    local pace = throttle.new(100)
    assert.equal(5000, pace:refused(1000, 5000))
    assert.equal(4990, pace:refused(1010, 5000))
    assert.equal(6000, pace:reserve(1020))
  end)

  it("continues at half the rate, and returns to the full rate", function()
    local pace = throttle.new(100)
    pace:refused(0, 1000)
    local first, second = pace:reserve(1000), pace:reserve(1000)
    assert.equal(20, second - first)
    for second_number = 1, 12 do pace:reserve(1000 + second_number * 1001) end
    assert.equal(100, pace.per_s)
  end)

  it("pauses longer each time when the server names no time, up to a minute", function()
    local pace, now, pauses = throttle.new(10), 0, {}
    for i = 1, 8 do
      pauses[i] = pace:refused(now)
      now = now + pauses[i]
    end
    assert.same({ 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 }, pauses)
  end)

  it("asks again after five minutes, whatever the server says", function()
    local pace = throttle.new(10)
    assert.equal(300000, pace:refused(0, 86400000))
  end)

  it("pauses as if no time were named when the server says 0 seconds", function()
    local pace = throttle.new(10)
    assert.equal(1000, pace:refused(0, 0))
    assert.equal(2000, pace:refused(1000, 0))
  end)

  it("lowers an unlimited rate to half of the measured one", function()
    local pace = throttle.new(nil)
    for i = 0, 99 do pace:reserve(i * 10) end
    pace:refused(1000, 10)
    assert.is_true(pace.per_s >= 25 and pace.per_s <= 60)
  end)
end)

describe("an outage", function()
  it("is many failures in a row, long when they outlast its patience, and over with one response", function()
    local watch = outage.new(1000)
    for now = 0, 18 do watch:seen(now) end
    assert.is_false(watch:is_on())
    watch:seen(19)
    assert.is_true(watch:is_on())
    assert.is_false(watch:is_long(999))
    assert.is_true(watch:is_long(1000))
    watch:over()
    assert.is_false(watch:is_on() or watch:is_long(5000))
  end)
end)

describe("a correlation id", function()
  it("is a UUID that every machine works out alike", function()
    assert.equal("321cf312-4838-8afc-b3df-515fc440c745", correlation.id("a", "b", "c"))
  end)

  it("differs with each of its parts, wherever they are cut", function()
    local seen = {}
    for _, parts in ipairs { { "ab", "c", "d" }, { "a", "bc", "d" }, { "a", "b", "cd" }, { "a", "b", "c" } } do
      local id = correlation.id(parts[1], parts[2], parts[3])
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)
end)
