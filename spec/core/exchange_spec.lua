-- The binding of the HTTP exchange; what the exchange decides is tried in spec/c.
local core = require "credenco.core"

local function request(changes)
  local made = { method = "GET", authority = "a.example", target = "/x?y=1", max_body_bytes = 100 }
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

local function begun(changes)
  local x = core.exchange()
  assert(x:begin(request(changes)))
  return x
end

describe("core.fields", function()
  it("prepares fields for any number of requests", function()
    local fields = core.fields { ["x-api-key"] = "secret" }
    local bytes = "GET /x?y=1 HTTP/1.1\r\nHost: a.example\r\nx-api-key: secret\r\n\r\n"
    local x = core.exchange()
    assert.equal(bytes, x:begin(request(), fields))
    assert.equal(bytes, x:begin(request(), fields))
  end)

  for _, case in ipairs {
    { name = "a name that is no token", fields = { ["a b"] = "x" } },
    { name = "a value with a line's end", fields = { a = "x\r\ny: z" } },
    { name = "a field that the exchange writes", fields = { Host = "b.example" } },
  } do
    it("refuses " .. case.name, function()
      local fields, code = core.fields(case.fields)
      assert.is_nil(fields)
      assert.equal("invalid_argument", code)
    end)
  end

  it("throws for a value that is not text", function()
    assert.has_error(function() core.fields { a = 1 } end)
    assert.has_error(function() core.fields { "a" } end)
    assert.has_error(function() core.fields() end)
  end)
end)

describe("core.exchange", function()
  it("writes a request with a body", function()
    local bytes = core.exchange():begin(request { method = "POST", target = "/", body = "{}" })
    assert.equal("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}", bytes)
  end)

  it("takes the target of a URL, and authority and bound beside the request", function()
    local given = { method = "GET", url = "http://127.0.0.1:1/x?y=1" }
    assert.equal("GET /x?y=1 HTTP/1.1\r\nHost: b.example\r\n\r\n", core.exchange():begin(given, nil, "b.example", 100))
  end)

  for _, case in ipairs {
    { name = "a URL that is none", request = { url = "http:/x" }, code = "invalid_argument" },
    { name = "a target with a blank", request = { target = "/a b" }, code = "invalid_argument" },
    { name = "a method that is no token", request = { method = "GET x" }, code = "invalid_argument" },
    { name = "no authority", request = { authority = "" }, code = "invalid_argument" },
    { name = "a body above 64 MiB", request = { body = ("x"):rep(64 * 1048576 + 1) }, code = "too_large" },
  } do
    it("refuses " .. case.name, function()
      local bytes, code = core.exchange():begin(request(case.request))
      assert.is_nil(bytes)
      assert.equal(case.code, code)
    end)
  end

  it("throws for arguments of the wrong type", function()
    local x = core.exchange()
    assert.has_error(function() x:begin() end)
    assert.has_error(function() x:begin(request { method = 1 }) end)
    assert.has_error(function() x:begin(request { max_body_bytes = 2.5 }) end)
    assert.has_error(function() x:begin { method = "GET", authority = "a", target = "/" } end)
    assert.has_error(function() x:begin(request(), {}) end)
    assert.has_error(function() x:feed() end)
  end)

  it("reads a response in pieces", function()
    local x = begun()
    assert.equal("reading", x:feed "HTTP/1.1 201 Created\r\nContent-Le")
    assert.equal("reading", x:feed "ngth: 5\r\n\r\nhel")
    assert.equal("done", x:feed "lo")
    assert.same({ status = 201, body = "hello", headers = { ["content-length"] = "5" } }, x:response())
    assert.is_true(x:reusable())
    x:trim()
  end)

  it("leaves the fields out if they are not wanted", function()
    local x = begun { with_headers = false }
    x:feed "HTTP/1.1 204 No\r\nX-A: 1\r\n\r\n"
    assert.is_nil(x:response().headers)
  end)

  it("gives the last value of a repeated field", function()
    local x = begun()
    x:feed "HTTP/1.1 204 No\r\nX-A: 1\r\nX-A: 2\r\nEmpty:\r\n\r\n"
    assert.same({ ["x-a"] = "2", empty = "" }, x:response().headers)
  end)

  it("reads Retry-After", function()
    local x = begun()
    x:feed "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 2\r\n\r\n"
    assert.equal(2000, x:response().retry_after_ms)
    assert.equal("2000", tostring(x:response().retry_after_ms)) -- an integer: not 2000.0
  end)

  it("does not reuse a connection with bytes behind the response", function()
    local x = begun()
    assert.equal("done", x:feed "HTTP/1.1 204 No\r\n\r\nHTTP/1.1 204 No\r\n\r\n")
    assert.is_false(x:reusable())
  end)

  it("fails with a code and its reason", function()
    local state, code, detail = begun():feed "SSH-2.0-OpenSSH\r\n"
    assert.is_nil(state)
    assert.equal("bad_response", code)
    assert.truthy(detail:find("status line", 1, true))
    state, code = begun { max_body_bytes = 2 }:feed "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    assert.is_nil(state)
    assert.equal("too_large", code)
  end)

  it("knows what the end of the connection means", function()
    local x = begun()
    assert.equal("reading", x:feed "HTTP/1.1 200 OK\r\n\r\nhel")
    assert.equal("done", x:ended())
    assert.equal("hel", x:response().body)
    assert.is_false(x:reusable())
    local state, code = begun():ended()
    assert.is_nil(state)
    assert.equal("connect_failed", code)
  end)

  it("has no response before it is complete", function()
    local x = core.exchange()
    assert.has_error(function() x:response() end)
    assert.is_false(x:reusable())
    x = begun()
    assert.has_error(function() x:response() end)
  end)

  for _, case in ipairs {
    { name = "a 2xx in answer to CONNECT has no body, whatever it says",
      bytes = "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n", state = "done" },
    { name = "a refused CONNECT has one",
      bytes = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\n", state = "reading" },
  } do
    it(case.name, function()
      local x = begun { method = "CONNECT", target = "a.example:443", authority = "a.example:443" }
      assert.equal(case.state, x:feed(case.bytes))
      assert.equal(case.state == "done", x:is_tunnel())
      assert.is_false(x:reusable())
    end)
  end
end)
