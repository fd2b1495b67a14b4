-- The timer that moves all transfers of a worker, and the bell it waits for.
local cjson = require "cjson"
local wait = require "spec.support.wait"
local Crowd = require "spec.nginx.crowd"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"

describe("inside nginx, the timer that moves transfers", function()
  local slow, inside

  setup(function()
    slow = upstream.start()
    inside = worker.start { http = "lua_max_running_timers 1;" }
  end)
  teardown(function()
    inside:stop()
    slow:stop()
  end)

  it("is started again after nginx has dropped it for too many running timers", function()
    local http_statuses = inside:run([[
      local over
      ngx.timer.at(0, function() while not over do ngx.sleep(0.1) end end)
      ngx.sleep(0.1)
      local client = require("credenco").new { base_url = ..., api_key = "k", timeout_ms = 60000 }
      local http_statuses = {}
      for i = 1, 2 do
        local _, err = client:issue_status(tostring(i))
        http_statuses[i] = err.http_status or err.code
      end
      over = true
      return http_statuses
    ]], slow.url .. "/0")
    assert.same({ 404, 404 }, http_statuses)
    assert.truthy(inside:error_log():find("lua_max_running_timers are not enough", 1, true))
  end)

  it("lets a waiting task take its place if all timers that may run wait for it", function()
    local http_status = inside:run([[
      while ngx.timer.running_count() > 0 do ngx.sleep(0.05) end
      local semaphore = require("ngx.semaphore").new()
      local status
      ngx.timer.at(0, function(_, url)
        local client = require("credenco").new { base_url = url, api_key = "k" }
        local _, err = client:issue_status "1"
        status = err.http_status
        semaphore:post(1)
      end, ...)
      semaphore:wait(4)
      return status
    ]], slow.url .. "/0")
    assert.equal(404, http_status)
  end)

  it("moves to another request when its own has ended", function()
    local crowded = worker.start {
      http = "lua_max_running_timers 1; lua_check_client_abort on;",
      server = "location = /issue { content_by_lua_block { require('spec.nginx.issuing').handle() } }",
    }
    local function issue(id, ms)
      return Crowd.new(crowded.port, 1, function() return ("/issue?id=%s&at=%s/%d"):format(id, slow.url, ms) end)
    end
    local function has_host()
      return crowded:run [[
        local issuing = require "spec.nginx.issuing"
        return issuing.in_flight() == 1 and issuing.engine().host ~= nil
      ]]
    end
    crowded:run "ngx.timer.at(0, function() ngx.sleep(60) end)"
    local leaves = issue("leaves", 30000)
    assert.is_true(wait.until_true(has_host))
    local stays = issue("stays", 50)
    leaves:leave()
    assert.is_true(stays:wait())
    assert.same({ id = "stays", ok = true }, cjson.decode(stays.answers[1]))
    crowded:stop()
  end)

  -- As long as nothing happens it sleeps; what ends a wait is counted.
  local STEPS = [[
    local client = require("credenco").new { base_url = ..., api_key = "k" }
    client:issue_status "1"
    local engine, steps = client.transport.engine, 0
    local step = getmetatable(engine).__index.step
    function engine:step(...) steps = steps + 1 return step(self, ...) end
    client:issue_status "2"
    return steps, engine.waker ~= nil
  ]]

  it("steps when something happens, not on a tick", function()
    local steps, has_bell = inside:run(STEPS, slow.url .. "/500")
    assert.is_true(has_bell)
    assert.is_true(steps < 20, steps .. " steps")
  end)

  it("keeps its bell from one call to the next, and its connection", function()
    local same, threads, more_threads = inside:run([[
      local function threads()
        local file = io.open "/proc/self/status"
        local count = tonumber(file:read("*a"):match "Threads:%s*(%d+)")
        file:close()
        return count
      end
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      client:issue_status "1"
      ngx.sleep(0.1)
      local first, before = client.transport.engine.waker, threads()
      for i = 1, 10 do
        client:issue_status "2"
        ngx.sleep(0.01)
      end
      return first == client.transport.engine.waker, before, threads()
    ]], slow.url .. "/0")
    assert.is_true(same)
    assert.equal(threads, more_threads)
  end)

  it("hangs up a new bell when nginx has closed the connection of the old one", function()
    local http_status, other = inside:run([[
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      client:issue_status "1"
      ngx.sleep(0.1)
      local engine = client.transport.engine
      local old = engine.waker
      old.bell:ring() -- nginx closes a kept connection on which something arrives
      ngx.sleep(0.1)
      local _, err = client:issue_status "2"
      return err.http_status, engine.waker ~= old
    ]], slow.url .. "/0")
    assert.same({ 404, true }, { http_status, other })
    assert.is_nil(inside:error_log():find("[crit]", 1, true))
  end)

  it("looks every millisecond without a bell, and says so", function()
    local without = worker.start { main = "env TMPDIR=/no/such/folder;" }
    local http_status = without:run([[
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      local _, err = client:issue_status "1"
      return err.http_status
    ]], slow.url .. "/20")
    local log = without:error_log()
    without:stop()
    assert.equal(404, http_status)
    assert.truthy(log:find("no bell (No such file or directory)", 1, true))
  end)

  it("ends when nothing is in flight", function()
    local running = inside:run([[
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      client:issue_status "1"
      ngx.sleep(0.1)
      return ngx.timer.running_count()
    ]], slow.url .. "/0")
    assert.equal(0, running)
  end)
end)
