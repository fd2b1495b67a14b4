--- Documents that several workers change at the same time.
local curl = require "credenco.transport.curl"
local error_run = require "spec.support.error_run"
local loop = require "credenco.loop"
local worker = require "spec.nginx.worker"

local WORKERS, CHANGES, PATIENT_MS = 4, 20, 30000

-- Each change takes longer than the workers need to come into it together. During the first one, its worker stands still.
local SERVER = [[
  location = /change {
    content_by_lua_block {
      local core, store = require "credenco.core", require "credenco.sandbox.ground.store"
      store.add("number", { value = 0 })
      for _ = 1, CHANGES do
        store.update("number", function(document)
          core.sleep_ms(document.value == 0 and 1500 or 1)
          return { value = document.value + 1 }
        end)
      end
    }
  }
]]

describe("the sandbox's store", function()
  it("keeps every change that its workers make at the same time", function()
    local inside = worker.start {
      workers = WORKERS, http = "lua_shared_dict sandbox 1m;", server = (SERVER:gsub("CHANGES", CHANGES)),
    }
    finally(function() inside:stop() end)
    local transport, tasks = curl.new {}, {}
    for i = 1, 4 * WORKERS do
      tasks[i] = function()
        local request = { method = "GET", url = inside.url .. "/change", deadline_ms = loop.now_ms() + PATIENT_MS }
        assert.equal(200, assert(transport:send(request)).status)
      end
    end
    error_run.together(tasks)
    transport:close()
    assert.equal(4 * WORKERS * CHANGES, inside:run [[ return require("credenco.sandbox.ground.store").get("number").value ]])
  end)

  describe("of one worker", function()
    local inside

    setup(function() inside = worker.start { http = "lua_shared_dict sandbox 128k;" } end)
    teardown(function() inside:stop() end)

    local BEFORE = [[
      local store, dict = require "credenco.sandbox.ground.store", ngx.shared.sandbox
      local function fill(bytes, ttl_s)
        local count = 0
        while pcall(store.set, "filler " .. count, ("x"):rep(bytes), ttl_s) do count = count + 1 end
        return count
      end
      local function wait_for(condition)
        local deadline = ngx.now() + PATIENT_S
        while not condition() and ngx.now() < deadline do ngx.sleep(0.01) end
        ngx.update_time()
        return condition()
      end
    ]]

    local function run(code)
      return inside:run(BEFORE:gsub("PATIENT_S", PATIENT_MS / 1000) .. code)
    end

    before_each(function() run "store.clear()" end)

    it("lets others change a document whose worker died while it changed it", function()
      assert.is_false((pcall(run, [[
        require("ffi").cdef "int kill(int, int);"
        store.set("number", { value = 1 })
        store.update("number", function() require("ffi").C.kill(ngx.worker.pid(), 9) end)
      ]])))
      assert.same({ true, 2 }, { run [[
        local done = false
        local other = ngx.thread.spawn(function()
          store.update("number", function(document) return { value = document.value + 1 } end)
          done = true
        end)
        wait_for(function() return done end)
        ngx.thread.kill(other)
        return done, store.get("number").value
      ]] })
    end)

    it("keeps no lock after a change that failed", function()
      assert.same({ false, "on purpose", 1 }, { run [[
        store.set("number", { value = 1 })
        local ok, err = pcall(store.update, "number", function() error("on purpose", 0) end)
        return ok, err, #dict:get_keys()
      ]] })
    end)

    it("has the old document when there is no room for the new one", function()
      assert.same({ false, "old" }, { run [[
        store.set("document", { text = "old" })
        local ok = pcall(store.update, "document", function() return { text = ("x"):rep(dict:capacity()) } end)
        return ok, (store.get "document" or {}).text
      ]] })
    end)

    it("lets another caller do what one failed to do", function()
      assert.same({ false, true, "done", false }, { run [[
        local failed = pcall(store.once, "work", nil, function() error "on purpose" end)
        local did, result = store.once("work", nil, function() return "done" end)
        return failed, did, result, (store.once("work", nil, error))
      ]] })
    end)

    it("is short of memory before it is full, and earlier for a larger body", function()
      assert.same({ false, true, true, true }, { run [[
        local empty, large = store.is_short(0), store.is_short(dict:free_space())
        local count = 0
        while not store.is_short(0) do
          count = count + 1
          store.set("filler " .. count, ("x"):rep(2000))
        end
        return empty, large, store.is_short(0), (pcall(store.set, "exchange", ("x"):rep(2000)))
      ]] })
    end)

    it("needs no memory for what has expired", function()
      assert.same({ true, true, true }, { run [[
        fill(2000, 0.1)
        local is_full = store.is_short(0)
        local expired = wait_for(function() return not dict:get "filler 0" end)
        return is_full, expired, not store.is_short(0)
      ]] })
    end)

    it("makes room for a large document of what has expired", function()
      assert.is_true(run [[
        local last = fill(2000, 0.1) - 1
        wait_for(function() return not dict:get("filler " .. last) end)
        return (pcall(store.set, "large", ("x"):rep(dict:capacity() / 2)))
      ]])
    end)
  end)
end)
