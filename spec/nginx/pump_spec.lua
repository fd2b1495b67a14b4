-- The timer that moves all transfers of a worker.
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
    local http_status = inside:run([[
      ngx.timer.at(0, function() ngx.sleep(1) end)
      ngx.sleep(0.1)
      local client = require("credenco").new { base_url = ..., api_key = "k" }
      local _, err = client:issue_status "1"
      return err.http_status
    ]], slow.url .. "/0")
    assert.equal(404, http_status)
    assert.truthy(inside:error_log():find("lua_max_running_timers are not enough", 1, true))
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
