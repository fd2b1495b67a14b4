-- Another event loop can turn ours: the example does it with libuv.
local sandbox = require "credenco.sandbox"
local uv = require "luv"
local credenco = require "credenco"
local loop = require "credenco.loop"
local Misbehaving = require "spec.support.misbehaving"

local function output_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "*a"
  pipe:close()
  return text
end

describe("another event loop", function()
  it("turns ours in examples/event_loop.lua", function()
    local server = assert(sandbox.start {})
    local text = output_of(("LUA_PATH='%s' LUA_CPATH='%s' CREDENCO_API_KEY=%s CREDENCO_BASE_URL=%s '%s' examples/event_loop.lua %s 2>&1")
      :format(package.path, package.cpath, server.api_key, server.base_url, uv.exepath(), server.wallets[1].key))
    server:stop()
    assert.truthy(text:find("^HTTP 201, correlation id %x+%-"), text)
  end)

  it("learns of a deadline although no descriptor becomes readable", function()
    local server = Misbehaving.start()
    local scenario = server:scenario { status = { "hang" } }
    local client = credenco.new { base_url = scenario.url, api_key = "k", timeout_ms = 3000 }
    local poll, err = uv.new_poll(assert(client:pollfd())), nil
    poll:start("r", function() loop.turn(0) end)
    loop.spawn(function() err = select(2, client:issue_status "1") end)
    local guard = uv.new_timer()
    guard:start(60000, 0, function() poll:stop() end)
    while not err and guard:get_due_in() > 0 do uv.run "once" end
    poll:close()
    guard:close()
    uv.run "nowait"
    client:close()
    server:stop()
    assert.equal("timeout", err.code)
    assert.equal("unknown", err.sent)
  end)
end)
