--- Documents that several workers change at the same time.
local curl = require "credenco.transport.curl"
local error_run = require "spec.support.error_run"
local loop = require "credenco.loop"
local worker = require "spec.nginx.worker"

local WORKERS, CHANGES, PATIENT_MS = 4, 20, 30000

-- Each change takes longer than the workers need to come into it together.
local SERVER = [[
  location = /change {
    content_by_lua_block {
      local core, store = require "credenco.core", require "credenco.sandbox.ground.store"
      store.add("number", { value = 0 })
      for _ = 1, CHANGES do
        store.update("number", function(document)
          core.sleep_ms(1)
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
end)
