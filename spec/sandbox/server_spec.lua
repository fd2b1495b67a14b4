--- Starting and stopping the sandbox.
local conf = require "credenco.sandbox.host.conf"
local files = require "spec.support.files"
local http = require "spec.sandbox.http"
local install = require "credenco.sandbox.host.install"
local sandbox = require "credenco.sandbox"
local uv = require "luv"

local function is_gone(pid)
  return uv.kill(pid, 0) ~= 0
end

describe("the sandbox as a server", function()
  it("responds on the loopback address when start returns", function()
    local server = assert(sandbox.start())
    assert.equal(200, http.request({ url = server.base_url .. "/sandbox/ready" }).status)
    assert.matches("^http://127%.0%.0%.1:%d+$", server.base_url)
    server:stop()
  end)

  it("leaves no process and no directory behind", function()
    local server = assert(sandbox.start())
    local mode = uv.fs_stat(server.dir).mode % 512
    server:stop()
    assert.equal(tonumber("700", 8), mode)
    assert.is_true(is_gone(server.pid))
    assert.is_nil(uv.fs_stat(server.dir))
    assert.is_nil(http.request { url = server.base_url .. "/sandbox/ready" })
  end)

  it("can be stopped twice", function()
    local server = assert(sandbox.start())
    server:stop()
    server:stop()
  end)

  it("listens on the port it is given", function()
    local first = assert(sandbox.start())
    local port = tonumber(first.base_url:match ":(%d+)$")
    first:stop()
    local second = assert(sandbox.start { port = port })
    assert.equal(first.base_url, second.base_url)
    second:stop()
  end)

  it("says that a port is in use, at once", function()
    local server = assert(sandbox.start())
    local port = tonumber(server.base_url:match ":(%d+)$")
    local second, err, at_fault = sandbox.start { port = port }
    server:stop()
    assert.equal("port", at_fault)
    assert.is_nil(second)
    assert.matches("EADDRINUSE", err)
    assert.matches(tostring(port), err)
  end)

  it("names the packages to install when nginx is missing", function()
    local found, err = install.find(nil, { "/nowhere" })
    assert.is_nil(found)
    assert.matches("libnginx%-mod%-http%-lua", err)
  end)

  it("names the nginx that it was given and cannot run", function()
    local found, err, at_fault = sandbox.start { nginx = "/nowhere/nginx" }
    assert.is_nil(found)
    assert.equal("install", at_fault)
    assert.matches("^/nowhere/nginx is not a program", err)
  end)

  -- a program that says it was built as nginx was, and is never started
  local function built_with(arguments)
    local path = os.tmpname()
    files.write(path, ("#!/bin/sh\necho 'configure arguments: %s' >&2\n"):format(arguments))
    assert(uv.fs_chmod(path, tonumber("700", 8)))
    local found, err = install.find(path)
    os.remove(path)
    return found, err
  end

  it("loads no Lua module into an nginx that has it built in", function()
    local found = assert(built_with "--modules-path=/usr/lib/nginx/modules --add-module=../ngx_lua-0.10.28")
    assert.is_false(found.modules)
    found = assert(built_with "--modules-path=/usr/lib/nginx/modules --add-dynamic-module=/src/lua-nginx-module")
    assert.is_string(found.modules)
  end)

  local WRONG = {
    { { prot = 1 }, "sandbox: unknown option 'prot', did you mean 'port'?" },
    { { port = "80" }, "sandbox: port must be integer, not string" },
    { { port = 65536 }, "port must be at most 65535" },
    { { port = 1.5 }, "port must be integer" },
    { { workers = 0 }, "workers must be at least 1" },
    { { host = "0.0.0.0" }, "host must be a loopback address" },
    { { wallets = { { key = "a" } } }, "wallets need a key and a name each; number 1 lacks one" },
  }
  for _, case in ipairs(WRONG) do
    it("refuses options: " .. case[2], function()
      local ok, err = pcall(function()
        return (sandbox.start(case[1]))
      end)
      assert.is_false(ok)
      assert.truthy(err:find(case[2], 1, true), err)
      assert.matches("server_spec%.lua", err)
    end)
  end

  -- RFC 9112, 9.6: who closes first closes without a word about what is under way.
  it("lets its wallets be the first to close an idle connection", function()
    local kept_by_libcurl_s = 118 -- CURLOPT_MAXAGE_CONN
    local settings = { host = "127.0.0.1", port = 1, workers = 1, memory_mb = 8 }
    local text = assert(conf.render { dir = "/d", install = { lua_root = "/l", lua_cpath = "/c" }, settings = settings })
    local kept_s = tonumber(text:match "keepalive_timeout (%d+)s;")
    assert.is_true(kept_s ~= nil and kept_s > kept_by_libcurl_s)
  end)

  it("writes no path into nginx's configuration that would end or expand a text there", function()
    local settings = { host = "127.0.0.1", port = 1, workers = 1, memory_mb = 8 }
    for _, character in ipairs { '"', "$", ";", "{", "}", "\\", "\n" } do
      local path = "/a" .. character .. "b"
      for _, values in ipairs {
        { dir = path, install = { lua_root = "/l", lua_cpath = "/c" } },
        { dir = "/d", install = { lua_root = path, lua_cpath = "/c" } },
        { dir = "/d", install = { lua_root = "/l", lua_cpath = path } },
        { dir = "/d", install = { lua_root = "/l", lua_cpath = "/c", modules = path } },
      } do
        values.settings = settings
        local text, err = conf.render(values)
        assert.is_nil(text)
        assert.matches("cannot be written into an nginx configuration", err)
      end
    end
  end)

  it("refuses requests for another host name, as after DNS rebinding", function()
    local server = assert(sandbox.start())
    local answer = http.request { url = server.base_url .. "/sandbox/wallets", headers = { Host = "evil.example" } }
    server:stop()
    assert.equal(421, answer.status)
  end)
end)
