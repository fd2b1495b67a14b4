-- Listeners to events: the user's functions and ours, alone and together.
local listeners = require "credenco.base.listeners"

local EVENTS = {
  { type = "request", step = "push_offer", correlation_id = "order-1", at_ms = 1 },
  { type = "response", step = "push_offer", correlation_id = "order-1", at_ms = 2, http_status = 201, ok = true,
    elapsed_ms = 1 },
  { type = "wait", step = "push_offer", traceparent = "00-1-2-01", at_ms = 3, wait_ms = 4 },
  { type = "failed", step = "push_offer", at_ms = 5, code = "timeout", sent = "unknown" },
}

-- As a client tells of them.
local function tell(listener)
  listener(1, "request", "push_offer", "order-1", nil)
  listener(2, "response", "push_offer", "order-1", nil, 201, true, 1)
  listener(3, "wait", "push_offer", nil, "00-1-2-01", nil, nil, nil, nil, nil, 4)
  listener(5, "failed", "push_offer", nil, nil, nil, nil, nil, "timeout", "unknown")
end

-- A listener of ours that writes down what it is given.
local function ours(said)
  return function(...)
    local words = {}
    for i = 1, 11 do words[i] = tostring((select(i, ...))) end
    said[#said + 1] = table.concat(words, " ")
  end
end

local SAID = {
  "1 request push_offer order-1 nil nil nil nil nil nil nil",
  "2 response push_offer order-1 nil 201 true 1 nil nil nil",
  "3 wait push_offer nil 00-1-2-01 nil nil nil nil nil 4",
  "5 failed push_offer nil nil nil nil nil timeout unknown nil",
}

describe("a listener", function()
  it("of ours gets fields, from a client and from a caller with tables", function()
    local said = {}
    local on_event = listeners.on_event(ours(said))
    tell(listeners.of(on_event))
    assert.same(SAID, said)
    for _, event in ipairs(EVENTS) do on_event(event) end
    assert.same(SAID, { said[5], said[6], said[7], said[8] })
  end)

  it("of the user gets a table of its own for each event", function()
    local events = {}
    tell(listeners.of(function(event) events[#events + 1] = event end))
    assert.same(EVENTS, events)
  end)

  it("beside another gets the same events, also when the first fails", function()
    local said, events = {}, {}
    local first = listeners.both(function() error "mine" end, listeners.on_event(ours(said)))
    tell(listeners.of(listeners.both(first, function(event) events[#events + 1] = event end)))
    assert.same(SAID, said)
    assert.same(EVENTS, events)
  end)

  it("is observed in C if each of its parts is", function()
    local function observed(name) return listeners.on_event(ours {}, { name }) end
    local both = listeners.both(listeners.both(observed "a", observed "b"), observed "c")
    assert.same({ "a", "b", "c" }, listeners.observers_of(both))
    assert.is_nil(listeners.observers_of(listeners.both(both, function() end)))
    assert.is_nil(listeners.observers_of(listeners.both(listeners.on_event(ours {}), both)))
    assert.is_nil(listeners.observers_of(print))
  end)

  it("alone is itself", function()
    local function mine() end
    assert.equal(mine, listeners.both(nil, mine))
    assert.equal(mine, listeners.both(mine, nil))
    assert.is_nil(listeners.both(nil, nil))
  end)
end)
