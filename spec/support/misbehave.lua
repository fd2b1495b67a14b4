-- A server that does everything wrong a server can do: `misbehave.lua FOLDER`. It writes its ports to
-- FOLDER/ports.json and runs until it is ended. What it does is set over the control port:
--
--   PUT /NAME   a script (see scenarios.lua) as JSON; it is then followed at http://127.0.0.1:PORT/NAME
--   GET /NAME   the requests the scenario has received, as JSON
--   PUT /       many of them: an object of names and scripts
--   POST /      the requests of many: a list of names; gives an object of names and lists
--
-- Beside the main port there is one that resets every connection as soon as it is made, and one whose backlog is full, so
-- that connecting to it hangs.
local uv = require "luv"
local cjson = require "cjson"
local acts = require "spec.support.misbehave.acts"
local files = require "spec.support.files"
local scenarios = require "spec.support.misbehave.scenarios"
local wire = require "spec.support.misbehave.wire"
local Connection = require "spec.support.misbehave.connection"

local BACKLOG = 511
local SURELY_MORE_THAN_FIT = 8

local held = {} -- luv closes a handle that is collected
local connections = 0

local function hold(handle)
  held[#held + 1] = handle
  return handle
end

local function listen(host, port, on_connection)
  local server = hold(uv.new_tcp())
  assert(server:bind(host, port))
  assert(server:listen(BACKLOG, function()
    local socket = uv.new_tcp()
    server:accept(socket)
    on_connection(socket)
  end))
  return server:getsockname().port
end

local function serving(serve)
  return function(socket)
    connections = connections + 1
    Connection.new(socket, connections, serve)
  end
end

local function answer(connection, status, content)
  local head, body = wire.write_answer { status = status, body = cjson.encode(content), framing = "close" }
  connection:write(head .. body, function() connection:close() end)
end

local main = {}

function main.head(connection, request)
  request.behaviour, request.call = scenarios.next(connection, request)
  local behaviour = request.behaviour
  if not behaviour then answer(connection, 404, { title = "no such scenario" })
  elseif behaviour.at == "head" then acts[behaviour.act](connection, behaviour, request.call) end
end

function main.complete(connection, request)
  local behaviour = request.behaviour
  if behaviour and behaviour.at ~= "head" then acts[behaviour.act](connection, behaviour, request.call) end
end

local control = { head = function() end }

local function begin_all(connection, scripts, name)
  local ok, err = pcall(function()
    for each, script in pairs(scripts) do scenarios.begin(each, script, control.url .. each) end
  end)
  answer(connection, ok and 200 or 400, ok and { url = control.url .. name } or { title = tostring(err) })
end

local function tell_all(connection, names)
  local requests = {}
  for _, name in ipairs(names) do requests[name] = scenarios.requests(name) end
  answer(connection, 200, requests)
end

function control.complete(connection, request)
  local name = request.target:sub(2)
  if request.method == "POST" then
    tell_all(connection, cjson.decode(request.body))
  elseif request.method == "PUT" then
    local content = cjson.decode(request.body)
    begin_all(connection, name == "" and content or { [name] = content }, name)
  elseif scenarios.find(name) then
    answer(connection, 200, scenarios.requests(name))
  else
    answer(connection, 404, { title = "no such scenario" })
  end
end

local function knock(port)
  hold(uv.new_tcp()):connect("127.0.0.1", port, function() end)
end

-- A listener with more connections waiting than its backlog takes. libuv takes one connection before it
-- notices that nobody accepts it; the others come after that one.
local function listen_and_stall(when_stalled)
  local server = hold(uv.new_tcp())
  assert(server:bind("127.0.0.1", 0))
  local port = server:getsockname().port
  assert(server:listen(1, function()
    for _ = 1, SURELY_MORE_THAN_FIT do knock(port) end
    when_stalled()
  end))
  knock(port)
  return port
end

-- Writing to a connection that the client has reset must not end the server.
hold(uv.new_signal()):start("sigpipe", function() end)

local ports = {}
ports.main = listen("127.0.0.1", 0, serving(main))
listen("127.0.0.2", ports.main, serving(main))
ports.control = listen("127.0.0.1", 0, serving(control))
ports.reset = listen("127.0.0.1", 0, function(socket) socket:close_reset() end)
control.url = ("http://127.0.0.1:%d/"):format(ports.main)
ports.stalled = listen_and_stall(function()
  files.write(arg[1] .. "/ports.json", cjson.encode(ports))
end)
uv.run()
