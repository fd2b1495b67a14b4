-- How much of a source is read at once.
local bench_of_one = require "spec.pipeline.bench_of_one"
local intakes = require "credenco.pipeline.intake"

describe("reading a source", function()
  local bench, take_in, sizes
  before_each(function()
    bench, take_in, sizes = bench_of_one.new(), intakes.take_in, {}
    intakes.take_in = function(run, items, ends)
      sizes[#sizes + 1] = #items + #ends
      return take_in(run, items, ends)
    end
  end)
  after_each(function()
    intakes.take_in = take_in
    bench:close()
  end)

  local function of_bytes(count, bytes)
    local records = bench_of_one.records(count)
    for _, record in ipairs(records) do record.text = ("x"):rep(bytes) end
    return records
  end

  it("takes many lines at a time, but not long ones, since memory holds them all", function()
    assert(bench:run(of_bytes(400, 1), { mode = "load" }))
    assert.same({ 384, 16 }, sizes)
    sizes = {}
    assert(bench:run(of_bytes(5, 1048576), { mode = "load", name = "long lines" }))
    assert.same({ 2, 2, 1 }, sizes)
  end)
end)
