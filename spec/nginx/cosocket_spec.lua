-- What the transport over cosockets has of its own, beside the contract: proxies, certificates, pools, and what
-- becomes of an exchange when its request has gone.
local uv = require "luv"
local wait = require "spec.support.wait"
local Tunnel = require "spec.support.tunnel"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"
local World = require "spec.transport.world"


local function port_of(url)
  return tonumber(url:match ":(%d+)")
end

describe("inside nginx, the transport over cosockets", function()
  local world, slow, inside, tunnel

  setup(function()
    world, slow = World.start(), upstream.start()
    inside = worker.start {
      http = ("lua_ssl_trusted_certificate %s; lua_ssl_verify_depth 3;"):format(world.addresses.tls.ca_file),
    }
  end)
  teardown(function()
    inside:stop()
    slow:stop()
    world:stop()
  end)
  after_each(function()
    if tunnel then tunnel:stop() end
    tunnel = nil
  end)

  -- The outcome of one GET after the other, each as "status" or "code sent message".
  local function ask(urls, options)
    return inside:run([[
      local given, loop = ..., require "credenco.loop"
      local transport, outcomes = require("credenco.transport.cosocket").new(given.options), {}
      for i, url in ipairs(given.urls) do
        local response, err = transport:send { method = "GET", url = url, deadline_ms = loop.now_ms() + 60000 }
        outcomes[i] = response and tostring(response.status) or ("%s %s %s"):format(err.code, err.sent, err.message)
        ngx.sleep(0.05)
      end
      return outcomes
    ]], { urls = urls, options = options or {} })
  end

  -- Options ---------------------------------------------------------------------------

  for options, problem in pairs {
    [{ ca_file = "/some/file" }] = "transport 'cosocket' has no ca_file: "
      .. "name the CA certificates with nginx's lua_ssl_trusted_certificate",
    [{ proxy = "socks5://127.0.0.1:1080" }] = "transport 'cosocket' has no proxy over socks5: it must be an http proxy",
    [{ proxy = "https://127.0.0.1:1080" }] = "transport 'cosocket' has no proxy over https: it must be an http proxy",
    [{ proxy = "http://[::1" }] = "transport 'cosocket': proxy must be a host and a port",
  } do
    it("refuses an option that it does not support, by name: " .. (options.proxy or "ca_file"), function()
      local new = "return select(2, pcall(require('credenco.transport.cosocket').new, ...))"
      assert.equal(problem, (inside:run(new, options)))
    end)
  end

  it("is for nginx only", function()
    local ok, problem = pcall(require("credenco.transport.cosocket").new, {})
    assert.same({ false, "transport 'cosocket' is for nginx only" }, { ok, problem })
  end)

  -- Certificates ------------------------------------------------------------------------

  it("refuses an address in place of a name, unless the certificate does not matter", function()
    local url = world.addresses.tls.url .. "/x"
    assert.same({ "tls_failed no the TLS connection failed "
      .. "(nginx compares a certificate with names only, and this host is an address)" }, ask { url })
    assert.same({ "200" }, ask({ url }, { insecure_loopback = true }))
  end)

  it("never uses a connection with an unverified certificate for a call that requires one", function()
    local url = world.addresses.tls.unknown_ca_url:gsub("127%.0%.0%.1", "localhost") .. "/x"
    assert.same({ "200" }, ask({ url }, { insecure_loopback = true }))
    local refused = ask { url, url, url }
    for i = 1, 3 do assert.matches("^tls_failed no ", refused[i]) end
  end)

  -- The connection pool --------------------------------------------------------------------

  -- nginx has no turn between the stray answer's arrival and the next request.
  it("looks at a connection once more before it is used again", function()
    local url = world.server:scenario({ other = {
      { act = "proper", stray = "HTTP/1.1 418 Stray\r\nContent-Length: 0\r\n\r\n", stray_ms = 20 }, "proper",
    } }).url .. "/x"
    local statuses = inside:run([[
      local core, loop = require "credenco.core", require "credenco.loop"
      local transport, statuses = require("credenco.transport.cosocket").new {}, {}
      for i = 1, 2 do
        statuses[i] = assert(transport:send { method = "GET", url = ..., deadline_ms = loop.now_ms() + 60000 }).status
        core.sleep_ms(100)
      end
      return statuses
    ]], url)
    assert.same({ 200, 200 }, statuses)
  end)

  -- A response that fills nginx's buffer, with another one behind it in the same record of TLS.
  local RECORD = [[
    location / { content_by_lua_block {
      local socket, head = assert(ngx.req.socket(true)), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
      local size = tonumber(ngx.var.uri:match "%d+")
      local body = ("x"):rep(size - #head:format(1000))
      socket:send(head:format(#body) .. body .. "HTTP/1.1 418 Stray\r\nContent-Length: 0\r\n\r\n")
    } }
  ]]

  it("never takes what TLS holds back for the next response", function()
    local front = worker.start { tls = world.made.leaf, server = RECORD }
    finally(function() front:stop() end)
    local urls = {}
    for _, size in ipairs { 4096, 8192, 4095, 4097 } do
      urls[#urls + 1], urls[#urls + 2] = ("%s/%d"):format(front.url, size), front.url .. "/1100"
    end
    assert.same({ "200", "200", "200", "200", "200", "200", "200", "200" }, ask(urls, { insecure_loopback = true }))
  end)

  -- Proxies -----------------------------------------------------------------------------

  local function wallet(path)
    return ("https://wallet.example:%d%s"):format(port_of(world.addresses.tls.wrong_host_url), path)
  end

  it("asks a proxy for a tunnel, and keeps it", function()
    tunnel = Tunnel.start(port_of(world.addresses.tls.wrong_host_url))
    local proxy = ("http://user:p%%40ss@127.0.0.1:%d/"):format(tunnel.port)
    assert.same({ "200", "200" }, ask({ wallet "/x", wallet "/y" }, { proxy = proxy }))
    local place = wallet(""):match "//(.*)"
    assert.same({ ("CONNECT %s HTTP/1.1\r\nHost: %s\r\nproxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n")
      :format(place, place) }, tunnel.asked)
  end)

  for _, established in ipairs {
    "HTTP/1.0 200 Connection established\r\n\r\n", -- as tinyproxy and others have it
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
  } do
    it("takes and keeps a tunnel that begins with " .. established:match "[^\r]+", function()
      tunnel = Tunnel.start(port_of(world.addresses.tls.wrong_host_url), nil, established)
      assert.same({ "200", "200" }, ask({ wallet "/x", wallet "/y" }, { proxy = "127.0.0.1:" .. tunnel.port }))
      assert.equal(1, #tunnel.asked)
    end)
  end

  it("gives a proxy that responds byte by byte no more than the time to connect", function()
    local drip = "HTTP/1.1 200 OK\r\n" .. ("A: b\r\n"):rep(100)
    tunnel = Tunnel.start(0, { drip = drip })
    local outcome = ask({ wallet "/x" }, { proxy = "127.0.0.1:" .. tunnel.port, connect_timeout_ms = 300 })[1]
    assert.matches("^timeout no no connection within the deadline", outcome)
    assert.is_true(tunnel.dripped < #drip)
  end)

  it("shares no tunnel between other credentials", function()
    tunnel = Tunnel.start(port_of(world.addresses.tls.wrong_host_url))
    for _, user in ipairs { "a:b@", "a:c@", "" } do
      assert.same({ "200" }, ask({ wallet "/x" }, { proxy = user .. "127.0.0.1:" .. tunnel.port }))
    end
    assert.equal(3, #tunnel.asked)
  end)

  for answer, why in pairs {
    ["HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"] = "the proxy responded with HTTP 407",
    ["HTTP/1.0 403 Forbidden\r\n\r\n<html>No</html>"] = "the proxy responded with HTTP 403",
    ["HTTP/1.1 200 OK\r\n\r\nmore"] = "the proxy sent more than its response",
    ["SSH-2.0\r\n"] = "the response does not begin with an HTTP/1.1 status line",
    ["HTTP/1.1 407 P"] = "the connection ended before the response was complete",
  } do
    it("sends nothing if there is no tunnel: " .. why, function()
      tunnel = Tunnel.start(0, { bytes = answer, closes = true })
      assert.same({ ("connect_failed no could not connect (%s)"):format(why) },
        ask({ wallet "/x" }, { proxy = "127.0.0.1:" .. tunnel.port }))
    end)
  end

  it("uses no proxy for a loopback host", function()
    assert.same({ "200" }, ask({ world.server:scenario({}).url .. "/x" }, { proxy = "127.0.0.1:1" }))
  end)

  -- Names -------------------------------------------------------------------------------

  it("waits for a silent resolver no longer than the time to connect, and the deadline", function()
    local silent = uv.new_udp()
    assert(silent:bind("127.0.0.1", 0))
    local lost = worker.start { http = ("resolver 127.0.0.1:%d ipv6=off;"):format(silent:getsockname().port) }
    finally(function()
      lost:stop()
      wait.close(silent)
    end)
    local long_ms = 60000
    for _, times in ipairs { { connect_ms = 200, within_ms = long_ms }, { connect_ms = long_ms, within_ms = 200 } } do
      local code, sent, message, took_ms = lost:run([[
        local given, loop = ..., require "credenco.loop"
        local transport, began_ms = require("credenco.transport.cosocket").new {}, loop.now_ms()
        local _, err = transport:send {
          method = "GET", url = "https://wallet.example/x", deadline_ms = began_ms + given.within_ms,
          connect_timeout_ms = given.connect_ms,
        }
        return err.code, err.sent, err.message, loop.now_ms() - began_ms
      ]], times)
      assert.same({ "timeout", "no", "no connection within the deadline (nginx's resolver did not respond)" },
        { code, sent, message })
      assert.is_true(took_ms < long_ms / 2, took_ms .. " ms")
    end
  end)

  -- Timers and requests -----------------------------------------------------------------

  it("reports the response of a call whose light thread was killed", function()
    local status = inside:run([[
      local loop, told = require "credenco.loop", nil
      local transport = require("credenco.transport.cosocket").new {}
      local thread = ngx.thread.spawn(transport.send, transport, {
        method = "GET", url = ..., deadline_ms = loop.now_ms() + 60000,
        on_abandoned = function(_, http_status) told = http_status end,
      })
      ngx.sleep(0.05)
      ngx.thread.kill(thread)
      local give_up_ms = loop.now_ms() + 60000
      repeat ngx.sleep(0.02) until told or loop.now_ms() > give_up_ms
      return told
    ]], slow.url .. "/3000/api/oidc/offer/w")
    assert.equal(201, status)
  end)

  it("completes although nginx never begins the timer that carries its exchanges", function()
    local statuses = inside:run([[
      local over
      for _ = 1, 256 do ngx.timer.at(0, function() while not over do ngx.sleep(0.1) end end) end
      ngx.sleep(0.1)
      local transport, statuses = require("credenco.transport.cosocket").new {}, {}
      for i = 1, 3 do
        local deadline_ms = require("credenco.loop").now_ms() + 60000
        local response, err = transport:send { method = "GET", url = ..., deadline_ms = deadline_ms }
        statuses[i] = response and response.status or err.code
      end
      over = true
      return statuses
    ]], world.server:scenario({}).url .. "/x")
    assert.same({ 200, 200, 200 }, statuses)
    assert.truthy(inside:error_log():find("256 lua_max_running_timers are not enough", 1, true))
  end)

  it("leaves no timer behind", function()
    local function running() return inside:run "return ngx.timer.running_count() + ngx.timer.pending_count()" end
    assert.is_true(wait.until_true(function() return running() == 0 end))
  end)
end)
