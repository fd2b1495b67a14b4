-- What becomes of transfers in flight when somebody leaves: the client of a request, a light thread, the
-- worker. An answer is handed over or reported; none is lost.
local uv = require "luv"
local cjson = require "cjson"
local wait = require "spec.support.wait"
local Crowd = require "spec.nginx.crowd"
local processes = require "spec.nginx.processes"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"

local SCALE = os.getenv "CREDENCO_SOAK" and 1 or 0.1
local IN_FLIGHT = 500 * SCALE

local HTTP = "lua_check_client_abort on;"
local SERVER = [[
  location = /issue { content_by_lua_block { require('spec.nginx.issuing').handle() } }
  location = /twice { content_by_lua_block { require('spec.nginx.issuing').ask_twice() } }
]]

local function in_flight(inside)
  return inside:run "return require('spec.nginx.issuing').in_flight()"
end

describe("inside nginx, with calls in flight", function()
  local slow, inside

  setup(function() slow = upstream.start() end)
  teardown(function() slow:stop() end)
  after_each(function()
    if inside then inside:stop() end
    inside = nil
  end)

  local function start(main)
    inside = worker.start { main = main, connections = 4096, http = HTTP, server = SERVER }
  end

  local function issue(count, delay_ms, grace_ms)
    return Crowd.new(inside.port, count, function(i)
      return ("/issue?id=call-%d.&grace=%d&at=%s/%d"):format(i, grace_ms or 5000, slow.url, delay_ms)
    end)
  end

  local function begun(count)
    assert.is_true(wait.until_true(function() return in_flight(inside) == count end))
  end

  local function reported(log, i)
    return log:find(("correlation_id call-%d."):format(i), 1, true)
  end

  it("reports the response of a call whose client has gone", function()
    start()
    local crowd = issue(3, 300)
    begun(3)
    crowd:leave()
    assert.is_true(wait.until_true(function() return in_flight(inside) == 0 end))
    local log = inside:error_log()
    for i = 1, 3 do assert.truthy(reported(log, i)) end
    assert.truthy(log:find("create_offer: its caller no longer waits for the response: HTTP 200", 1, true))
  end)

  it("reports the response of a call whose light thread was killed, and serves the next call", function()
    start()
    local left, status = inside:run([[
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      local thread = ngx.thread.spawn(client.issue_status, client, "killed-1.")
      ngx.thread.kill(thread)
      local _, err = client:issue_status "next"
      return require("spec.nginx.issuing").waiting_for(client.transport.engine), err.http_status
    ]], slow.url .. "/100")
    assert.same({ 0, 404 }, { left, status })
    assert.truthy(inside:error_log():find(
      "issue_status: its caller no longer waits for the response: HTTP 404, correlation_id killed-1.", 1, true))
  end)

  it("finishes the calls in flight on a reload, and the old worker ends", function()
    start()
    local old = processes.worker(inside)
    local crowd = issue(IN_FLIGHT, 500)
    begun(IN_FLIGHT)
    uv.kill(processes.master(inside), "sighup")
    assert.is_true(crowd:wait())
    for i = 1, IN_FLIGHT do assert.is_true(cjson.decode(crowd.answers[i]).ok) end
    processes.successor(inside, old)
  end)

  it("makes the calls of a worker that is about to exit", function()
    start()
    local old = processes.worker(inside)
    local crowd = Crowd.new(inside.port, 1, function() return ("/twice?pause_ms=300&at=%s/0"):format(slow.url) end)
    assert.is_true(wait.until_true(function()
      return inside:run "return require('spec.nginx.issuing').asked()" == 1
    end))
    uv.kill(processes.master(inside), "sighup")
    assert.is_true(crowd:wait())
    assert.equal("404 404", crowd.answers[1])
    processes.successor(inside, old)
  end)

  it("ends calls that take longer than exit_grace_ms on a reload, as unknown, and the old worker ends", function()
    start()
    local old = processes.worker(inside)
    local crowd = issue(IN_FLIGHT, 60000, 200)
    begun(IN_FLIGHT)
    uv.kill(processes.master(inside), "sighup")
    assert.is_true(crowd:wait())
    for i = 1, IN_FLIGHT do
      assert.same({ id = ("call-%d."):format(i), ok = false, code = "closed", sent = "unknown" },
        cjson.decode(crowd.answers[i]))
    end
    processes.successor(inside, old)
  end)

  it("reports on a quick stop every call it takes along, as unknown", function()
    start()
    local crowd = issue(IN_FLIGHT, 60000)
    begun(IN_FLIGHT)
    local log = io.open(inside.folder .. "/error.log", "rb")
    inside:stop()
    local said = log:read "*a"
    log:close()
    crowd:leave()
    for i = 1, IN_FLIGHT do assert.truthy(reported(said, i), "call " .. i .. " is lost") end
    assert.truthy(said:find("create_offer: its caller no longer waits for the response: worker_ended, sent unknown", 1, true))
  end)
end)
