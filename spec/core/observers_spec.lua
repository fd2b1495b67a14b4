-- Observers (src/lua/observer.h): what a flow gives to metrics and a log without Lua.
local core = require "credenco.core"
local files = require "spec.support.files"

local FAR_MS = 2 ^ 52

describe("observers of a flow", function()
  local folder, observers, counted, write
  before_each(function()
    folder = files.temporary_folder()
    local file = assert(io.open(folder .. "/log", "ab"))
    local _, read, tally = core.tally({ 10, 100 }, function() end)
    local listener, log = core.event_log(file, "")
    file:close()
    counted, write, observers = read, listener, { tally, log }
  end)
  after_each(function() files.remove_folder(folder) end)

  local function new_flow() return core.context(3, 0, 0, observers):flow() end

  local function start(flow) return flow:start(0, "push_offer", FAR_MS, true, false) end

  -- The lines so far, without the times and the event that brings them to the file.
  local function logged()
    write(0, "failed", "last")
    local text = files.read(folder .. "/log")
    return (text:gsub('{"time":"[^"]*","event":"failed","step":"last"}\n', ""):gsub('"time":"[^"]*",', ""))
  end

  it("get a request and its response", function()
    local flow = new_flow()
    start(flow)
    local began_ms = flow:begun("order-1", "00-1")
    assert.same({ {}, 1 }, { counted() })
    assert.equal("done", flow:received(began_ms + 11, 0, 201, true))
    assert.same({
      { { step = "push_offer", http_status = 201, ok = true, sum_ms = 11, buckets = { 0, 1, 0 } } }, 0,
    }, { counted() })
    assert.equal('{"event":"request","step":"push_offer","correlation_id":"order-1","traceparent":"00-1"}\n'
      .. '{"event":"response","step":"push_offer","correlation_id":"order-1","traceparent":"00-1","http_status":201,'
      .. '"ok":true,"elapsed_ms":11}\n', logged())
  end)

  it("get each attempt once, and nothing of the call before", function()
    local flow = new_flow()
    start(flow)
    local began_ms = flow:begun("order-1", nil)
    assert.equal("request", flow:received(began_ms, 0, 503, false))
    flow:begun("order-1", nil)
    assert.equal("request", flow:lost(began_ms, 0, "timeout", "unknown"))
    assert.equal("done", flow:received(began_ms, 0, 201, true)) -- as a call that found its work done
    start(flow)
    flow:begun(nil, false)
    start(flow)
    assert.equal("done", flow:received(began_ms, 0, 201, true))
    assert.equal('{"event":"request","step":"push_offer","correlation_id":"order-1"}\n'
      .. '{"event":"response","step":"push_offer","correlation_id":"order-1","http_status":503,"ok":false,"elapsed_ms":0}\n'
      .. '{"event":"request","step":"push_offer","correlation_id":"order-1"}\n'
      .. '{"event":"request","step":"push_offer"}\n', logged())
    assert.equal(1, #counted())
  end)

  it("may be collected before the flow", function()
    local flow = new_flow()
    observers, counted, write = nil, nil, nil
    collectgarbage()
    collectgarbage()
    start(flow)
    assert.equal("done", flow:received(flow:begun "order-1", 0, 201, true))
    flow = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.equal(2, select(2, files.read(folder .. "/log"):gsub("\n", "")))
  end)

  it("count in no more buckets than there is room for", function()
    local bounds = {}
    for i = 1, 15 do bounds[i] = i end
    core.tally(bounds, function() end)
    bounds[16] = 16
    assert.has_error(function() core.tally(bounds, function() end) end, "bad argument #1 to 'tally' (too many bounds)")
  end)

  it("are observers", function()
    for _, other in ipairs { false, true, "x", io.stdout, core.context(1, 0, 0) } do
      assert.has_error(function() core.context(3, 0, 0, { observers[1], other }) end)
    end
  end)
end)
