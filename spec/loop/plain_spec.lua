-- The loop of plain Lua: tasks, sleepers and callers from outside.
local core = require "credenco.core"
local loop = require "credenco.loop"

local LONG_MS = 1e7

-- A source that is busy until it is over, and notes the waits that it is asked for.
local function noting(timeout_ms)
  local source = { asked = {}, over = false }
  function source:busy() return not self.over end
  function source.timeout_ms() return timeout_ms end
  function source:step(ms) self.asked[#self.asked + 1] = ms end
  return source
end

-- A set that keeps nothing alive, and how many are left in it.
local function weak_set() return setmetatable({}, { __mode = "k" }) end
local function left_in(set)
  collectgarbage()
  collectgarbage()
  local count = 0
  for _ in pairs(set) do count = count + 1 end
  return count
end

describe("the plain loop", function()
  it("gives a wait the first result for it, and tells later callers that it is over", function()
    local ticket = loop.self()
    assert.is_nil(loop.wake(ticket, "first"))
    assert.is_false(loop.wake(ticket, "second"))
    assert.equal("first", loop.wait(ticket))
  end)

  it("runs a task up to its first wait at once", function()
    local trace = {}
    loop.spawn(function(word)
      trace[#trace + 1] = word
      loop.sleep(1)
      trace[#trace + 1] = "later"
    end, "now")
    assert.same({ "now" }, trace)
    loop.sleep(20)
    assert.same({ "now", "later" }, trace)
  end)

  it("wakes sleepers in the order of their time", function()
    local trace, now_ms = {}, loop.now_ms()
    for _, ms in ipairs { 30, 1, 15 } do
      loop.spawn(function()
        loop.wait(loop.self(), now_ms + ms)
        trace[#trace + 1] = ms
      end)
    end
    loop.sleep(60)
    assert.same({ 1, 15, 30 }, trace)
  end)

  it("returns the arguments of wake, nils included", function()
    local ticket, got
    loop.spawn(function()
      ticket = loop.self()
      got = { n = select("#", loop.wait(ticket)) }
    end)
    loop.wake(ticket, nil, "x", nil)
    assert.equal(3, got.n)
  end)

  it("gives up a wait at its deadline", function()
    local ticket = loop.self()
    local value, why = loop.wait(ticket, loop.now_ms() + 5)
    assert.is_nil(value)
    assert.equal("timeout", why)
  end)

  -- Thrown out of each instruction of the wait, by a debug hook.
  it("gives the result for a wait that an error has ended to nobody", function()
    for instruction = 1, 80 do
      local thrown_out, whole, got
      pcall(function() -- LuaJIT has one hook for all coroutines: it may come out here
        loop.spawn(function()
          pcall(function()
            thrown_out = loop.self()
            debug.sethook(function()
              debug.sethook()
              error("out of a hook", 0)
            end, "", instruction)
            loop.wait(thrown_out)
            debug.sethook()
          end)
          whole = loop.self()
          got = loop.wait(whole)
        end)
        debug.sethook()
      end)
      loop.wake(thrown_out, "late")
      if whole then loop.wake(whole, "its own") end
      assert.equal("its own", got)
    end
  end)

  it("tells who wakes a wait that has ended early", function()
    local left, second
    loop.spawn(function()
      left, second = loop.self(), loop.self()
      coroutine.wrap(loop.wait)(left)
      loop.wait(second)
    end)
    assert.is_false(loop.wake(left, "late"))
    loop.wake(second)
  end)

  it("keeps no task that has failed", function()
    local threads = weak_set()
    pcall(loop.spawn, function()
      threads[coroutine.running()] = true
      error "mine"
    end)
    assert.equal(0, left_in(threads))
  end)

  it("does not keep all waits that have ended before their deadlines", function()
    local tickets = weak_set()
    for _ = 1, 300 do
      local ticket
      loop.spawn(function()
        ticket = loop.self()
        tickets[ticket] = true
        loop.wait(ticket, loop.now_ms() + LONG_MS)
      end)
      loop.wake(ticket)
    end
    assert.is_true(left_in(tickets) < 150)
  end)

  it("notes no deadline for a wait that is over", function()
    local ticket = loop.self()
    loop.wake(ticket)
    loop.wait(ticket, loop.now_ms() + LONG_MS)
    assert.is_false(ticket.deadline_ms)
  end)

  it("is due at once after a deadline, and else at the nearest time of all", function()
    local sources = { noting(9), noting(5), noting(7) }
    for _, source in ipairs(sources) do loop.attach(source) end
    assert.equal(5, loop.timeout_ms())
    loop.spawn(function() loop.wait(loop.self(), loop.now_ms() - LONG_MS) end)
    assert.equal(0, loop.timeout_ms())
    for _, source in ipairs(sources) do source.over = true end
    loop.turn(0)
    assert.is_nil(loop.timeout_ms())
  end)

  it("steps each source once in a turn, and lets none wait longer than it was told", function()
    local one, other = noting(), noting()
    loop.attach(one)
    loop.attach(one)
    loop.turn(0)
    loop.attach(other)
    loop.turn(0)
    one.over, other.over = true, true
    assert.is_false(loop.busy())
    assert.same({ { 0, 0 }, { 0 } }, { one.asked, other.asked })
  end)

  it("sleeps where there is no source", function()
    local sleep_ms, slept_ms, ticket = core.sleep_ms, nil, nil
    loop.spawn(function()
      ticket = loop.self()
      loop.wait(ticket, loop.now_ms() + LONG_MS)
    end)
    core.sleep_ms = function(ms) slept_ms = ms end
    pcall(loop.turn, 10)
    core.sleep_ms = sleep_ms
    loop.wake(ticket)
    assert.equal(10, slept_ms)
  end)

  it("asks a source to wait for whole milliseconds, also when a sleep ends at a fraction of one", function()
    local source, asked = {}, {}
    function source.busy() return #asked == 0 end
    function source.timeout_ms() end
    function source.step(_, ms) asked[#asked + 1] = ms end
    loop.attach(source)
    loop.sleep(2.5)
    assert.equal(0, asked[1] % 1)
  end)

  it("lets a caller in a foreign coroutine wait while tasks continue", function()
    local progress, caller = 0, nil
    loop.spawn(function()
      for _ = 1, 3 do
        loop.sleep(1)
        progress = progress + 1
      end
      loop.wake(caller)
    end)
    coroutine.wrap(function()
      caller = loop.self()
      loop.wait(caller)
    end)()
    assert.equal(3, progress)
  end)

  it("uses the coroutine of an ended task again", function()
    local threads = {}
    for _ = 1, 5 do
      loop.spawn(function() threads[coroutine.running()] = true end)
    end
    local count = 0
    for _ in pairs(threads) do count = count + 1 end
    assert.equal(1, count)
  end)

  it("passes a task's error on, and continues with the others", function()
    local survived = false
    loop.spawn(function()
      loop.sleep(5)
      survived = true
    end)
    local ok, problem = pcall(loop.spawn, function() error("mine", 0) end)
    assert.is_false(ok)
    assert.truthy(problem:find("mine", 1, true))
    loop.sleep(30)
    assert.is_true(survived)
  end)

  it("steps several sources and forgets those that are not busy", function()
    local function source(count)
      return {
        left = count, steps = 0,
        busy = function(self) return self.left > 0 end,
        step = function(self)
          self.left, self.steps = self.left - 1, self.steps + 1
        end,
      }
    end
    local a, b = source(3), source(5)
    loop.attach(a)
    loop.attach(b)
    loop.attach(b)
    while b:busy() do loop.sleep(1) end
    assert.equal(3, a.steps)
    assert.equal(5, b.steps)
    assert.is_false(a.attached)
  end)

  it("leaves a source alone that another's step has ended, also when it computes the time left", function()
    local ended = false
    local function source(step)
      local made = { step = step, busy = function() return not ended end }
      function made.timeout_ms() assert(not ended, "asked when it was over") end
      loop.attach(made)
    end
    source(function() assert(not ended, "stepped when it was over") end)
    source(function() ended = true end)
    loop.turn(0)
    assert.is_nil(loop.timeout_ms())
    assert.is_false(loop.busy())
  end)

  it("says so when nothing can end a wait", function()
    assert.has_error(function() loop.wait(loop.self()) end, "credenco: this wait would never end")
  end)

  it("continues when a step turned the loop and other sources have finished", function()
    local stepped = {}
    local function source(name, on_step)
      local steps = 0
      local made = { busy = function() return steps == 0 end }
      function made.step()
        steps = steps + 1
        stepped[#stepped + 1] = name
        if on_step then on_step() end
      end
      loop.attach(made)
    end
    source "a"
    source "b"
    source("c", function()
      while #stepped < 3 do loop.turn(0) end
      loop.busy()
    end)
    loop.turn(0)
    assert.same({ "c", "b", "a" }, stepped)
    assert.is_false(loop.busy())
  end)
end)
