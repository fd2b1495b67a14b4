-- The counts of credenco.metrics, and their text.
local core = require "credenco.core"
local credenco = require "credenco"
local loop = require "credenco.loop"
local metrics = require "credenco.metrics"
local comma_locale = require "spec.support.comma_locale"
local faulty = require "spec.metrics.faulty"
local promtool = require "spec.metrics.promtool"
local samples = require "spec.metrics.samples"

local ISSUES = tonumber(os.getenv "CREDENCO_METRICS_ISSUES") or 2000

-- One of each kind of event.
local EVENTS = {
  { type = "request", step = "push_offer" },
  { type = "response", step = "push_offer", http_status = 503, ok = false, elapsed_ms = 7 },
  { type = "wait", step = "push_offer", wait_ms = 250 },
  { type = "request", step = "push_offer" },
  { type = "response", step = "push_offer", http_status = 201, ok = true, elapsed_ms = 5 },
  { type = "request", step = "create_offer" },
  { type = "lost", step = "create_offer", code = "timeout", sent = "unknown", elapsed_ms = 30001 },
  { type = "failed", step = "create_offer", code = "timeout", sent = "unknown" },
  { type = "request", step = "issue_status" },
  { type = "abandoned", step = "issue_status", http_status = 200, elapsed_ms = 0 },
  { type = "request", step = "token" },
}

local function fed(events)
  local counted = metrics.new()
  for _, event in ipairs(events) do counted.on_event(event) end
  return counted
end

local WRITTEN = [[
# HELP credenco_build_info The version of credenco, as a label; always 1.
# TYPE credenco_build_info gauge
credenco_build_info{version="VERSION"} 1
# HELP credenco_calls_total Calls by step, code (ok, or the code of the error) and sent (whether the server can have acted).
# TYPE credenco_calls_total counter
credenco_calls_total{code="ok",sent="yes",step="push_offer"} 1
credenco_calls_total{code="timeout",sent="unknown",step="create_offer"} 1
# HELP credenco_requests_total HTTP requests by step and code (the status, or why there is no response).
# TYPE credenco_requests_total counter
credenco_requests_total{code="200",step="issue_status"} 1
credenco_requests_total{code="201",step="push_offer"} 1
credenco_requests_total{code="503",step="push_offer"} 1
credenco_requests_total{code="timeout",step="create_offer"} 1
]]

describe("credenco.metrics", function()
  it("writes its numbers in Prometheus' text format", function()
    local text = fed(EVENTS):text()
    assert.equal((WRITTEN:gsub("VERSION", core.version)), text:sub(1, #WRITTEN - #"VERSION" + #core.version))
    local read = samples.read(text)
    assert.equal(1, read["credenco_requests_in_flight"])
    assert.equal(0.25, read['credenco_wait_seconds_total{step="push_offer"}'])
    assert.equal(1, read['credenco_abandoned_total{step="issue_status"}'])
  end)

  it("writes histograms whose buckets hold those below", function()
    local read = samples.read(fed(EVENTS):text())
    local function of(step, part, le)
      return read[("credenco_request_duration_seconds_%s{%s}"):format(part,
        ('step="%s"'):format(step) .. (le and (',le="%s"'):format(le) or ""))]
    end
    assert.same({ 1, 2, 2, 2, 2, 0.012 }, {
      of("push_offer", "bucket", "0.005"), of("push_offer", "bucket", "0.01"), of("push_offer", "bucket", "30"),
      of("push_offer", "bucket", "+Inf"), of("push_offer", "count"), of("push_offer", "sum"),
    })
    assert.same({ 0, 1, 1, 30.001 }, {
      of("create_offer", "bucket", "30"), of("create_offer", "bucket", "+Inf"), of("create_offer", "count"),
      of("create_offer", "sum"),
    })
    assert.same({ 1, 0 }, { of("issue_status", "bucket", "0.005"), of("issue_status", "sum") })
  end)

  it("escapes labels and help", function()
    local counted = metrics.new()
    counted:watch("mine", "one\ntwo \\ three", function()
      return { { labels = { bytes = "\195\255", name = 'a"b\\c\nd}#e', utf8 = "\195\169" }, value = 1.5 } }
    end)
    local text = counted:text()
    assert.truthy(text:find("# HELP mine one\\ntwo \\\\ three\n", 1, true))
    assert.truthy(text:find('mine{bytes="??",name="a\\"b\\\\c\\nd}#e",utf8="\195\169"} 1.5\n', 1, true))
    samples.read(text)
  end)

  it("shows the user's own numbers at each read", function()
    local counted, length = metrics.new(), 3
    counted:watch("queue_length", "Events that wait.", function() return length end)
    counted:watch("absent", "Nothing.", function() return nil end)
    assert.truthy(counted:text():find("# TYPE queue_length gauge\nqueue_length 3\n", 1, true))
    length = 4
    assert.truthy(counted:text():find("\nqueue_length 4\n", 1, true))
    assert.is_nil(counted:text():find("absent", 1, true))
  end)

  it("refuses a value that is not a metric", function()
    assert.has_error(function() metrics.new():watch("a b", "", function() end) end,
      "watch: name must be of letters, digits and underscores")
    assert.has_error(function() metrics.new():watch("a", nil, function() end) end,
      "watch: help must be a string, not nil")
    assert.has_error(function() metrics.new():watch("a", "") end, "watch: read must be a function, not nil")
    assert.has_error(function() metrics.new { dictionary = "x" } end)
    assert.has_error(function() metrics.new { dict = "x" } end,
      "credenco.metrics.new: dict must name a lua_shared_dict of nginx's configuration")
  end)

  it("has each name once, since a text with one twice cannot be read", function()
    local counted = metrics.new()
    counted:watch("mine", "Mine.", function() return 1 end)
    for _, name in ipairs { "mine", "credenco_calls_total" } do
      assert.has_error(function() counted:watch(name, "Again.", function() return 2 end) end,
        "watch: " .. name .. " exists already")
    end
  end)

  it("writes numbers that are none as Prometheus has them", function()
    local counted = metrics.new()
    local function add(name, value) counted:watch(name, "", function() return value end) end
    add("of_nothing", 0 / 0)
    add("of_nothing_else", -(0 / 0))
    add("much", math.huge)
    add("little", -math.huge)
    local text = counted:text()
    for _, line in ipairs { "of_nothing NaN", "of_nothing_else NaN", "much +Inf", "little -Inf" } do
      assert.truthy(text:find("\n" .. line .. "\n", 1, true), text)
    end
  end)

  it("writes text that promtool accepts", function()
    if not promtool.is_there() then return pending "promtool is not installed (Debian: prometheus)" end
    local counted = fed(EVENTS)
    counted:watch("credenco_webhook_queue_length", "Events that wait.", function() return 0 end)
    assert.equal("", promtool.check(counted:text()))
    assert.not_equal("", promtool.check "requests{a=\"b\"} 1\n")
  end)

  describe("beside a server with faults", function()
    local server
    setup(function() server = faulty.start() end)
    teardown(function() server:stop() end)

    it("counts every request as the server did, and every call as its caller", function()
      local counted = metrics.new()
      local client = credenco.new {
        base_url = server.url, api_key = "k", on_event = counted.on_event, retry = { base_ms = 1, cap_ms = 2 },
      }
      local ended, outcomes = 0, {}
      for _, _, err in client:issue_many(faulty.records(ISSUES)) do
        ended = ended + 1
        local outcome = err and ("%s %s %s"):format(err.step, err.code, err.sent) or "push_offer ok yes"
        outcomes[outcome] = (outcomes[outcome] or 0) + 1
      end
      client:close()
      assert.equal(ISSUES, ended)
      local read = samples.read(counted:text())
      faulty.compare(server, read)
      for outcome, count in pairs(outcomes) do
        local step, code, sent = outcome:match "(%S+) (%S+) (%S+)"
        assert.equal(count, read[('credenco_calls_total{code="%s",sent="%s",step="%s"}'):format(code, sent, step)], outcome)
      end
      assert.equal(0, read["credenco_requests_in_flight"])
      assert.is_false(loop.busy())
    end)
  end)
end)

describe("credenco.metrics in a locale of its program's with a decimal comma", function()
  local has_locale = comma_locale.use()

  it("writes points", function()
    if not has_locale() then return pending(comma_locale.NEEDS) end
    local counted = fed(EVENTS)
    counted:watch("share", "A share.", function() return 0.5 end)
    local text = counted:text()
    os.setlocale "C"
    local read = samples.read(text)
    assert.equal(0.5, read["share"])
    assert.equal(0.25, read['credenco_wait_seconds_total{step="push_offer"}'])
    assert.equal(2, read['credenco_request_duration_seconds_bucket{step="push_offer",le="0.01"}'])
  end)
end)
