-- Metrics of all workers of nginx, in a shared dictionary.
local uv = require "luv"
local http = require "spec.support.http"
local wait = require "spec.support.wait"
local Crowd = require "spec.nginx.crowd"
local faulty = require "spec.metrics.faulty"
local processes = require "spec.nginx.processes"
local promtool = require "spec.metrics.promtool"
local samples = require "spec.metrics.samples"
local worker = require "spec.nginx.worker"

local WORKERS = 4
local CALLS = 50
local CROWD = 40

local HTTP = [[
  lua_shared_dict metrics 1m;
  lua_shared_dict tiny 64k;
  init_by_lua_block { metrics = require("credenco.metrics").new { dict = "metrics" } }
]]

-- The location is that of docs/operations.md.
local SERVER = [[
  location = /metrics {
    content_by_lua_block { metrics:serve() }
  }
  location = /issue {
    content_by_lua_block {
      client = client or require("credenco").new {
        base_url = ngx.var.arg_at, api_key = "k", on_event = metrics.on_event, retry = { base_ms = 1, cap_ms = 2 },
      }
      for number = 1, CALLS do
        client:issue_direct { wallet_key = "w", template_id = "t", claims = { id = tostring(number) } }
      end
      ngx.print(ngx.worker.pid())
    }
  }
]]

describe("metrics of nginx", function()
  local server, inside

  setup(function()
    server = faulty.start()
    inside = worker.start {
      workers = WORKERS, connections = 2048, main = "worker_shutdown_timeout 10s;", http = HTTP,
      server = (SERVER:gsub("CALLS", tostring(CALLS))),
    }
  end)
  teardown(function()
    inside:stop()
    server:stop()
  end)

  local function issue()
    local crowd = Crowd.new(inside.port, CROWD, function() return "/issue?at=" .. server.url end)
    assert.is_true(crowd:wait())
    crowd:leave()
    local seen, count = {}, 0
    for _, pid in ipairs(crowd.answers) do
      if not seen[pid] then count = count + 1 end
      seen[pid] = true
    end
    return count
  end

  local function scrape()
    local status, body = http.request(inside.port, "GET", "/metrics")
    assert.equal(200, status)
    return body:match "\r\n(.*)" or body
  end

  it("counts the calls of all workers, before and after a reload", function()
    local workers = 0
    while workers < 2 do workers = issue() end
    local old = processes.workers(inside)
    uv.kill(processes.master(inside), "sighup")
    local function replaced()
      local pids, is_old = processes.workers(inside), {}
      for _, pid in ipairs(old) do is_old[pid] = true end
      for _, pid in ipairs(pids) do if is_old[pid] then return false end end
      return #pids == WORKERS
    end
    assert(wait.until_true(replaced), "the old workers have not gone")
    issue()
    local counted = inside:run "return metrics:text()"
    local read = samples.read(counted)
    faulty.compare(server, read)
    assert.equal(0, read["credenco_requests_in_flight"])
    assert.equal(0, read["credenco_metrics_lost_total"])
    if promtool.is_there() then assert.equal("", promtool.check(counted)) end
  end)

  it("are served in Prometheus' text format", function()
    assert.truthy(scrape():find("# TYPE credenco_build_info gauge", 1, true))
    local kind = inside:run [[
      local response = ngx.location.capture "/metrics"
      return response.header["content-type"] or response.header["Content-Type"]
    ]]
    assert.equal("text/plain; version=0.0.4; charset=utf-8", kind)
  end)

  it("count the changes that a full dictionary has no room for, and drop nothing else", function()
    local before, after = inside:run [[
      local mine = require("credenco.metrics").new { dict = "tiny" }
      local function answer(step, status)
        mine.on_event { type = "request", step = step }
        mine.on_event { type = "response", step = step, http_status = status, elapsed_ms = 1, ok = true }
      end
      answer("push_offer", 201)
      local before = mine:text()
      for status = 100, 599 do answer("request", status) end
      answer("push_offer", 201)
      return before, mine:text()
    ]]
    local series = 'credenco_calls_total{code="ok",sent="yes",step="push_offer"}'
    before, after = samples.read(before), samples.read(after)
    assert.same({ 1, 2 }, { before[series], after[series] })
    assert.equal(0, before["credenco_metrics_lost_total"])
    local kept = samples.sum(after, "credenco_requests_total", { step = "request" })
    assert.is_true(kept > 0 and kept < 500)
    assert.is_true(after["credenco_metrics_lost_total"] >= 500 - kept)
    local _, said = inside:error_log():gsub("lua_shared_dict tiny has no room for more metrics", "")
    assert.equal(1, said)
  end)

  it("forget the requests in flight of a dead worker", function()
    local shared = inside:run [[
      local mine = require("credenco.metrics").new { dict = "metrics" }
      mine.on_event { type = "request", step = "request" }
      local ttl = ngx.shared.metrics:ttl("credenco_requests_in_flight#" .. ngx.worker.pid())
      mine.on_event { type = "lost", step = "request", code = "timeout", sent = "unknown", elapsed_ms = 1 }
      return ttl
    ]]
    assert.is_true(shared > 0 and shared <= 120)
  end)
end)
