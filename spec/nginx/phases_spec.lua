-- Where in nginx a call can be made: it waits in every phase that can, and says so in every other.
local cjson = require "cjson"
local http = require "spec.support.http"
local upstream = require "spec.nginx.upstream"
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
  local slow, inside, outcomes, phases

  setup(function()
    slow = upstream.start()
    local has_precontent = lua_version() >= HAS_PRECONTENT
    phases = has_precontent and { "rewrite", "access", "precontent", "content", "timer" }
      or { "rewrite", "access", "content", "timer" }
    inside = worker.start {
      main = "thread_pool pool threads=1;",
      files = { ["attempt.lua"] = ATTEMPT:gsub("%$upstream", slow.url), ["in_thread.lua"] = IN_THREAD },
      package_path = PACKAGE_PATH,
      http = HTTP, server = SERVER:gsub("%$precontent", has_precontent and PRECONTENT or ""),
    }
    assert.equal(200, (http.request(inside.port, "GET", "/go")))
    local _, body = http.request(inside.port, "GET", "/outcome")
    outcomes = cjson.decode(body:match "{.*}")
  end)
  teardown(function()
    inside:stop()
    slow:stop()
  end)

  it("waits for its answer in every phase that can", function()
    for _, phase in ipairs(phases) do assert.equal(404, outcomes[phase].http_status, phase) end
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
