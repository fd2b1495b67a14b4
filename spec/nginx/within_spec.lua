-- A time limit inside nginx: what it stops, and what it cannot stop without harm.
local worker = require "spec.nginx.worker"

-- An issuer that does not hurry for one issue.
local SERVER = [[
  location /api/v2/issue/ {
    content_by_lua_block {
      if ngx.var.uri:find "slow" then ngx.sleep(0.1) end
      ngx.say('{"status":"issue_completed"}')
    }
  }
]]

describe("a time limit inside nginx", function()
  local inside

  setup(function()
    inside = worker.start { http = "lua_shared_dict notes 1m;", server = SERVER }
  end)
  teardown(function() inside:stop() end)

  it("gives the results of a function that ended in time, with or without a wait", function()
    assert.same({ true, 1, "two", true, "waited" }, { inside:run [[
      local within = require("credenco.loop").within
      local in_time, one, two = within(1000, function(...) return ... end, 1, "two")
      local again, word = within(1000, function() ngx.sleep(0.01) return "waited" end)
      return in_time, one, two, again, word
    ]] })
  end)

  it("stops a sleep, a socket and a thread's parent, but not the thread", function()
    assert.same({ false, false, false, 20 }, { inside:run [[
      local within, notes = require("credenco.loop").within, ngx.shared.notes
      local function note(name) notes:incr(name, 1, 0) end
      local slept = within(20, function() ngx.sleep(0.1) note "after" end)
      local received = within(20, function()
        local socket = ngx.socket.tcp()
        socket:connect("127.0.0.1", ngx.var.server_port)
        socket:receive()
        note "after"
      end)
      local spawned
      for _ = 1, 20 do
        spawned = within(1, function()
          ngx.thread.spawn(function() ngx.sleep(0.02) note "thread" end)
          ngx.sleep(0.1)
          note "after"
        end)
      end
      ngx.sleep(0.15)
      assert(not notes:get "after")
      return slept, received, spawned, notes:get "thread"
    ]] })
  end)

  for _, transport in ipairs { "curl", "cosocket" } do
    it("stops a call of a client, which then serves the next: " .. transport, function()
      assert.same({ 30, "issue_completed" }, { inside:run([[
        local within = require("credenco.loop").within
        local client = require("credenco").new {
          base_url = "http://127.0.0.1:" .. ngx.var.server_port, api_key = "k", transport = ...,
        }
        local stopped = 0
        for i = 1, 30 do
          if not within(i % 3, function() client:issue_status "slow" end) then stopped = stopped + 1 end
        end
        local result = client:issue_status "quick"
        ngx.sleep(0.2)
        collectgarbage()
        return stopped, result.status
      ]], transport) })
      assert.is_nil(inside:error_log():find("exited on signal", 1, true))
    end)
  end

  -- Taken away at once, the worker crashes: 50 of them are enough for that.
  it("leaves a function alone that waits in a coroutine, until it has left that", function()
    assert.same({ false, 50, true, "late" }, { inside:run [[
      local within, notes = require("credenco.loop").within, ngx.shared.notes
      local stopped = {}
      for i = 1, 50 do
        ngx.thread.spawn(function()
          stopped[i] = within(1, function()
            coroutine.wrap(function() ngx.sleep(0.02) notes:incr("inner", 1, 0) end)()
            ngx.sleep(5)
          end)
        end)
      end
      local in_time, word = within(1, function() return coroutine.wrap(function() ngx.sleep(0.02) return "late" end)() end)
      ngx.sleep(0.3)
      collectgarbage()
      return stopped[50], notes:get "inner", in_time, word
    ]] })
    assert.is_nil(inside:error_log():find("exited on signal", 1, true))
  end)
end)
