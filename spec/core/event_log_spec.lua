-- `core.event_log`: events as lines of JSON in a file of Lua's.
local core = require "credenco.core"
local files = require "spec.support.files"

describe("event_log", function()
  local folder, file, asked, failures
  before_each(function()
    folder, asked, failures = files.temporary_folder(), 0, {}
    file = assert(io.open(folder .. "/log", "wb"))
    file:setvbuf("full", 65536)
  end)
  after_each(function()
    if io.type(file) == "file" then file:close() end
    files.remove_folder(folder)
  end)

  local function new(of)
    return core.event_log(of or file, function(at_ms)
      asked = asked + 1
      return ("T%d"):format(at_ms)
    end, function(reason) failures[#failures + 1] = reason end)
  end

  local function logged() return files.read(folder .. "/log") end

  it("writes an event's fields in order, without those that are nil", function()
    local write = new()
    write(1, "request", "push_offer", 'a"b', nil)
    write(1, "response", "push_offer", nil, "00-1", 201, false, 7)
    write(2, "wait", "push_offer", nil, nil, nil, nil, nil, nil, nil, 250)
    file:close()
    assert.equal('{"time":"T1","event":"request","step":"push_offer","correlation_id":"a\\"b"}\n'
      .. '{"time":"T1","event":"response","step":"push_offer","traceparent":"00-1","http_status":201,"ok":false,"elapsed_ms":7}\n'
      .. '{"time":"T2","event":"wait","step":"push_offer","wait_ms":250}\n', logged())
    assert.equal(2, asked)
  end)

  it("leaves out fields that it has no room for", function()
    local write = new()
    write(1, "response", "push_offer", ("x"):rep(200000), nil, 201)
    file:close()
    assert.equal('{"time":"T1","event":"response","step":"push_offer","http_status":201}\n', logged())
  end)

  it("is in the file after a second, and after a failure", function()
    local write = new()
    local function lines() return select(2, logged():gsub("\n", "")) end
    write(1000, "request", "push_offer")
    assert.equal(1, lines())
    write(1999, "request", "push_offer")
    assert.equal(1, lines())
    write(2000, "request", "push_offer")
    assert.equal(3, lines())
    write(2001, "failed", "push_offer", nil, nil, nil, nil, nil, "timeout", "unknown")
    assert.equal(4, lines())
  end)

  it("says once that the file takes no more", function()
    local full = assert(io.open("/dev/full", "wb"))
    local write = new(full)
    for at_ms = 1000, 5000, 1000 do write(at_ms, "request", "push_offer") end
    full:close()
    assert.same({ "No space left on device" }, failures)
  end)

  it("writes nothing into a file that was closed", function()
    local write = new()
    file:close()
    write(1, "request", "push_offer")
    assert.equal("", logged())
  end)

  it("refuses a value that is not a file", function()
    assert.has_error(function() core.event_log("log", tostring, tostring) end)
  end)
end)
