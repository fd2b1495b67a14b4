-- Sleeping tickets in the order of their deadlines, however many are woken before.
local new_sleepers = require("credenco.loop.sleepers").new

local function take_all(sleepers)
  local order = {}
  for _, ticket in ipairs(sleepers:take_due(math.huge) or {}) do order[#order + 1] = ticket.name end
  return order
end

describe("sleepers", function()
  it("come out in the order of their deadlines, and not before", function()
    local sleepers, sorted = new_sleepers(), {}
    for i = 1, 500 do
      local ms = (i * 7919) % 503
      sleepers:add({ name = ms }, ms)
      sorted[i] = ms
    end
    table.sort(sorted)
    assert.equal(sorted[1], sleepers:nearest_ms())
    assert.is_nil(sleepers:take_due(sorted[1] - 1))
    assert.equal(1, #sleepers:take_due(sorted[1]))
    table.remove(sorted, 1)
    assert.same(sorted, take_all(sleepers))
    assert.is_nil(sleepers:nearest_ms())
  end)

  it("that are over do not come out, and are not kept for long", function()
    local sleepers, left = new_sleepers(), {}
    for i = 1, 10000 do
      local ticket = { name = i }
      sleepers:add(ticket, i)
      if i % 100 == 0 then
        left[#left + 1] = i
      else
        ticket.over = true
        sleepers:ended()
      end
      assert.is_true(sleepers.count <= 2 * #left + 130)
    end
    assert.equal(100, sleepers:nearest_ms())
    assert.same(left, take_all(sleepers))
    assert.is_nil(sleepers:take_due(math.huge))
  end)

  it("that are all over leave none", function()
    local sleepers = new_sleepers()
    for i = 1, 10 do
      local ticket = { over = false }
      sleepers:add(ticket, i)
      ticket.over = true
      sleepers:ended()
    end
    assert.is_nil(sleepers:nearest_ms())
    assert.equal(0, sleepers.count)
  end)
end)
