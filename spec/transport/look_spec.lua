-- How a connection comes about: the step that fails, and what the server shows.
local curl = require "credenco.curl"
local Misbehaving = require "spec.support.misbehaving"
local nginx = require "spec.support.nginx"
local pki = require "spec.support.pki"
local Tunnel = require "spec.support.tunnel"

describe("a look at a connection", function()
  local server, made, secure
  setup(function()
    server, made = Misbehaving.start(), pki.create()
    secure = nginx.start { tls = made.leaf }
  end)
  teardown(function()
    secure:stop()
    server:stop()
    pki.remove(made)
  end)

  local function look(url, options, verify, timeout_ms)
    options = options or {}
    options.proxy = options.proxy or ""
    return assert(curl.look(url, options, verify ~= false, timeout_ms or 5000))
  end

  it("finds no problem if there is none", function()
    local seen = look(server.url)
    assert.same({ nil, "127.0.0.1", {} }, { seen.failed, seen.address, seen.certificates })
    seen = look(secure.url, { ca_file = made.authority })
    assert.is_nil(seen.failed)
    assert.matches("127%.0%.0%.1", seen.certificates[1].Subject)
    assert.truthy(curl.date(seen.certificates[1]["Expire date"]) > os.time())
  end)

  it("names the step that fails", function()
    local refused = look(server.refused_url)
    assert.same({ "connection", "Connection refused" }, { refused.failed, refused.os_error })
    assert.equal("name", look(server.unresolvable_url).failed)
    assert.equal("connection", look(server.stalled_url, {}, true, 100).failed)
    assert.equal("tls", look(secure.url, { ca_file = made.stranger }).failed)
    assert.equal("tls", look("https" .. server.url:sub(5), {}, true, 300).failed)
    assert.equal("proxy", look("https://wallet.example", { proxy = "http://proxy.invalid" }).failed)
  end)

  it("shows a refused certificate by accepting any", function()
    local seen = look(secure.url, { ca_file = made.stranger }, false)
    assert.is_nil(seen.failed)
    assert.matches("credenco specs", seen.certificates[1].Issuer)
  end)

  it("takes a URL, options and a time", function()
    for _, case in ipairs { { "no url", {}, true, 1 }, { secure.url, nil, true, 1 }, { secure.url, {}, true, 0 },
      { secure.url, { ca_file = {} }, true, 1 } } do
      assert.is_false(pcall(curl.look, case[1], case[2], case[3], case[4]))
    end
  end)

  it("shows no user or password of a proxy", function()
    local tunnel = Tunnel.start(1, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
    tunnel:stop()
    local seen = look("https://wallet.example", { proxy = ("http://me:s3cret@127.0.0.1:%d"):format(tunnel.port) })
    assert.equal("connection", seen.failed)
    assert.is_nil(seen.detail:find "s3cret")
  end)

  it("reads the dates of certificates and of HTTP", function()
    assert.equal(1795872547, curl.date "Nov 28 13:29:07 2026 GMT")
    assert.equal(1795872547, curl.date "Sat, 28 Nov 2026 13:29:07 GMT")
    assert.is_nil(curl.date "some day")
  end)
end)
