-- Where in nginx a call can be made: it waits in every phase that can, and says so in every other.
local cjson = require "cjson"
local http = require "spec.support.http"
local loop = require "credenco.loop"
local Pki = require "spec.support.pki"
local upstream = require "spec.nginx.upstream"
local wait = require "spec.support.wait"
local worker = require "spec.nginx.worker"

-- `attempt(phase)` asks for a status and keeps what came of it, for GET /outcome.
local ATTEMPT = [[
  local cjson = require "cjson"
  local credenco = require "credenco"
  local M = { outcomes = {} }
  function M.attempt(phase)
    local client = credenco.new { base_url = "$upstream/0", api_key = "k" }
    local _, err = client:issue_status "1"
    M.outcomes[phase] = { code = err.code, sent = err.sent, http_status = err.http_status, text = tostring(err) }
  end
  function M.tell() ngx.print(cjson.encode(M.outcomes)) end
  return M
]]

local HTTP = [[
  init_by_lua_block {
    package.path = "$folder/?.lua;" .. package.path
    require("attempt").attempt "init"
  }
  init_worker_by_lua_block {
    require("attempt").attempt "init_worker"
    ngx.timer.at(0, function() require("attempt").attempt "timer" end)
  }
]]

local HANDSHAKE = [[
  server {
    listen 127.0.0.1:%d ssl;
    ssl_certificate %s;
    ssl_certificate_key %s;
    ssl_certificate_by_lua_block { %s }
    location / { return 200; }
  }
]]

local PACKAGE_PATH = 'lua_package_path "$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;$folder/?.lua;;";'

local SERVER = [[
  location = /go {
    set_by_lua_block $ignored { require("attempt").attempt "set" }
    rewrite_by_lua_block { require("attempt").attempt "rewrite" }
    access_by_lua_block { require("attempt").attempt "access" }
    content_by_lua_block { require("attempt").attempt "content" ngx.print "gone" }
    $precontent
    header_filter_by_lua_block { require("attempt").attempt "header_filter" }
    body_filter_by_lua_block { require("attempt").attempt "body_filter" }
    log_by_lua_block { require("attempt").attempt "log" }
  }
  location = /outcome { content_by_lua_block { require("attempt").tell() } }
]]

-- Current modules have a phase more.
local PRECONTENT = 'precontent_by_lua_block { require("attempt").attempt "precontent" }'
local HAS_PRECONTENT = 10030

-- A blocking client, in a thread of its own.
local IN_THREAD = [[
  local credenco = require "credenco"
  return { ask = function(url)
    local client = credenco.new { base_url = url, api_key = "k" }
    local _, err = client:issue_status "1"
    client:close()
    return err.code, err.http_status
  end }
]]

local function lua_version()
  local inside = worker.start()
  local version = inside:run "return ngx.config.ngx_lua_version"
  inside:stop()
  return version
end

describe("a call inside nginx", function()
  local slow, inside, outcomes, phases, certificates, tls_ports

  setup(function()
    slow, certificates = upstream.start(), Pki.create()
    tls_ports = { sleeps = wait.free_port(), calls = wait.free_port() }
    local function handshake(port, code)
      return HANDSHAKE:format(port, certificates.leaf.certificate, certificates.leaf.key, code)
    end
    local has_precontent = lua_version() >= HAS_PRECONTENT
    phases = has_precontent and { "rewrite", "access", "precontent", "content", "timer" }
      or { "rewrite", "access", "content", "timer" }
    inside = worker.start {
      main = "thread_pool pool threads=1;",
      files = { ["attempt.lua"] = ATTEMPT:gsub("%$upstream", slow.url), ["in_thread.lua"] = IN_THREAD },
      package_path = PACKAGE_PATH,
      http = HTTP .. handshake(tls_ports.sleeps, "ngx.sleep(0.01)")
        .. handshake(tls_ports.calls, 'require("attempt").attempt "ssl_cert"'),
      server = SERVER:gsub("%$precontent", has_precontent and PRECONTENT or ""),
    }
    assert.equal(200, (http.request(inside.port, "GET", "/go")))
    local _, body = http.request(inside.port, "GET", "/outcome")
    outcomes = cjson.decode(body:match "{.*}")
  end)
  teardown(function()
    inside:stop()
    slow:stop()
    Pki.remove(certificates)
  end)

  it("waits for its response in every phase that can", function()
    for _, phase in ipairs(phases) do assert.equal(404, outcomes[phase].http_status, phase) end
  end)

  local function status_over_tls(port)
    local transport = require("credenco.transport.curl").new { insecure_loopback = true }
    local url = ("https://127.0.0.1:%d/"):format(port)
    local response = transport:send { method = "GET", url = url, deadline_ms = loop.now_ms() + 60000 }
    transport:close()
    return response and response.status
  end

  -- nginx itself needs a patch of OpenResty's, which Debian's has for this phase.
  it("waits in a TLS handshake if nginx can", function()
    if status_over_tls(tls_ports.sleeps) ~= 200 then return end
    assert.equal(200, status_over_tls(tls_ports.calls))
    local _, body = http.request(inside.port, "GET", "/outcome")
    assert.equal(404, cjson.decode(body:match "{.*}").ssl_cert.http_status)
  end)

  it("does nothing if Lua cannot yield", function()
    for _, place in ipairs { '("x"):gsub("x", ask)', "table.sort({ 2, 1 }, function() return ask() end)" } do
      local code, sent, after = inside:run([[
        local client = require("credenco").new { base_url = ..., api_key = "k" }
        local inner
        local function ask()
          inner = inner or select(2, client:issue_status "1")
          return false
        end
        local _ = ]] .. place .. [[

        return inner.code, inner.sent, select(2, client:issue_status "1").http_status
      ]], slow.url .. "/0")
      assert.same({ "cannot_wait", "no", 404 }, { code, sent, after })
    end
  end)

  it("blocks a thread of ngx.run_worker_thread, and nobody else", function()
    local ok, code, http_status = inside:run("return ngx.run_worker_thread('pool', 'in_thread', 'ask', ...)", slow.url .. "/20")
    assert.same({ true, "not_found", 404 }, { ok, code, http_status })
  end)

  for _, phase in ipairs { "init", "init_worker", "set", "header_filter", "body_filter", "log" } do
    it("does nothing and names ngx.timer.at in the phase " .. phase, function()
      local outcome = outcomes[phase]
      assert.same({ "cannot_wait", "no" }, { outcome.code, outcome.sent })
      assert.truthy(outcome.text:find("nginx's phase '" .. phase .. "'", 1, true))
      assert.truthy(outcome.text:find("ngx.timer.at(0, ...)", 1, true))
    end)
  end
end)
