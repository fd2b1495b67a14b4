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

local SERVER = [[
  location = /go {
    set_by_lua_block $ignored { require("attempt").attempt "set" }
    rewrite_by_lua_block { require("attempt").attempt "rewrite" }
    access_by_lua_block { require("attempt").attempt "access" }
    content_by_lua_block { require("attempt").attempt "content" ngx.print "gone" }
    header_filter_by_lua_block { require("attempt").attempt "header_filter" }
    body_filter_by_lua_block { require("attempt").attempt "body_filter" }
    log_by_lua_block { require("attempt").attempt "log" }
  }
  location = /outcome { content_by_lua_block { require("attempt").tell() } }
]]

describe("a call inside nginx", function()
  local slow, inside, outcomes

  setup(function()
    slow = upstream.start()
    inside = worker.start {
      files = { ["attempt.lua"] = ATTEMPT:gsub("%$upstream", slow.url) },
      http = HTTP, server = SERVER,
    }
    assert.equal(200, (http.request(inside.port, "GET", "/go")))
    local _, body = http.request(inside.port, "GET", "/outcome")
    outcomes = cjson.decode(body:match "{.*}")
  end)
  teardown(function()
    inside:stop()
    slow:stop()
  end)

  for _, phase in ipairs { "rewrite", "access", "content", "timer" } do
    it("waits for its answer in the phase " .. phase, function()
      assert.equal(404, outcomes[phase].http_status)
    end)
  end

  for _, phase in ipairs { "init", "init_worker", "set", "header_filter", "body_filter", "log" } do
    it("does nothing and names ngx.timer.at in the phase " .. phase, function()
      local outcome = outcomes[phase]
      assert.same({ "cannot_wait", "no" }, { outcome.code, outcome.sent })
      assert.truthy(outcome.text:find("nginx's phase '" .. phase .. "'", 1, true))
      assert.truthy(outcome.text:find("ngx.timer.at(0, ...)", 1, true))
    end)
  end
end)
