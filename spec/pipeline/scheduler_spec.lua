local loop = require "credenco.loop"
local scheduler = require "credenco.pipeline.scheduler"

describe("the scheduler", function()
  it("gives a task that comes back no further record while another task has its place", function()
    local begun, tickets, tasks = {}, {}, nil
    tasks = scheduler.new(1, function(name)
      begun[#begun + 1] = name
      if name == "first" then tasks:lend_place() end
      tickets[name] = loop.self()
      loop.wait(tickets[name])
      if name == "first" then tasks:take_place() end
    end)
    for _, name in ipairs { "first", "second", "third" } do tasks:add(name) end
    assert.same({ "first", "second" }, begun)
    loop.wake(tickets.first)
    assert.same({ "first", "second" }, begun)
    loop.wake(tickets.second)
    assert.same({ "first", "second", "third" }, begun)
    loop.wake(tickets.third)
    assert.equal(0, tasks.active)
  end)

  it("takes a record whose offer is stored before the new ones that came first", function()
    local begun, tickets = {}, {}
    local tasks = scheduler.new(1, function(name)
      begun[#begun + 1] = name
      tickets[name] = loop.self()
      loop.wait(tickets[name])
    end)
    for _, name in ipairs { "at work", "new" } do tasks:add(name) end
    tasks:go_on "with an offer"
    for _, name in ipairs { "at work", "with an offer", "new" } do loop.wake(tickets[name]) end
    assert.same({ "at work", "with an offer", "new" }, begun)
  end)
end)
