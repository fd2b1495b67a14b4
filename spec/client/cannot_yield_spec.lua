-- A call made where Lua cannot yield, inside a task: nothing is sent, and no answer goes to another call.
local credenco = require "credenco"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

-- Each calls its function from inside a C function that cannot be yielded across.
local PLACES = {
  ["a callback of gsub"] = function(call) return (("x"):gsub("x", function() call() end)) end,
  ["a comparator of sort"] = function(call)
    local asked = false
    table.sort({ 2, 1 }, function(a, b)
      if not asked then asked = true call() end
      return a < b
    end)
  end,
  ["a module that is loaded"] = function(call)
    package.preload["spec.a_module_that_calls"] = function() call() return true end
    require "spec.a_module_that_calls"
    package.loaded["spec.a_module_that_calls"], package.preload["spec.a_module_that_calls"] = nil, nil
  end,
  ["a message handler of xpcall"] = function(call) xpcall(error, function() call() end) end,
  ["a reader of load"] = function(call)
    local read = false
    load(function()
      if read then return nil end
      read = true
      call()
      return ""
    end)
  end,
  ["a debug hook"] = function(call)
    local asked = false
    debug.sethook(function()
      if asked then return end
      asked = true
      call()
    end, "", 1)
    local x = 0
    for i = 1, 10 do x = x + i end
    debug.sethook()
    return x
  end,
  ["a finalizer"] = function(call)
    local object = newproxy and newproxy(true) or setmetatable({}, { __gc = function() call() end }) -- luacheck: ignore
    if newproxy then getmetatable(object).__gc = function() call() end end -- luacheck: ignore
    object = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end,
}

-- In some LuaJITs no compiled loop over pairs ends in a finalizer; errors are made with such a loop.
local compiler = rawget(_G, "jit")

local function is_sound()
  local at = 0
  while arg[at - 1] do at = at - 1 end -- the interpreter
  local ended = os.execute(("timeout 1 '%s' spec/support/pairs_in_finalizer.lua"):format(arg[at]))
  return ended == 0 or ended == true
end

local function without_compiler()
  if not compiler then return end
  compiler.off()
  compiler.flush()
end

local unpack = table.unpack or unpack -- luacheck: ignore

-- From now on `look` sees the id of every answer of the client's, while the loop takes it from libcurl's driver.
local function beside_driver(client, look)
  assert(client:issue_status "0") -- now there is an engine
  local engine = client.transport.engine
  local driver = engine.driver
  local beside = {}
  function beside.take()
    local count, taken = 5, { driver:take() }
    look(taken[1])
    return unpack(taken, 1, count)
  end
  engine.driver = setmetatable(beside, {
    __index = function(_, name) return function(_, ...) return driver[name](driver, ...) end end,
  })
end

describe("inside a task, a call from", function()
  local server

  setup(function()
    if compiler and not is_sound() then without_compiler() end
    server = Misbehaving.start()
  end)
  teardown(function()
    server:stop()
    if compiler then compiler.on() end
  end)

  for place, from in pairs(PLACES) do
    it(place .. " says that it cannot wait, and the task's own call gets its own response", function()
      local scenario = server:scenario { push = { 404 } }
      local client = credenco.new { base_url = scenario.url, api_key = "k", timeout_ms = 60000 }
      local inner, outer, result
      loop.spawn(function()
        from(function() inner = inner or { client:issue_status "inner" } end)
        result, outer = client:push_offer { wallet_key = "w", offer_uri = "https://a.example/o" }
      end)
      while loop.busy() do loop.turn() end
      assert.is_nil(inner[1])
      assert.same({ "cannot_wait", "no", "issue_status" }, { inner[2].code, inner[2].sent, inner[2].step })
      assert.is_nil(result)
      assert.equal("not_found", outer.code)
      assert.equal(0, #scenario.requests("status"))
      client:close()
    end)

    it(place .. " gives every record of issue_many that error", function()
      local scenario = server:scenario()
      local client = credenco.new { base_url = scenario.url, api_key = "k" }
      local codes = {}
      loop.spawn(function()
        local asked = false
        from(function()
          if asked then return end
          asked = true
          local record = { wallet_key = "w", template_id = "t", claims = {} }
          for _, issued, err in client:issue_many { record, record } do codes[#codes + 1] = issued and "issued" or err.code end
        end)
      end)
      while loop.busy() do loop.turn() end
      assert.same({ "cannot_wait", "cannot_wait" }, codes)
      assert.equal(0, #scenario.requests())
      client:close()
    end)
  end

  it("a finalizer in the middle of another call says that it cannot wait", function()
    local scenario = server:scenario { push = { 404 } }
    local client = credenco.new { base_url = scenario.url, api_key = "k", timeout_ms = 60000 }
    local inner
    beside_driver(client, function()
      inner = inner or { client:issue_status "inner" } -- as if taking the answer had made the collector run
    end)
    local _, outer = client:push_offer { wallet_key = "w", offer_uri = "https://a.example/o" }
    client:close()
    assert.same({ "cannot_wait", "no", "not_found" }, { inner[2].code, inner[2].sent, outer.code })
  end)

  it("an on_event that is a callback of gsub does not disturb the call of its event", function()
    local scenario = server:scenario { push = { 404 } }
    local client, inner
    client = credenco.new { base_url = scenario.url, api_key = "k", on_event = function(event)
      if event.type ~= "request" or event.step ~= "push_offer" then return end
      local _ = ("x"):gsub("x", function() inner = { client:issue_status "1" } end)
    end }
    local result, err
    loop.spawn(function() result, err = client:push_offer { wallet_key = "w", offer_uri = "https://a.example/o" } end)
    while loop.busy() do loop.turn() end
    assert.equal("cannot_wait", inner[2].code)
    assert.is_nil(result)
    assert.equal("not_found", err.code)
  end)
end)

describe("an error thrown out of a debug hook", function()
  local server

  setup(function()
    without_compiler() -- compiled code calls no hook
    server = Misbehaving.start()
  end)
  teardown(function()
    server:stop()
    if compiler then compiler.on() end
  end)

  -- Throws at the n-th instruction, until a call needs fewer.
  local function each_instruction(step, run)
    local thrown
    local at = 1
    repeat
      thrown = false
      run(function()
        debug.sethook(function()
          debug.sethook()
          thrown = true
          error("out of a hook", 0)
        end, "", at)
      end)
      at = at + step
    until not thrown
    return at
  end

  local function ask(client, arm)
    pcall(function()
      arm()
      client:issue_status "1"
      debug.sethook()
    end)
    debug.sethook()
  end

  it("leaves the client's other calls running", function()
    local client = credenco.new { base_url = server:scenario().url, api_key = "k", timeout_ms = 60000 }
    local last = each_instruction(7, function(arm)
      ask(client, arm)
      assert.equal("issue_completed", assert(client:issue_status "2").status)
    end)
    assert.is_true(last > 100)
    client:close()
  end)

  it("leaves no call without an end when it is thrown while a response is handed over", function()
    local client = credenco.new { base_url = server:scenario().url, api_key = "k", timeout_ms = 60000 }
    local arm
    beside_driver(client, function(id)
      local once = id and arm
      arm = nil
      if once then once() end
    end)
    local function drain()
      while loop.busy() do loop.turn(10) end
      debug.sethook()
    end
    for instruction = 1, 150 do -- until long after the answer's task has ended
      arm = function()
        debug.sethook(function()
          debug.sethook()
          error("out of a hook", 0)
        end, "", instruction)
      end
      loop.spawn(function() client:issue_status "1" end)
      if not pcall(drain) then drain() end
      assert.equal("2", assert(client:issue_status "2").correlation_id)
    end
    client:close()
  end)

  -- LuaJIT has one hook for all coroutines, so that it may come out of the loop itself, or end the task.
  it("leaves every call of a task its own response", function()
    local scenario = server:scenario { push = { 404 } }
    local client = credenco.new { base_url = scenario.url, api_key = "k", timeout_ms = 60000 }
    local last = each_instruction(13, function(arm)
      local done
      pcall(function()
        loop.spawn(function()
          ask(client, arm)
          done = select(2, client:push_offer { wallet_key = "w", offer_uri = "https://a.example/o" })
        end)
        while not done and loop.busy() do loop.turn() end
      end)
      debug.sethook()
      for _ = 1, 1000 do
        if loop.busy() then loop.turn(10) end
      end
      assert.is_false(loop.busy())
      if done then assert.equal("not_found", done.code) end -- else the hook ended the task
      assert.equal("2", assert(client:issue_status "2").correlation_id)
    end)
    assert.is_true(last > 100)
    client:close()
  end)
end)
