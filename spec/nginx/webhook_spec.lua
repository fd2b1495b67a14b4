-- Wallet events as nginx receives them: none accepted wrongly, none lost.
local cjson = require "cjson"
local hmac = require "openssl.hmac"
local uv = require "luv"
local http = require "spec.sandbox.http"
local wait = require "spec.support.wait"
local processes = require "spec.nginx.processes"
local worker = require "spec.nginx.worker"

local PATIENCE_MS = 20000

-- The handler does what the event's data says and notes each event it has done.
local EVENTS = [[
  local M = {}
  local done = ngx.shared.done
  local function handle(event)
    done:incr("begun " .. event.id, 1, 0)
    if event.data.ms > 0 then ngx.sleep(event.data.ms / 1000) end
    if event.data.failures >= done:get("begun " .. event.id) then
      if event.data.exits then ngx.exit(ngx.OK) end
      error "on purpose"
    end
    done:rpush("list", event.id .. " " .. event.type .. " " .. event.data.text)
  end
  local new = require("credenco.webhook").new
  M.usual = new { secret = "new secret", old_secret = "old secret", rotated_at = ROTATED_AT, dict = "events", handler = handle }
  M.small = new {
    secret = "new secret", dict = "small", handler = handle, queue_size = 2, concurrency = 1, max_attempts = 2,
    signature_header = "x-other-header", signature_name = "sha256", max_body_bytes = 1000,
  }
  M.strict = new { secret = "new secret", dict = "strict", handler = handle, tolerance_s = 1 }
  M.limited = new {
    secret = "new secret", dict = "limited", handler = handle, concurrency = 1, max_attempts = 2, handler_timeout_s = 1,
  }
  M.tight = new { secret = "new secret", dict = "tight", handler = handle }
  return M
]]

local HTTP = [[
  lua_shared_dict events 1m;
  lua_shared_dict small 1m;
  lua_shared_dict strict 1m;
  lua_shared_dict shrunk 1m;
  lua_shared_dict tight 64k;
  lua_shared_dict limited 1m;
  lua_shared_dict done 1m;
  init_by_lua_block { package.path = "$folder/?.lua;" .. package.path }
  init_worker_by_lua_block { for _, events in pairs(require "events") do events:start() end }
]]

local SERVER = [[
  location = /usual { content_by_lua_block { require("events").usual:receive() } }
  location = /small { content_by_lua_block { require("events").small:receive() } }
  location = /strict { content_by_lua_block { require("events").strict:receive() } }
  location = /limited { content_by_lua_block { require("events").limited:receive() } }
  location = /tight { content_by_lua_block { require("events").tight:receive() } }
  location = /tiny { client_body_buffer_size 16; content_by_lua_block { require("events").usual:receive() } }
]]

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

describe("the webhook inside nginx", function()
  local inside
  local numbered = 0

  local function start()
    inside = worker.start {
      main = "worker_shutdown_timeout 10s;",
      files = { ["events.lua"] = (EVENTS:gsub("ROTATED_AT", tostring(os.time() - 3500))) },
      http = HTTP, server = SERVER,
    }
  end

  local long -- runs longer than a lease lasts, beside the other tests

  setup(start)
  teardown(function() inside:stop() end)

  --- A delivery that is in order but for the changes.
  local function delivery(changes)
    numbered = numbered + 1
    local made = {
      path = "/usual", method = "POST", secret = "new secret", time = os.time(), scheme = "v1",
      header = "x-credenco-signature", id = "event-" .. numbered,
      data = { ms = 0, failures = 0, text = "payload " .. numbered },
    }
    for name, value in pairs(changes or {}) do made[name] = value end
    made.body = made.body or cjson.encode(made.data)
    made.signature = made.signature or ("t=%d,%s=%s"):format(made.time, made.scheme,
      hex(hmac.new(made.secret, "sha256"):final(made.time .. "." .. made.body)))
    return made
  end

  local function deliver(made)
    local headers = {
      [made.header] = made.signature, ["ce-id"] = made.id, ["ce-type"] = "wallet.created", ["ce-source"] = "spec",
      ["ce-specversion"] = "1.0", ["content-type"] = "application/json",
    }
    for name, value in pairs(made.headers or {}) do headers[name] = value or nil end
    return assert(http.request {
      method = made.method, url = inside.url .. made.path, headers = headers, body = made.sent or made.body,
    })
  end

  local function done()
    return inside:run [[
      local list, counts = ngx.shared.done, {}
      for _ = 1, list:llen "list" do
        local item = list:lpop "list"
        list:rpush("list", item)
        local id = item:match "^%S+"
        counts[id] = (counts[id] or 0) + 1
      end
      counts.none = 0
      return counts
    ]]
  end

  local function begun(id)
    return inside:run("return ngx.shared.done:get(...)", "begun " .. id)
  end

  local function comes_to_be_done(id)
    return wait.until_true(function() return done()[id] end, PATIENCE_MS)
  end

  setup(function()
    long = delivery { data = { ms = 6000, failures = 0, text = "long" } }
    assert.equal(204, deliver(long).status)
  end)

  it("answers 204 and runs the handler in the background", function()
    local made = delivery { data = { ms = 300, failures = 0, text = "payload" } }
    assert.equal(204, deliver(made).status)
    assert.is_nil(done()[made.id])
    assert.equal(1, comes_to_be_done(made.id))
  end)

  it("gives the handler what structured mode has in the body, and binary mode in escaped headers", function()
    local made = delivery { data = { ms = 0, failures = 0, text = "binary" }, id = "binary-%C3%A9" }
    assert.equal(204, deliver(made).status)
    assert.equal(1, comes_to_be_done "binary-é")
    local event = { specversion = "1.0", id = "structured-é", type = "t", source = "s", data = made.data }
    local again = delivery {
      body = cjson.encode(event), headers = { ["content-type"] = "application/cloudevents+json; charset=UTF-8" },
    }
    assert.equal(204, deliver(again).status)
    assert.equal(1, comes_to_be_done "structured-é")
    assert.is_nil(done()[again.id])
  end)

  it("runs the handler once for an event that is delivered again", function()
    local made = delivery()
    for age = 0, 2 do
      local again = delivery { id = made.id, time = os.time() - age }
      assert.equal(204, deliver(again).status)
    end
    assert.equal(1, comes_to_be_done(made.id))
  end)

  it("takes the old secret within its hour, and a delivery signed with both", function()
    local old = delivery { secret = "old secret" }
    assert.equal(204, deliver(old).status)
    local both = delivery { time = os.time() - 7 }
    both.signature = delivery({ secret = "old secret", time = both.time }).signature .. "," .. both.signature
    assert.equal(204, deliver(both).status)
    assert.equal(1, comes_to_be_done(old.id))
    assert.equal(1, comes_to_be_done(both.id))
  end)

  it("refuses a replay under another id, with either of two signatures", function()
    local made = delivery { data = { ms = 0, failures = 0, text = "replayed" } }
    local old = delivery { secret = "old secret", time = made.time, body = made.body }
    local both = made.signature .. "," .. old.signature
    assert.equal(204, deliver(delivery { signature = both, body = made.body }).status)
    for _, signature in ipairs { both, made.signature, old.signature } do
      assert.equal(409, deliver(delivery { signature = signature, body = made.body }).status)
    end
  end)

  it("knows a replay for as long as its signature is good", function()
    local before = os.time()
    wait.until_true(function() return os.time() > before end, PATIENCE_MS)
    local made = delivery { path = "/strict", time = os.time() + 1 }
    assert.equal(204, deliver(made).status)
    local statuses = { [204] = 0, [401] = 0, [409] = 0 }
    wait.until_true(function()
      local status = deliver(delivery { path = "/strict", signature = made.signature, body = made.body }).status
      statuses[status] = statuses[status] + 1
      return status == 401
    end, PATIENCE_MS)
    assert.same({ 0, 1 }, { statuses[204], statuses[401] })
  end)

  local refused = {
    { "a forged one", 401, { secret = "a guess" } },
    { "a stale one", 401, { time = os.time() - 400 } },
    { "one from the future", 401, { time = os.time() + 400 } },
    { "one with another body", 401, { sent = '{"ms":0,"failures":0,"text":"qayload"}' } },
    { "one without a signature", 401, { headers = { ["x-credenco-signature"] = false } } },
    { "one without an id", 400, { headers = { ["ce-id"] = false } }, "ce-id is missing" },
    { "one of another version", 400, { headers = { ["ce-specversion"] = "0.3" } }, "ce-specversion must be 1.0" },
    { "one with two ids", 400, { headers = { ["Ce-Id"] = "another" } }, "ce-id is given twice" },
    { "one with two types of data", 400, { headers = { ["Content-Type"] = "text/plain" } }, "Content-Type is given twice" },
    { "one with half an escape", 400, { id = "50%" }, "ce-id has quotes or percent escapes that are not whole" },
    { "one with a number that cannot be held", 400, { body = "9007199254740993" },
      "the data is not usable JSON: byte 1: this number cannot be held exactly; give it as text" },
    { "one that is not UTF-8", 400, { body = '"\255"' }, "the data is not valid UTF-8" },
    { "several in a batch", 415, { body = "[]", headers = { ["content-type"] = "application/cloudevents-batch+json" } },
      "batched mode is not supported: send one event in a request" },
    { "a forged one before it is read", 401, { secret = "a guess", body = "{", headers = {
      ["content-type"] = "application/cloudevents+json" } }, "the signature does not fit" },
    { "one with more headers than can be seen", 431, { headers = (function()
      local many = {}
      for i = 1, 100 do many["x-" .. i] = i end
      return many
    end)() }, "more than 100 header fields" },
    { "one without a type", 400, { headers = { ["ce-type"] = false } } },
    { "one with an id too long", 400, { id = ("x"):rep(256) } },
    { "one with an id that is not UTF-8", 400, { id = "\255" } },
    { "one that is not JSON", 400, { body = "payload" } },
    { "one in structured mode without a body", 400, { body = "", headers = {
      ["content-type"] = "application/cloudevents+json" } } },
    { "one that is not a POST", 405, { method = "PUT" } },
    { "one larger than max_body_bytes", 413, { body = '"' .. ("x"):rep(65535) .. '"' } },
    { "one larger than nginx's buffer", 413, { path = "/tiny", body = '"' .. ("x"):rep(50000) .. '"' } },
  }
  for _, case in ipairs(refused) do
    it("refuses " .. case[1], function()
      local made = delivery(case[3])
      local answer = deliver(made)
      assert.equal(case[2], answer.status)
      if case[4] then assert.equal(case[4] .. "\n", answer.body) end
      if case[2] == 405 then assert.equal("POST", answer.headers.allow) end
      assert.is_nil(done()[made.id])
    end)
  end

  it("takes a body of max_body_bytes, under the names that the options say", function()
    local function of_size(size)
      local data = ('{"ms":0,"failures":0,"text":"%s"}'):format(("x"):rep(size - 31))
      assert.equal(size, #data)
      return delivery { path = "/small", header = "x-other-header", scheme = "sha256", body = data }
    end
    assert.equal(413, deliver(of_size(1001)).status)
    local made = of_size(1000)
    assert.equal(204, deliver(made).status)
    assert.equal(1, comes_to_be_done(made.id))
  end)

  it("answers 503 while its queue is full, and loses none when the sender repeats", function()
    local waiting = {}
    for i = 1, 8 do
      waiting[i] = delivery {
        path = "/small", header = "x-other-header", scheme = "sha256",
        data = { ms = 100, failures = 0, text = "number " .. i },
      }
    end
    assert.is_true(wait.until_true(function()
      for i = #waiting, 1, -1 do
        local answer = deliver(waiting[i])
        if answer.status == 503 then
          assert.equal("5", answer.headers["retry-after"])
        else
          assert.equal(204, answer.status)
          assert.equal(1, comes_to_be_done(table.remove(waiting, i).id))
        end
      end
      return #waiting == 0
    end, PATIENCE_MS))
  end)

  it("is full with as many events as queue_size", function()
    local statuses, made = {}, {}
    for i = 1, 3 do
      made[i] = delivery {
        path = "/small", header = "x-other-header", scheme = "sha256",
        data = { ms = 1000, failures = 0, text = "full " .. i },
      }
      statuses[i] = deliver(made[i]).status
    end
    assert.same({ 204, 204, 503 }, statuses)
    for i = 1, 2 do assert.equal(1, comes_to_be_done(made[i].id)) end
    assert.equal(204, deliver(made[3]).status)
    assert.equal(1, comes_to_be_done(made[3].id))
  end)

  it("forgets nothing when its dictionary is full", function()
    local taken = {}
    for i = 1, 200 do
      local made = delivery { path = "/tight", data = { ms = 100, failures = 1, text = "tight " .. i } }
      local status = deliver(made).status
      if status == 204 then taken[#taken + 1] = made else assert.equal(503, status) end
    end
    assert.is_true(#taken > 50 and #taken < 200)
    for _, made in ipairs(taken) do assert.equal(1, comes_to_be_done(made.id)) end
    for _, made in ipairs(taken) do
      assert.equal(409, deliver(delivery { path = "/tight", signature = made.signature, body = made.body }).status)
      assert.equal(204, deliver(made).status)
    end
  end)

  it("runs a handler that failed again", function()
    local made = delivery { data = { ms = 0, failures = 1, text = "fails once" } }
    assert.equal(204, deliver(made).status)
    assert.equal(1, comes_to_be_done(made.id))
    assert.truthy(inside:error_log():find("event " .. made.id .. ": attempt 1 failed:", 1, true))
  end)

  it("gives an event up after max_attempts, and says so", function()
    local made = delivery {
      path = "/small", header = "x-other-header", scheme = "sha256",
      data = { ms = 0, failures = 9, text = "always fails" },
    }
    assert.equal(204, deliver(made).status)
    local words = ("event %s: given up after 2 attempts"):format(made.id)
    assert.is_true(wait.until_true(function() return inside:error_log():find(words, 1, true) ~= nil end, PATIENCE_MS))
  end)

  it("stops a handler that waits for too long, and has room for the next", function()
    local slow = delivery { path = "/limited", data = { ms = 1500, failures = 0, text = "slow" } }
    assert.equal(204, deliver(slow).status)
    assert.is_truthy(wait.until_true(function() return begun(slow.id) end, PATIENCE_MS))
    local quick = delivery { path = "/limited" }
    assert.equal(204, deliver(quick).status)
    assert.equal(1, comes_to_be_done(quick.id))
    local words = ("event %s: given up after 2 attempts: stopped after 1 seconds"):format(slow.id)
    assert.is_true(wait.until_true(function() return inside:error_log():find(words, 1, true) ~= nil end, PATIENCE_MS))
    assert.same({ 2 }, { begun(slow.id), done()[slow.id] })
  end)

  it("runs a handler that left through ngx.exit again", function()
    local made = delivery {
      path = "/small", header = "x-other-header", scheme = "sha256",
      data = { ms = 0, failures = 1, exits = true, text = "leaves" },
    }
    assert.equal(204, deliver(made).status)
    assert.equal(1, comes_to_be_done(made.id))
  end)

  it("runs handlers when nginx takes timers again", function()
    inside:run [[ for _ = 1, 256 do ngx.timer.at(0, function() ngx.sleep(2) end) end ]]
    local made = delivery { path = "/small", header = "x-other-header", scheme = "sha256" }
    assert.equal(204, deliver(made).status)
    assert.truthy(inside:error_log():find("lua_max_running_timers are not enough", 1, true))
    assert.equal(1, comes_to_be_done(made.id))
  end)

  it("gives nginx its turn between handlers that wait for nothing", function()
    local turns = inside:run [[
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

  it("leaves alone what is worked on for longer than a lease lasts", function()
    assert.equal(1, comes_to_be_done(long.id))
    assert.equal(1, begun(long.id))
  end)

  it("loses nothing on a reload, and holds it up by no more than what runs", function()
    local ids = {}
    for i = 1, 48 do
      local made = delivery { data = { ms = 500, failures = 0, text = "before the reload " .. i } }
      assert.equal(204, deliver(made).status)
      ids[i] = made.id
    end
    processes.reload(inside)
    local left = 0
    for _, id in ipairs(ids) do left = left + (done()[id] and 0 or 1) end
    assert.is_true(left > 0)
    for i = 1, 48 do assert.equal(1, comes_to_be_done(ids[i])) end
  end)

  it("finds what is in the queue after a reload that made it smaller", function()
    local taken = inside:run [[
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

  it("runs the handler again when its worker died while it ran", function()
    local made = delivery { data = { ms = 700, failures = 0, text = "outlives a worker" } }
    assert.equal(204, deliver(made).status)
    assert.is_truthy(wait.until_true(function() return begun(made.id) end, PATIENCE_MS))
    uv.kill(processes.worker(inside), "sigkill")
    assert.equal(1, comes_to_be_done(made.id))
  end)
end)
