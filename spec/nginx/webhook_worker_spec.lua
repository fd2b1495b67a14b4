-- The worker of the webhook by itself: what counts as a failure of a handler, and how many of them run.
local worker = require "spec.nginx.worker"

-- A queue in an empty dictionary, and a worker on it. `at_once` makes it work in this request.
local BEFORE = [[
  local loop = require "credenco.loop"
  local dict = ngx.shared.items
  dict:flush_all()
  dict:flush_expired()
  local queue = require("credenco.webhook.queue").new(dict, 10)
  local function new(handler, concurrency)
    return require("credenco.webhook.worker").new(queue,
      { handler = handler, concurrency = concurrency or 1, max_attempts = 1, handler_timeout_s = 60 })
  end
  local function put(id) assert(queue:put(('{"id":"%s","type":"t","source":"s"}\n{}'):format(id))) end
  local function at_once(name, stub, fn)
    local kept = loop[name]
    loop[name] = stub
    local ok, problem = pcall(fn)
    loop[name] = kept
    assert(ok, problem)
  end
  local function directly(fn, ...) return fn(...) end
]]

describe("the webhook's worker", function()
  local inside

  setup(function() inside = worker.start { http = "lua_shared_dict items 1m;" } end)
  teardown(function() inside:stop() end)

  local function run(code) return inside:run(BEFORE .. code) end

  local RESULTS = {
    { "nothing", "" }, { "nil", "nil" }, { "true", "true" }, { "a table", "{}" },
    { "false", "false", "nil" }, { "false and a problem", "false, 'locked'", "locked" },
    { "nil and a problem", "nil, 'no such account'", "no such account" },
  }
  for number, case in ipairs(RESULTS) do
    it(("takes %s of a handler for %s"):format(case[1], case[3] and "a failure" or "the end of its work"), function()
      run(([[
        put "result-%d"
        at_once("detach", directly, function() new(function() return %s end):wake() end)
        assert(queue:length() == 0)
      ]]):format(number, case[2]))
      local said = inside:error_log():match(("event result%%-%d: dropped after 1 attempts: ([^\n,]*)"):format(number))
      assert.equal(case[3], said)
    end)
  end

  it("begins nothing more in an nginx worker that exits", function()
    assert.same({ 1, true }, { run [[
      put "left"
      at_once("exiting", function() return true end, function()
        at_once("detach", directly, function() new(function() end):wake() end)
      end)
      return queue:length(), queue:take() ~= nil
    ]] })
  end)

  it("runs no more handlers than it may, however often it is woken", function()
    assert.equal(2, run [[
      local running, most = 0, 0
      local one = new(function()
        running = running + 1
        most = math.max(most, running)
        ngx.sleep(0.01)
        running = running - 1
      end, 2)
      for i = 1, 6 do put("many-" .. i) end
      for _ = 1, 6 do one:wake() end
      while queue:length() > 0 do ngx.sleep(0.001) end
      return most
    ]])
  end)

  it("takes no timer of nginx while all its handlers run", function()
    assert.equal(0, run [[
      local taken, one = 0, nil
      one = new(function()
        at_once("detach", function() taken = taken + 1 end, function() one:wake() end)
      end)
      put "busy"
      at_once("detach", directly, function() one:wake() end)
      return taken
    ]])
  end)
end)
