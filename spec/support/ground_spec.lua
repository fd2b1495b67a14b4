-- The ground the other specs stand on: servers that come and go with them, and misbehave as told.
local uv = require "luv"
local files = require "spec.support.files"
local http = require "spec.support.http"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local program = require "spec.cli.program"
local Server = require "spec.support.server"
local wait = require "spec.support.wait"

local function shell(script)
  return function(folder) return { "/bin/sh", "-c", script, "sh", folder } end
end

local function pid_in(folder)
  return tonumber(files.read(folder .. "/pid") or "")
end

local function exists(path)
  return uv.fs_stat(path) ~= nil
end

-- A process that has ended and waits to be collected has no command line any more.
local function alive(pid)
  return (files.read("/proc/" .. pid .. "/cmdline") or "") ~= ""
end

-- Starts a server from a Lua of its own, has that Lua killed, and says where the server lived.
local function start_and_crash(folder)
  local script = ([[
    local uv = require "luv"
    require("spec.support.server").start {
      folder = %q,
      command = function(folder) return { "/bin/sh", "-c", "sleep 60 & echo $! > $1/pid; wait", "sh", folder } end,
      ready = function(folder) return require("spec.support.files").read(folder .. "/pid") end,
    }
    uv.kill(uv.getpid(), "sigkill")
  ]]):format(folder)
  local ended, process
  process = uv.spawn(uv.exepath(), {
    args = { "-e", script },
    env = { "LUA_PATH=" .. package.path, "LUA_CPATH=" .. package.cpath },
  }, function() process:close(function() ended = true end) end)
  assert.is_true(wait.until_true(function() return ended end))
end

describe("a program started by a spec", function()
  it("may end before it has read its input", function()
    local run = program.start_command("/bin/true", {})
    assert.equal(0, wait.until_true(function() return run.code end))
    run:finish_input "nobody reads this"
    assert.equal(0, run:finish().code)
  end)
end)

describe("a server started by a spec", function()
  it("ends with every process it started, and leaves no directory", function()
    local server = assert(Server.start {
      command = shell "sleep 60 & echo $! > $1/pid; wait",
      ready = pid_in,
    })
    local pid = server.about
    assert.is_true(wait.until_true(function() return alive(pid) end))
    server:stop()
    assert.is_false(exists(server.folder))
    assert.is_true(wait.until_true(function() return not alive(pid) end))
  end)

  it("ends and leaves no directory when the specs are killed", function()
    local folder = files.temporary_folder()
    start_and_crash(folder)
    assert.is_true(wait.until_true(function() return not exists(folder) end))
  end)

  it("gives its own exit code when it ends in good order", function()
    local server = assert(Server.start {
      command = shell "trap 'exit 9' TERM; echo $$ > $1/pid; while :; do sleep 0.01; done",
      ready = pid_in,
    })
    assert.equal(9, server:stop())
  end)

  it("is an error with the server's words when it does not start", function()
    local server, why = Server.start { command = shell "echo out of paper >&2; exit 3", ready = pid_in }
    assert.is_nil(server)
    assert.matches("out of paper", why)
  end)
end)

describe("nginx started by a spec", function()
  it("responds on its own port and stops in order", function()
    local server = nginx.start { server = "location / { return 200 $uri; }" }
    local status, body = http.request(server.port, "GET", "/hello")
    assert.same({ 200, "/hello" }, { status, body })
    assert.equal(0, server:stop())
    assert.is_nil(http.request(server.port, "GET", "/hello"))
  end)

  it("runs Lua and reads files written into its directory", function()
    local server = nginx.start {
      lua = true,
      files = { ["answer.lua"] = "ngx.print(1 + 1)" },
      server = "location / { content_by_lua_file $folder/answer.lua; }",
    }
    local _, body = http.request(server.port, "GET", "/")
    server:stop()
    assert.matches("\r\n2\r\n", body)
  end)
end)

describe("the misbehaving server", function()
  local server

  setup(function() server = Misbehaving.start() end)
  teardown(function() server:stop() end)

  local function ask(scenario, method, path, body)
    local port, prefix = scenario.url:match(":(%d+)(/.*)$")
    return http.request(tonumber(port), method, prefix .. path, body)
  end

  it("takes the n-th behaviour for the n-th call of a step, and stays with the last", function()
    local scenario = server:scenario { create = { 503, 429 }, push = { "close" } }
    assert.equal(503, (ask(scenario, "POST", "/api/v2/credential/issue", "{}")))
    assert.is_nil(ask(scenario, "POST", "/api/oidc/offer/w?directIssue=true"))
    assert.equal(429, (ask(scenario, "POST", "/api/v2/credential/issue", "{}")))
    assert.equal(429, (ask(scenario, "POST", "/api/v2/credential/issue", "{}")))
    assert.equal(200, (ask(scenario, "GET", "/api/v2/issue/x")))
  end)

  it("keeps requests byte for byte", function()
    local scenario = server:scenario()
    ask(scenario, "POST", "/api/oidc/offer/w?A=%2f+b", "claims \0\255")
    local request = scenario.requests("push")[1]
    assert.equal("POST", request.method)
    assert.equal("/api/oidc/offer/w?A=%2f+b", request.target)
    assert.equal("claims \0\255", request.body)
    assert.matches("^POST /s%d+/api/oidc/offer/w%?A=%%2f%+b HTTP/1%.1\r\nHost: 127%.0%.0%.1:%d+\r\n", request.head)
  end)

  it("refuses a script with a behaviour it does not know", function()
    assert.has_error(function() server:scenario { create = { "teapot" } } end)
  end)

  it("makes a new offer for every call", function()
    local scenario = server:scenario()
    local _, first = ask(scenario, "POST", "/api/v2/credential/issue", "{}")
    local _, second = ask(scenario, "POST", "/api/v2/credential/issue", "{}")
    assert.not_equal(first:match("offers%%2F(%d+)"), second:match("offers%%2F(%d+)"))
  end)

  it("responds to calls that wait for each other only together", function()
    local scenario = server:scenario { other = { { act = "together", count = 2 } } }
    local port, prefix = scenario.url:match(":(%d+)(/.*)$")
    local first, answered = uv.new_tcp(), nil
    first:connect("127.0.0.1", tonumber(port), function()
      first:write(("GET %s/one HTTP/1.1\r\n\r\n"):format(prefix))
      first:read_start(function(_, bytes) answered = bytes or answered end)
    end)
    wait.until_true(function() return #scenario.requests() == 1 end)
    assert.is_nil(answered)
    assert.equal(200, (ask(scenario, "GET", "/two")))
    assert.is_truthy(wait.until_true(function() return answered end))
    wait.close(first)
  end)
end)
