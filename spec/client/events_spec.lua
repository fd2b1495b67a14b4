-- The events of a client's calls that `on_event` gets.
local issuing = require "spec.client.issuing"
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
end)
