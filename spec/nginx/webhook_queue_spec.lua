-- Events that were received, until their handler is done with them: none is lost, whatever happens to the handler, its
-- worker, the queue or nginx.
local processes = require "spec.nginx.processes"
local uv = require "luv"
local wait = require "spec.support.wait"
local webhook_receiver = require "spec.nginx.webhook_receiver"


describe("the webhook's queue inside nginx", function()
  local receiver = webhook_receiver.use()

  local long -- runs longer than a lease lasts, beside the other tests

  setup(function()
    long = receiver:delivery { data = { ms = 6000, failures = 0, text = "long" } }
    assert.equal(204, receiver:deliver(long).status)
  end)

  it("answers 204 and runs the handler in the background", function()
    local made = receiver:delivery { data = { ms = 0, held = true, failures = 0, text = "payload" } }
    receiver:hold(function()
      assert.equal(204, receiver:deliver(made).status)
      assert.is_nil(receiver:done()[made.id])
    end)
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)

  it("responds with 503 while its queue is full, and loses none when the sender repeats", function()
    local waiting = {}
    for i = 1, 8 do
      waiting[i] = receiver:delivery {
        path = "/small", header = "x-other-header", scheme = "sha256",
        data = { ms = 100, failures = 0, text = "number " .. i },
      }
    end
    assert.is_true(wait.until_true(function()
      for i = #waiting, 1, -1 do
        local answer = receiver:deliver(waiting[i])
        if answer.status == 503 then
          assert.equal("5", answer.headers["retry-after"])
        else
          assert.equal(204, answer.status)
          assert.equal(1, receiver:comes_to_be_done(table.remove(waiting, i).id))
        end
      end
      return #waiting == 0
    end))
  end)

  it("is full with as many events as queue_size, and forgets those that it did not take", function()
    local function digests()
      return receiver.inside:run [[
        local count = 0
        for _, key in ipairs(ngx.shared.small:get_keys(0)) do count = count + (key:find "^digest " and 1 or 0) end
        return count
      ]]
    end
    local known, statuses, made = digests(), {}, {}
    receiver:hold(function()
      for i = 1, 3 do
        made[i] = receiver:delivery {
          path = "/small", header = "x-other-header", scheme = "sha256",
          data = { ms = 0, held = true, failures = 0, text = "full " .. i },
        }
        statuses[i] = receiver:deliver(made[i]).status
      end
      assert.same({ 204, 204, 503 }, statuses)
      assert.equal(2, receiver.inside:run 'return require("events").small:queued()')
      assert.equal(known + 2, digests())
    end)
    for i = 1, 2 do assert.equal(1, receiver:comes_to_be_done(made[i].id)) end
    assert.equal(204, receiver:deliver(made[3]).status)
    assert.equal(1, receiver:comes_to_be_done(made[3].id))
  end)

  it("forgets nothing when its dictionary is full", function()
    local taken = {}
    for i = 1, 200 do
      local made = receiver:delivery { path = "/tight", data = { ms = 100, failures = 1, text = "tight " .. i } }
      local status = receiver:deliver(made).status
      if status == 204 then taken[#taken + 1] = made else assert.equal(503, status) end
    end
    assert.is_true(#taken > 50 and #taken < 200)
    for _, made in ipairs(taken) do assert.equal(1, receiver:comes_to_be_done(made.id)) end
    for _, made in ipairs(taken) do
      assert.equal(409, receiver:deliver(receiver:delivery { path = "/tight", signature = made.signature, body = made.body }).status)
      assert.equal(204, receiver:deliver(made).status)
    end
  end)

  it("runs a handler that failed again", function()
    local made = receiver:delivery { data = { ms = 0, failures = 1, text = "fails once" } }
    assert.equal(204, receiver:deliver(made).status)
    assert.equal(1, receiver:comes_to_be_done(made.id))
    assert.truthy(receiver.inside:error_log():find("event " .. made.id .. ": attempt 1 failed:", 1, true))
  end)

  it("gives an event up after max_attempts, and says so", function()
    local made = receiver:delivery {
      path = "/small", header = "x-other-header", scheme = "sha256",
      data = { ms = 0, failures = 9, text = "always fails" },
    }
    assert.equal(204, receiver:deliver(made).status)
    local words = ("event %s: dropped after 2 attempts"):format(made.id)
    assert.is_true(wait.until_true(function() return receiver.inside:error_log():find(words, 1, true) ~= nil end))
  end)

  it("stops a handler that waits for too long, and has room for the next", function()
    local slow = receiver:delivery { path = "/limited", data = { ms = 1500, failures = 0, text = "slow" } }
    assert.equal(204, receiver:deliver(slow).status)
    assert.is_truthy(wait.until_true(function() return receiver:begun(slow.id) end))
    local quick = receiver:delivery { path = "/limited" }
    assert.equal(204, receiver:deliver(quick).status)
    assert.equal(1, receiver:comes_to_be_done(quick.id))
    local words = ("event %s: dropped after 2 attempts: stopped after 1 seconds"):format(slow.id)
    assert.is_true(wait.until_true(function() return receiver.inside:error_log():find(words, 1, true) ~= nil end))
    assert.same({ 2 }, { receiver:begun(slow.id), receiver:done()[slow.id] })
  end)

  it("runs a handler that left through ngx.exit again", function()
    local made = receiver:delivery {
      path = "/small", header = "x-other-header", scheme = "sha256",
      data = { ms = 0, failures = 1, exits = true, text = "leaves" },
    }
    assert.equal(204, receiver:deliver(made).status)
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)

  it("runs handlers when nginx takes timers again", function()
    local made = receiver:delivery { path = "/small", header = "x-other-header", scheme = "sha256" }
    receiver:hold(function()
      receiver.inside:run [[
        local function wait()
          while not ngx.shared.done:get "released" do ngx.sleep(0.05) end
        end
        for _ = 1, 256 do ngx.timer.at(0, wait) end
      ]]
      assert.equal(204, receiver:deliver(made).status)
      assert.is_true(wait.until_true(function()
        return receiver.inside:error_log():find("lua_max_running_timers are not enough", 1, true) ~= nil
      end))
    end)
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)

  it("gives nginx its turn between handlers that wait for nothing", function()
    local turns = receiver.inside:run [[
      local queue, worker = require("events").usual.queue, require("events").usual.worker
      local item = '{"id":"quick %d","type":"t","source":"s"}\n{"ms":0,"failures":0,"text":""}'
      for i = 1, 500 do assert(queue:put(item:format(i))) end
      worker:wake()
      local turns = 0
      while queue:length() > 1 do -- the long one
        ngx.sleep(0.001)
        turns = turns + 1
      end
      return turns
    ]]
    assert.is_true(turns > 100, turns .. " turns")
  end)

  it("gives no event out again whose handler runs for longer than a lease", function()
    assert.equal(1, receiver:comes_to_be_done(long.id))
    assert.equal(1, receiver:begun(long.id))
  end)

  it("loses nothing on a reload, and delays it only by running handlers", function()
    local ids = {}
    for i = 1, 48 do
      local made = receiver:delivery { data = { ms = 500, failures = 0, text = "before the reload " .. i } }
      assert.equal(204, receiver:deliver(made).status)
      ids[i] = made.id
    end
    processes.reload(receiver.inside)
    local left = 0
    for _, id in ipairs(ids) do left = left + (receiver:done()[id] and 0 or 1) end
    assert.is_true(left > 0)
    for i = 1, 48 do assert.equal(1, receiver:comes_to_be_done(ids[i])) end
  end)

  it("finds all items in the queue after a reload that made it smaller", function()
    local taken = receiver.inside:run [[
      local queue = require "credenco.webhook.queue"
      local before = queue.new(ngx.shared.shrunk, 50)
      for i = 1, 50 do assert(before:put("item " .. i)) end
      local after, taken = queue.new(ngx.shared.shrunk, 2), 0
      assert(not after:put "one more")
      while after:take() do taken = taken + 1 end
      return taken
    ]]
    assert.equal(50, taken)
  end)

  it("leaves an item alone that another works on since a lease expired", function()
    local first_ends, second_ends = receiver.inside:run [[
      local queue = require("credenco.webhook.queue").new(ngx.shared.leased, 1)
      assert(queue:put "item")
      local first = queue:take()
      ngx.shared.leased:delete("lease " .. first.slot)
      local second = queue:take()
      queue:finish(first)
      local first_ends = queue:length() == 0
      queue:finish(second)
      return first_ends, queue:length() == 0
    ]]
    assert.same({ false, true }, { first_ends, second_ends })
  end)

  it("runs the handler again when its worker died while it ran", function()
    local made = receiver:delivery { data = { ms = 700, failures = 0, text = "outlives a worker" } }
    assert.equal(204, receiver:deliver(made).status)
    assert.is_truthy(wait.until_true(function() return receiver:begun(made.id) end))
    uv.kill(processes.worker(receiver.inside), "sigkill")
    assert.equal(1, receiver:comes_to_be_done(made.id))
  end)
end)
