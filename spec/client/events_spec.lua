-- The events of a client's calls that `on_event` gets.
local event_log = require "credenco.cli.event_log"
local files = require "spec.support.files"
local issuing = require "spec.client.issuing"
local listeners = require "credenco.base.listeners"
local metrics = require "credenco.metrics"
local Misbehaving = require "spec.support.misbehaving"

local new_client, order = issuing.new_client, issuing.order

describe("on_event", function()
  local server = Misbehaving.use()

  it("tells on_event of every request and response, without secrets", function()
    local events = {}
    local scenario = server:scenario { push = { "close", "proper" } }
    local client = new_client(scenario, {
      retry = { base_ms = 1 },
      on_event = function(event)
        events[#events + 1] = event.type .. " " .. event.step .. " " .. tostring(event.http_status or event.code)
        for _, value in pairs(event) do assert.is_nil(tostring(value):find("secret", 1, true)) end
      end,
    })
    assert(client:issue_direct(order()))
    assert.same({
      "request create_offer nil", "response create_offer 201", "request push_offer nil",
      "lost push_offer connect_failed", "request push_offer nil", "response push_offer 201",
    }, events)
  end)

  it("tells on_event how a call ended, once", function()
    local events = {}
    local scenario = server:scenario { push = { { act = "answer", status = 403, body = "" } } }
    local client = new_client(scenario, { on_event = function(event) events[#events + 1] = event end })
    local _, err = client:issue_direct(order())
    assert.same({ nil, true, nil, false, nil }, {
      events[1].ok, events[2].ok, events[3].ok, events[4].ok, events[5].ok })
    local last = events[5]
    assert.same({ "failed", "push_offer", err.code, err.sent, err.correlation_id },
      { last.type, last.step, last.code, last.sent, last.correlation_id })
    client:close()
    client:issue_status "1"
    assert.same({ "failed", "issue_status", "closed", "no" }, {
      events[6].type, events[6].step, events[6].code, events[6].sent })
    assert.is_nil(events[7])
  end)

  it("survives an on_event that fails", function()
    local client = new_client(server:scenario(), { on_event = function() error "mine" end })
    assert(client:issue_status "1")
  end)

  -- What each script of pushes brings into metrics and a log, with times left out, and whether C code took it.
  local function watched(path, and_user)
    local counted = metrics.new()
    local on_event = listeners.both(counted.on_event, event_log.open(path))
    if and_user then on_event = listeners.both(on_event, and_user) end
    for _, script in ipairs {
      {}, { push = { "close", "proper" } }, { create = { { act = "answer", status = 403, body = "" } } },
      { push = { { act = "answer", status = 503, body = "" }, "close", { act = "answer", status = 429, body = "" } } },
      { create = { { act = "answer", status = 201, body = "no JSON" } } },
    } do
      local client = new_client(server:scenario(script), { retry = { base_ms = 1, cap_ms = 1 }, on_event = on_event })
      client:issue_direct(order { traceparent = script.push and "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" })
      client:close()
      client:issue_status "1"
    end
    local log = files.read(path):gsub('"time":"[^"]*"', ""):gsub('("%a+_ms":)%d+', "%1")
    local numbers = counted:text():gsub("credenco_[%a_]+_seconds[^\n]*\n", "")
    return log, numbers, listeners.observers_of(on_event) ~= nil
  end

  it("leads to the same metrics and log with the user's own beside them and without", function()
    local events = 0
    local log, numbers, in_c = watched(server.folder .. "/alone")
    local same_log, same_numbers, also_in_c = watched(server.folder .. "/beside", function() events = events + 1 end)
    assert.same({ true, false }, { in_c, also_in_c })
    assert.equal(same_numbers, numbers)
    assert.equal(events, select(2, log:gsub("\n", "")))
    assert.equal(same_log, log)
    for _, kind in ipairs { "request", "response", "lost", "failed" } do
      assert.truthy(log:find('"event":"' .. kind .. '"', 1, true), kind)
    end
  end)
end)
