-- What becomes of an idle connection on which the server says something: a server on this very loop, so that each step
-- of the two is the spec's own.
local core = require "credenco.core"
local curl = require "credenco.curl"
local uv = require "luv"
local wait = require "spec.support.wait"

local PATIENT_MS = 10000
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
  it("is closed when the server says something, before anybody wants to use it", function()
    local server, driver = start_server(), curl.driver { connection_cache = 4 }
    finally(function()
      driver:close()
      stop(server)
    end)
    assert(driver:start({
      method = "GET", url = server.url, deadline_ms = core.now_ms() + PATIENT_MS, connect_timeout_ms = PATIENT_MS,
      max_body_bytes = 1000,
    }, core.fields {}))
    local function step(condition)
      return wait.until_true(function()
        driver:step(0, 64)
        return condition()
      end, PATIENT_MS)
    end
    assert.is_truthy(step(function() return driver:take() end))
    assert.is_nil(server.connections[1].ended)
    server.connections[1].socket:write "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked"
    assert.is_true(step(function() return server.connections[1].ended end))
  end)
end)
