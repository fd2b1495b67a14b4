-- Connections: kept, left when something is wrong with them, many at once, and ended.
local expect = require "spec.support.expect"
local shared = require "spec.transport.contract.shared"

local PATIENT_MS = shared.PATIENT_MS

---@param case fun(name: string, run: fun(t: spec.TransportTest))
return function(case)
  case("keeps the connection for the next request", function(t)
    local scenario = t.env.scenario {}
    t:answer(scenario.url .. "/x")
    t:answer(scenario.url .. "/y")
    local first, second = scenario.requests()[1], scenario.requests()[2]
    expect.equal(first.connection, second.connection, "connection")
  end)

  case("does not use a connection that the server has closed since", function(t)
    local scenario = t.env.scenario { other = { "answer_and_close", "proper" } }
    t:answer(scenario.url .. "/x")
    expect.equal(1, #scenario.requests(), "requests") -- the server hangs up before it tells
    t:answer(scenario.url .. "/x", { method = "POST" })
    expect.equal(2, #scenario.requests(), "requests")
  end)

  -- TLS says goodbye before it closes: unread, it makes a dead connection look like one with something to say.
  case("does not use a TLS connection that the server has closed since", function(t)
    local tls = t.env.tls
    local open
    local function ask() return t:answer(tls.hasty_url .. "/x", { method = "POST" }).status end
    t.env.together { ask, ask, ask, ask }
    local give_up_ms = t.env.now_ms() + PATIENT_MS
    repeat
      open = t:answer(tls.hasty_count_url .. "/").body:match "Active connections: (%d+)"
    until open == "1" or t.env.now_ms() > give_up_ms
    expect.equal("1", open, "open connections, with the one that asks")
    expect.equal(200, ask(), "status")
  end)

  case("never takes an answer that came unasked for the next request's", function(t)
    local two = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nunasked!"
    local url = t:url({ act = "raw", bytes = two, after = "next" }, "proper")
    expect.equal("one", t:answer(url .. "/x").body, "body")
    local response = t:send(url .. "/x", { method = "POST" })
    expect.equal(false, response ~= nil and response.body == "unasked!", "the second got the unasked answer")
  end)

  case("gives thirty requests their own answers, whatever stray ones come between them", function(t)
    local script, created = {}, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    for i = 1, 30 do
      local body = tostring(i)
      local bytes = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#body, body)
      script[i] = { act = "raw", bytes = bytes .. (i % 10 == 5 and created or ""), after = "next" }
    end
    local url = t.env.scenario({ other = script }).url
    for i = 1, 30 do expect.equal(tostring(i), t:answer(url .. "/x", { method = "POST" }).body, "body") end
  end)

  case("never repeats a request by itself", function(t)
    local scenario = t.env.scenario { other = { "proper", "close" } }
    t:answer(scenario.url .. "/x", { method = "POST" })
    t:failure("connect_failed", "unknown", scenario.url .. "/x", { method = "POST" })
    expect.equal(2, #scenario.requests(), "requests")
  end)

  case("carries many requests at once", function(t)
    local count, statuses, tasks = 20, {}, {}
    local url = t:url { act = "together", count = count }
    for i = 1, count do
      tasks[i] = function() statuses[i] = t:answer(url .. "/x").status end
    end
    t.env.together(tasks)
    for i = 1, count do expect.equal(200, statuses[i], "status of " .. i) end
  end)

  case("ends what is under way when it is closed", function(t)
    local url = t:url "hang"
    local code, sent
    t.env.together {
      function()
        local _, err = t:send(url .. "/x")
        code, sent = err.code, err.sent
      end,
      function() t.transport:close() end,
    }
    expect.equal("closed", code, "code")
    expect.one_of({ no = true, unknown = true }, sent, "sent") -- whatever had begun by then
  end)

  case("sends nothing once it is closed, which it may be twice", function(t)
    local scenario = t.env.scenario {}
    t.transport:close()
    t.transport:close()
    t:failure("closed", "no", scenario.url .. "/x")
    expect.equal(0, #scenario.requests(), "requests")
  end)
end
