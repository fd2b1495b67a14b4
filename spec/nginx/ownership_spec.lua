-- Ownership in a worker: connections, descriptors and threads end with the clients that use them.
local uv = require "luv"
local cjson = require "cjson"
local files = require "spec.support.files"
local wait = require "spec.support.wait"
local Crowd = require "spec.nginx.crowd"
local processes = require "spec.nginx.processes"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"

local FULL = os.getenv "CREDENCO_SOAK" ~= nil
local CLIENTS = FULL and 200 or 40
local REQUESTS = FULL and 60 or 20
local RELOADS = FULL and 20 or 4
local SPARE = 2 -- nginx's own coming and going

local ASK = [[
  local given = ...
  local client = require("credenco").new {
    base_url = given.url, api_key = "k", transport = given.transport, connection_cache = given.connection_cache,
  }
  local _, err = client:issue_status "1"
  if given.close then client:close() end
  return err.http_status
]]

local function threads(pid)
  return tonumber(files.read(("/proc/%d/status"):format(pid)):match "Threads:%s*(%d+)")
end

describe("inside nginx", function()
  local slow, inside

  setup(function() slow = upstream.start() end)
  teardown(function() slow:stop() end)
  after_each(function() inside:stop() end)

  -- Makes so many requests, and expects descriptors and threads as they were after the first few.
  local function stays_flat(count, make)
    local pid = processes.worker(inside)
    local function settle() wait.until_true(function() return false end, 600) end
    local function held() return processes.open_descriptors(pid), threads(pid) end
    for i = 1, 5 do make(i) end
    settle()
    local descriptors, running = held()
    for i = 6, 5 + count do make(i) end
    settle()
    local more_descriptors, more_running = held()
    local grown = ("%d -> %d descriptors, %d -> %d threads"):format(descriptors, more_descriptors, running, more_running)
    if FULL then print(grown) end
    assert.is_true(more_descriptors <= descriptors + SPARE and more_running <= running, grown)
  end

  for _, transport in ipairs { "curl", "cosocket" } do
    local function ask(changes)
      local given = { url = slow.url .. "/0", transport = transport }
      for name, value in pairs(changes) do given[name] = value end
      assert.equal(404, (inside:run(ASK, given)))
    end

    it("a client that is closed leaves nothing behind: " .. transport, function()
      inside = worker.start()
      stays_flat(CLIENTS, function() ask { close = true } end)
    end)

    -- nginx keeps an idle connection for a minute, whoever made it
    local own = transport == "cosocket" and 1 or nil

    it("a client of its own options that is closed leaves nothing behind: " .. transport, function()
      inside = worker.start()
      stays_flat(CLIENTS, function(i) ask { close = true, connection_cache = own or i } end)
    end)

    it("a client that is collected leaves nothing behind: " .. transport, function()
      inside = worker.start()
      stays_flat(CLIENTS, function(i)
        ask { connection_cache = own or i }
        inside:run "collectgarbage() collectgarbage()"
      end)
    end)

    it("a request leaves nothing behind with lua_code_cache off: " .. transport, function()
      inside = worker.start { http = "lua_code_cache off;" }
      stays_flat(REQUESTS, function() ask {} end)
    end)
  end

  it("each client has its own exit_grace_ms, even with a shared multi handle", function()
    inside = worker.start { server = [[
      location = /issue { content_by_lua_block { require('spec.nginx.issuing').handle() } }
    ]] }
    local function issue(id, base, grace)
      return Crowd.new(inside.port, 1, function() return ("/issue?id=%s&grace=%d&at=%s%s"):format(id, grace, slow.url, base) end)
    end
    local patient, hasty = issue("patient", "/3000", 20000), issue("hasty", "/03000", 200)
    assert.is_true(wait.until_true(function()
      return inside:run "return require('spec.nginx.issuing').in_flight()" >= 2
    end))
    uv.kill(processes.master(inside), "sighup")
    assert.is_true(patient:wait() and hasty:wait())
    assert.same({ id = "patient", ok = true }, cjson.decode(patient.answers[1]))
    assert.same({ id = "hasty", ok = false, code = "closed", sent = "unknown" }, cjson.decode(hasty.answers[1]))
  end)

  for _, transport in ipairs { "curl", "cosocket" } do
    it("reloads under load without an error, and without a wrong report: " .. transport, function()
      inside = worker.start { connections = 2048, server = [[
        location = /issue { content_by_lua_block { require('spec.nginx.issuing').handle() } }
      ]] }
      for _ = 1, RELOADS do
        local crowd = Crowd.new(inside.port, 50, function(i)
          return ("/issue?id=%d&transport=%s&at=%s/%d"):format(i, transport, slow.url, i)
        end)
        processes.reload(inside)
        assert.is_true(crowd:wait())
        for i = 1, 50 do assert.is_true(cjson.decode(crowd.answers[i]).ok, crowd.answers[i]) end
        crowd:leave()
      end
      local log = inside:error_log()
      for _, level in ipairs { "crit", "alert", "error", "warn" } do
        assert.is_nil(log:match("[^\n]*%[" .. level .. "%][^\n]*"))
      end
    end)
  end
end)
