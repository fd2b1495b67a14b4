-- A worker that stood still beyond the deadlines of its calls over cosockets: what has arrived by then counts, and
-- nothing more is sent.
local uv = require "luv"
local files = require "spec.support.files"
local wait = require "spec.support.wait"
local worker = require "spec.nginx.worker"

-- More than nginx reads at a time.
local LONG = ("x"):rep(20000)
local RESPONSE = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#LONG, LONG)

-- The worker's deadlines pass when `late` says so.
local OVERDUE = [[
  local given, core, loop, late = ..., require "credenco.core", require "credenco.loop", false
  local real_now_ms = loop.now_ms
  loop.now_ms = function() return real_now_ms() + (late and 3600000 or 0) end
  local function is_there(name)
    local file = io.open(given.folder .. "/" .. name)
    return file ~= nil and file:close()
  end
  local transport = require("credenco.transport.cosocket").new {}
  local function get()
    local response, err = transport:send { method = "GET", url = given.url, deadline_ms = real_now_ms() + 60000 }
    late, loop.now_ms = false, real_now_ms
    if response then return response.status, #response.body end
    return err.code, err.sent
  end
]]

describe("inside nginx, a call over cosockets whose deadline has passed unnoticed", function()
  local inside, folder, server, clients, received

  setup(function() inside = worker.start() end)
  teardown(function() inside:stop() end)

  before_each(function()
    folder, clients, received = files.temporary_folder(), {}, ""
    server = uv.new_tcp()
    assert(server:bind("127.0.0.1", 0))
  end)
  after_each(function()
    for _, client in ipairs(clients) do wait.close(client) end
    wait.close(server)
    files.remove_folder(folder)
  end)

  local function listen(on_request)
    server:listen(16, function()
      local client = uv.new_tcp()
      clients[#clients + 1] = client
      server:accept(client)
      client:read_start(function(_, bytes)
        received = received .. (bytes or "")
        if bytes then on_request(client) end
      end)
    end)
  end

  local function run(code)
    local url = ("http://localhost:%d/x"):format(server:getsockname().port)
    return { inside:run(OVERDUE .. code, { folder = folder, url = url }) }
  end

  it("has the response that lies in the socket, however long", function()
    local timer = uv.new_timer()
    finally(function() wait.close(timer) end)
    listen(function(client)
      files.write(folder .. "/asked", "")
      timer:start(1, 1, function()
        if not files.read(folder .. "/still") then return end
        timer:stop()
        client:write(RESPONSE, function() files.write(folder .. "/responded", "") end)
      end)
    end)
    assert.same({ 200, #LONG }, run [[
      local thread = ngx.thread.spawn(get)
      repeat ngx.sleep(0.001) until is_there "asked"
      assert(io.open(given.folder .. "/still", "w")):close()
      repeat core.sleep_ms(1) until is_there "responded" -- nginx stands still
      late = true
      local _, status, bytes = ngx.thread.wait(thread)
      return status, bytes
    ]])
  end)

  it("has sent nothing if there was no connection before", function()
    listen(function(client) client:write(RESPONSE) end)
    assert.same({ "timeout", "no" }, run [[
      local connection = require "credenco.transport.cosocket.connection"
      local open = connection.open
      connection.open = function(...)
        connection.open = open
        local socket = open(...)
        late = true
        return socket
      end
      return get()
    ]])
    assert.is_true(wait.until_true(function() return #clients == 1 end))
    assert.equal("", received)
  end)
end)
