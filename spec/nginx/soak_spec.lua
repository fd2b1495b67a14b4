-- What adds up over a long life: descriptors over reloads, memory over issues. CREDENCO_SOAK=1 runs the full
-- counts instead of those for every day.
local Crowd = require "spec.nginx.crowd"
local processes = require "spec.nginx.processes"
local upstream = require "spec.nginx.upstream"
local worker = require "spec.nginx.worker"

local FULL = os.getenv "CREDENCO_SOAK" ~= nil
local RELOADS = FULL and 100 or 10
local ISSUES = FULL and 100000 or 5000
local BATCH = 2500 -- issues, in less time than a request of the specs may take

local SPARE_DESCRIPTORS = 2 -- nginx's own coming and going
local RESIDENT_GROWTH_KIB = 2048
local LUA_GROWTH_KIB = 256

local SERVER = "location = /issue { content_by_lua_block { require('spec.nginx.issuing').handle() } }"

describe("inside nginx, over time", function()
  local slow, inside

  setup(function() slow = upstream.start() end)
  teardown(function() slow:stop() end)
  after_each(function() inside:stop() end)

  it("leaks no descriptor over reloads with calls in flight", function()
    inside = worker.start { server = SERVER }
    local function reload_with_calls()
      local crowd = Crowd.new(inside.port, 10, function(i) return ("/issue?id=%d&at=%s/20"):format(i, slow.url) end)
      processes.reload(inside)
      assert.is_true(crowd:wait())
      crowd:leave()
    end
    local function descriptors()
      local fresh = processes.reload(inside)
      return processes.open_descriptors(fresh) + processes.open_descriptors(processes.master(inside))
    end
    local before = descriptors()
    for _ = 1, RELOADS do reload_with_calls() end
    local after = descriptors()
    local grown = ("%d -> %d descriptors"):format(before, after)
    assert.is_true(after <= before + SPARE_DESCRIPTORS, grown)
    if FULL then print(grown) end
  end)

  it("keeps its memory over many issues", function()
    inside = worker.start()
    local function issue(count)
      local failed, lua_kib = inside:run("return require('spec.nginx.issuing').many(...)", { slow.url .. "/0", count })
      assert.equal(0, failed)
      return lua_kib, processes.resident_kib(processes.worker(inside))
    end
    issue(BATCH)
    local lua_before, resident_before = issue(BATCH)
    local lua_after, resident_after
    for _ = 1, ISSUES / BATCH do lua_after, resident_after = issue(BATCH) end
    local grown = ("Lua %.0f -> %.0f KiB, resident %d -> %d KiB"):format(
      lua_before, lua_after, resident_before, resident_after)
    assert.is_true(lua_after <= lua_before + LUA_GROWTH_KIB, grown)
    assert.is_true(resident_after <= resident_before + RESIDENT_GROWTH_KIB, grown)
    if FULL then print(grown) end
  end)
end)
