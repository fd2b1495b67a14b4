-- What becomes of an idle connection on which the server says something: a server on this very loop, so that each step
-- of the two is the spec's own.
local core = require "credenco.core"
local curl = require "credenco.curl"
local uv = require "luv"
local wait = require "spec.support.wait"

local PATIENT_MS, CACHE = 60000, 3
local RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

-- Answers each request; says on each connection, once it is idle, what it is told to.
local function start_server()
  local server = { listener = uv.new_tcp(), connections = {} }
  assert(server.listener:bind("127.0.0.1", 0))
  server.listener:listen(8, function()
    local socket = uv.new_tcp()
    server.listener:accept(socket)
    server.connections[#server.connections + 1] = { socket = socket }
    local connection = server.connections[#server.connections]
    socket:read_start(function(_, chunk)
      if chunk then socket:write(RESPONSE) else connection.ended = true end
    end)
  end)
  server.url = ("http://127.0.0.1:%d/x"):format(server.listener:getsockname().port)
  return server
end

local function stop(server)
  for _, connection in ipairs(server.connections) do wait.close(connection.socket) end
  wait.close(server.listener)
end

describe("an idle connection", function()
  local server, other, driver

  before_each(function()
    server, other, driver = start_server(), start_server(), curl.driver { connection_cache = CACHE }
  end)
  after_each(function()
    driver:close()
    stop(server)
    stop(other)
  end)

  local function step_until(condition)
    return wait.until_true(function()
      driver:step(0, 64)
      return condition()
    end, PATIENT_MS)
  end

  -- So many requests at once, to their ends.
  local function ask(count, at)
    for _ = 1, count do
      assert(driver:start({
        method = "GET", url = (at or server).url, deadline_ms = core.now_ms() + PATIENT_MS, connect_timeout_ms = PATIENT_MS,
        max_body_bytes = 1000,
      }, core.fields {}))
    end
    local responses = {}
    assert.is_true(step_until(function()
      local id, response = driver:take()
      if id then responses[#responses + 1] = response or false end
      return #responses == count
    end))
    return responses
  end

  local function ended(at)
    local count = 0
    for _, connection in ipairs((at or server).connections) do count = count + (connection.ended and 1 or 0) end
    return count
  end

  it("is closed when the server says something, before anybody wants to use it", function()
    ask(1)
    assert.equal(0, ended())
    server.connections[1].socket:write "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked"
    assert.is_true(step_until(function() return ended() == 1 end))
  end)

  -- The driver takes no step between what the server does and the next request.
  for name, act in pairs {
    ["has closed it"] = function(socket, done) socket:shutdown(done) end,
    ["has said something"] = function(socket, done) socket:write("HTTP/1.1 500 Unasked\r\n\r\n", done) end,
  } do
    it("is looked at before it is used, and left when the server " .. name, function()
      ask(1)
      local acted = false
      act(server.connections[1].socket, function() acted = true end)
      assert.is_true(wait.until_true(function() return acted end, PATIENT_MS))
      assert.same({ 200, 200 }, { ask(1)[1].status, ask(1)[1].status })
      assert.equal(2, #server.connections)
    end)
  end

  it("is kept while there are no more than connection_cache", function()
    ask(CACHE + 2)
    assert.is_true(step_until(function() return ended() == 2 end))
    ask(CACHE)
    assert.same({ CACHE + 2, 2 }, { #server.connections, ended() })
  end)

  it("goes for a younger one, whichever server it leads to", function()
    ask(1, other)
    core.sleep_ms(2)
    ask(CACHE)
    assert.is_true(step_until(function() return ended(other) == 1 end))
    assert.equal(0, ended())
  end)
end)
