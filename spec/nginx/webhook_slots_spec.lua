-- The queue of the webhook by itself: its slots, their leases, and what is known of an item's failures.
local worker = require "spec.nginx.worker"

-- A queue of a size in an empty dictionary.
local BEFORE = [[
  local make = require("credenco.webhook.queue").new
  local dict = ngx.shared.items
  dict:flush_all()
  dict:flush_expired()
  local function lease_s(job) return dict:ttl("lease " .. job.slot) end
  local function lose(job) dict:delete("lease " .. job.slot) end
]]

describe("the slots of the webhook's queue", function()
  local inside

  setup(function()
    inside = worker.start { http = "lua_shared_dict items 1m; lua_shared_dict narrow 64k;" }
  end)
  teardown(function() inside:stop() end)

  local function run(code) return inside:run(BEFORE .. code) end

  it("are used wherever one is free", function()
    assert.same({ "a", "c", "d" }, { run [[
      local queue = make(dict, 2)
      queue:put "a"
      queue:put "b"
      local jobs, items = { queue:take(), queue:take() }, {}
      for _, job in ipairs(jobs) do
        if job.item == "b" then queue:finish(job) else items[1] = job.item end
      end
      for _, item in ipairs { "c", "d" } do
        assert(queue:put(item), item)
        local job = queue:take()
        items[#items + 1] = job.item
        queue:finish(job)
      end
      return unpack(items)
    ]] })
  end)

  it("leave room in the dictionary for leases", function()
    for _, bytes in ipairs { 50, 500, 3000 } do
      local taken, failures = run(([[
        local narrow = ngx.shared.narrow
        narrow:flush_all()
        narrow:flush_expired()
        local queue, taken, failures = make(narrow, 10000), 0, 0
        while queue:put(("x"):rep(%d)) do end
        for _ = 1, 8 do
          local job = queue:take()
          if job then taken, failures = taken + 1, failures + queue:count_failure(job) + queue:count_failure(job) end
        end
        return taken, failures
      ]]):format(bytes))
      assert.same({ 8, 24 }, { taken, failures }, bytes)
    end
  end)

  it("know nothing of the failures of an item that is done", function()
    assert.same({ 1, 2, 1 }, { run [[
      local queue, failures = make(dict, 1), {}
      for _, count in ipairs { 2, 1 } do
        queue:put "item"
        local job = queue:take()
        for _ = 1, count do failures[#failures + 1] = queue:count_failure(job) end
        queue:finish(job)
      end
      return unpack(failures)
    ]] })
  end)

  it("are free for others after a while if a worker dies as soon as it has leased one", function()
    assert.is_true(run [[
      local queue = make(dict, 1)
      queue:put "item"
      return lease_s(queue:take()) > 0
    ]])
  end)

  -- Another worker finishes the item after this one has seen it, and before it has the lease.
  it("are not leased without an item", function()
    assert.same({ true, "next" }, { run [[
      local seen = setmetatable({}, { __index = function(_, name)
        return function(_, key, ...)
          if name == "safe_add" and key == "lease 0" then dict:delete "slot 0" end
          return dict[name](dict, key, ...)
        end
      end })
      make(dict, 1):put "item"
      local none = make(seen, 1):take()
      local queue = make(dict, 1)
      queue:put "next"
      local job = queue:take()
      return none == nil, job and job.item
    ]] })
  end)

  it("are held only by the worker that has the lease, until its job is done", function()
    assert.same({ "running", "zombie", "zombie" }, { run [[
      local queue = make(dict, 1)
      queue:put "item"
      local first = queue:take()
      local function held(job)
        local thread = ngx.thread.spawn(queue.hold, queue, job)
        local status = coroutine.status(thread)
        job.done = true
        return status
      end
      local holds = held(first)
      local done = held(first)
      first.done = nil
      lose(first)
      queue:take()
      return holds, done, held(first)
    ]] })
  end)

  it("wait for as long as an item is postponed, unless another worker has the lease", function()
    assert.same({ true, true }, { run [[
      local queue = make(dict, 1)
      queue:put "item"
      local first = queue:take()
      lose(first)
      local second = queue:take()
      queue:postpone(first, 10000)
      local is_others = lease_s(second) < 1000
      queue:postpone(second, 10000)
      return is_others, lease_s(second) > 1000
    ]] })
  end)
end)
