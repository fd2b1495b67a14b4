local fifo = require "credenco.base.fifo"

describe("a queue", function()
  it("gives its items in their order, and nil when there is none", function()
    local queue = fifo.new()
    assert.is_nil(queue:pop())
    queue:push "a"
    queue:push(false)
    queue:push "c"
    assert.same({ 3, "a", false, "c" }, { queue:count(), queue:pop(), queue:pop(), queue:pop() })
    assert.is_nil(queue:pop())
    assert.is_true(queue:is_empty())
  end)

  it("does not grow with the items that have passed", function()
    local queue = fifo.new()
    for i = 1, 1000 do
      queue:push(i)
      assert.equal(i, queue:pop())
    end
    queue:push "next"
    assert.equal("next", queue[1])
    assert.equal(1, queue:count())
  end)
end)
