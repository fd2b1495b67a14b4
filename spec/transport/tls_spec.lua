-- TLS of the transport over libcurl: handshakes, tickets, and the server's close_notify.
local core = require "credenco.core"
local driver = require("credenco.curl").driver
local files = require "spec.support.files"
local loop = require "credenco.loop"
local Nginx = require "spec.support.nginx"
local Pki = require "spec.support.pki"
local Tunnel = require "spec.support.tunnel"
local curl = require "credenco.transport.curl"
local wait = require "spec.support.wait"

local PATIENT_MS = 10000

local ANY_VERSION = [[
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = any
[any]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
]]

local GET = [[
local response, err = require("credenco.transport.curl").new({ ca_file = %q, proxy = "" }):send {
  method = "GET", url = %q, deadline_ms = require("credenco.loop").now_ms() + 60000 }
print(response and response.body or err.code .. " " .. err.sent)
]]

describe("the transport over libcurl, over TLS", function()
  local certificates, server, old_server, transport

  setup(function()
    certificates = Pki.create()
    server = Nginx.start {
      tls = certificates.leaf,
      http = "ssl_session_cache shared:sessions:1m; ssl_session_tickets on;",
      server = [[
        location = /once { keepalive_timeout 0; return 200 $ssl_session_reused; }
        location = /kept { return 200 $connection; }
        location = /brief { keepalive_timeout 50ms; return 200 $connection; }
        location = /version { return 200 $ssl_protocol; }
      ]],
    }
    old_server = Nginx.start {
      tls = certificates.leaf, http = "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;",
      server = "location / { return 200 $ssl_protocol; }",
    }
  end)
  teardown(function()
    server:stop()
    old_server:stop()
    Pki.remove(certificates)
  end)
  before_each(function() transport = curl.new { ca_file = certificates.authority, proxy = "" } end)
  after_each(function() transport:close() end)

  local function get(path)
    local response, err = transport:send {
      method = "GET", url = server.url .. path, deadline_ms = loop.now_ms() + 60000,
    }
    return assert(response, err and err.message).body
  end

  it("shortens the second handshake with a server", function()
    assert.equal(".", get "/once")
    for _ = 1, 3 do assert.equal("r", get "/once") end
  end)

  it("keeps a connection on which a session ticket has arrived", function()
    local first = get "/kept"
    for _ = 1, 3 do assert.equal(first, get "/kept") end
  end)

  it("makes another connection after the server's close_notify", function()
    local first, pause_ms = get "/brief", 200
    local is_other
    repeat
      loop.sleep(pause_ms) -- the server closes after 50 ms; on a busy machine later
      pause_ms, is_other = 2 * pause_ms, get "/brief" ~= first
    until is_other or pause_ms > PATIENT_MS
    assert.is_true(is_other)
  end)

  it("trusts only the CA certificates of ca_file", function()
    transport = curl.new { ca_file = certificates.stranger, proxy = "" }
    local response, err = transport:send {
      method = "GET", url = server.url .. "/kept", deadline_ms = loop.now_ms() + 60000,
    }
    assert.is_nil(response)
    assert.same({ "tls_failed", "no" }, { err.code, err.sent })
  end)

  -- The proxy is this very process, so the driver is stepped by hand.
  it("allowed to take any certificate from a loopback host takes none from another host", function()
    local tunnel = Tunnel.start(server.port)
    local stepped = driver {
      connection_cache = 1, insecure_loopback = true, proxy = "http://127.0.0.1:" .. tunnel.port,
    }
    assert(stepped:start({
      method = "GET", url = "https://wallet.example/kept", deadline_ms = core.now_ms() + PATIENT_MS,
      connect_timeout_ms = PATIENT_MS, max_body_bytes = 1000,
    }, core.fields {}))
    local outcome = wait.until_true(function()
      stepped:step(0)
      local taken = { stepped:take() }
      return taken[1] and taken
    end, 2 * PATIENT_MS)
    stepped:close()
    tunnel:stop()
    assert.same({ nil, "tls_failed", "no" }, { outcome[2], outcome[3], outcome[4] })
  end)

  it("speaks TLS 1.2 or newer", function()
    assert.matches("^TLSv1%.[23]$", get "/version")
  end)

  it("uses no older version, even if OpenSSL's configuration allows it", function()
    files.write(server.folder .. "/openssl.cnf", ANY_VERSION)
    files.write(server.folder .. "/get.lua", GET:format(certificates.authority, old_server.url))
    local pipe = io.popen(("OPENSSL_CONF=%s/openssl.cnf script/lua %s/get.lua 2>&1"):format(server.folder, server.folder))
    local said = pipe:read "*a"
    pipe:close()
    assert.equal("tls_failed no\n", said)
  end)
end)
