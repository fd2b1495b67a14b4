-- `core.event_log`: events as lines of JSON in a file.
local core = require "credenco.core"
local files = require "spec.support.files"

local COMPLAINT = "the log cannot be written"

describe("event_log", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  -- As the command line opens one.
  local function new()
    local file = assert(io.open(folder .. "/log", "ab"))
    local write, observer = core.event_log(file, COMPLAINT)
    file:close()
    return write, observer
  end

  local function read() return files.read(folder .. "/log") end

  -- All lines, with T for a time. The last event of a call, which is written at once, makes sure that there are all.
  local function logged(write)
    write(1, "failed", "last")
    return (read():gsub('("time":")%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ"', '%1T"')
      :gsub('{"time":"T","event":"failed","step":"last"}\n$', ""))
  end

  it("writes an event's fields in order, without those that are nil", function()
    local write = new()
    write(1, "request", "push_offer", 'a"b', nil)
    write(1, "response", "push_offer", nil, "00-1", 201, false, 7)
    write(2, "wait", "push_offer", nil, nil, nil, nil, nil, nil, nil, 250)
    write(3, "lost", "push_offer", nil, nil, nil, nil, 0, "timeout", "unknown")
    assert.equal('{"time":"T","event":"request","step":"push_offer","correlation_id":"a\\"b"}\n'
      .. '{"time":"T","event":"response","step":"push_offer","traceparent":"00-1","http_status":201,"ok":false,"elapsed_ms":7}\n'
      .. '{"time":"T","event":"wait","step":"push_offer","wait_ms":250}\n'
      .. '{"time":"T","event":"lost","step":"push_offer","elapsed_ms":0,"code":"timeout","sent":"unknown"}\n',
      logged(write))
  end)

  it("has the time of each event, to the millisecond", function()
    local write = new()
    local now_ms, ahead = core.now_ms(), { 0, 1, 999, 1000, 59999 }
    for _, ms in ipairs(ahead) do write(now_ms + ms, "failed", "s") end
    local times = {}
    for minute, second, ms in read():gmatch '"time":"[^"]*:(%d%d):(%d%d)%.(%d%d%d)Z"' do
      times[#times + 1] = minute * 60000 + second * 1000 + ms
    end
    for i, ms in ipairs(ahead) do assert.equal(ms, (times[i] - times[1]) % 3600000) end
  end)

  it("leaves out fields that it has no room for", function()
    local write = new()
    write(1, "response", "push_offer", ("x"):rep(200000), nil, 201)
    assert.equal('{"time":"T","event":"response","step":"push_offer","http_status":201}\n', logged(write))
  end)

  it("is in the file after a second, after a failure, and when nobody has it any more", function()
    local write = new()
    local function lines() return select(2, read():gsub("\n", "")) end
    write(1000, "request", "push_offer")
    assert.equal(1, lines())
    write(1999, "request", "push_offer")
    assert.equal(1, lines())
    write(2000, "request", "push_offer")
    assert.equal(3, lines())
    write(2001, "failed", "push_offer", nil, nil, nil, nil, nil, "timeout", "unknown")
    assert.equal(4, lines())
    write(2002, "request", "push_offer")
    assert.equal(4, lines())
    write = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.equal(5, lines())
  end)

  it("is written in large parts", function()
    local write = new()
    write(1000, "request", ("s"):rep(1000))
    for _ = 1, 60 do write(1000, "request", ("s"):rep(1000)) end
    assert.is_true(#read() < 2000)
    for _ = 1, 60 do write(1000, "request", ("s"):rep(1000)) end
    assert.is_true(#read() > 60000)
  end)

  it("says once that the file takes no more", function()
    local said = io.popen(([[%s -e 'local core = require "credenco.core"
      local write = core.event_log(assert(io.open("/dev/full", "ab")), "%s")
      for at_ms = 1000, 5000, 1000 do write(at_ms, "request", "push_offer") end' 2>&1]]):format("script/lua", COMPLAINT))
    assert.equal(COMPLAINT .. ": No space left on device\n", said:read "*a")
    said:close()
  end)

  -- The first event is written at once; the file takes a part of the others, which are written together.
  it("says that the file takes no more when it has taken a part", function()
    local said = io.popen(([[trap "" XFSZ; ulimit -f 1; %s -e 'local core = require "credenco.core"
      local write = core.event_log(assert(io.open("%s/log", "ab")), "%s")
      write(1000, "request", "push_offer")
      for _ = 1, 3 do write(1000, "request", ("s"):rep(1000)) end' 2>&1]]):format("script/lua", folder, COMPLAINT))
    assert.equal(COMPLAINT .. ": File too large\n", said:read "*a")
    said:close()
  end)

  it("refuses a file that was closed, a value that is not a file, and an event that there is not", function()
    local file = assert(io.open(folder .. "/log", "ab"))
    file:close()
    assert.has_error(function() core.event_log(file, COMPLAINT) end)
    assert.has_error(function() core.event_log("log", COMPLAINT) end)
    local write = new()
    assert.has_error(function() write(1, "respond", "push_offer") end)
  end)
end)
