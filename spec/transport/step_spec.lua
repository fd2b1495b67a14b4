-- A step of the libcurl driver does no more than it is asked to: other event loops depend on it.
local core = require "credenco.core"
local curl = require "credenco.curl"
local Misbehaving = require "spec.support.misbehaving"

local LONG_MS = 60000
local COUNT = 5

describe("a step of the libcurl driver", function()
  local server = Misbehaving.use()
  local driver

  after_each(function() driver:close() end)

  before_each(function()
    driver = curl.driver { connection_cache = COUNT }
    local request = {
      method = "GET", url = server.stalled_url .. "/x", -- never connects, so nothing moves
      deadline_ms = core.now_ms() + LONG_MS, connect_timeout_ms = LONG_MS, max_body_bytes = 1000,
    }
    for _ = 1, COUNT do assert(driver:start(request, core.fields {})) end
  end)

  it("begins no more transfers than it is asked to, and says that there are others", function()
    for _ = 1, 2 do
      local in_flight, more = driver:step(0, 2)
      assert.same({ COUNT, true }, { in_flight, more })
    end
  end)

  it("begins all if there are not too many", function()
    local in_flight, more = driver:step(0, COUNT + 1)
    assert.same({ COUNT, false }, { in_flight, more })
  end)

  it("accepts no bound below one or above its limit", function()
    for _, most in ipairs { 0, -1, 65, 1.5 } do
      assert.is_false((pcall(driver.step, driver, 0, most)))
    end
  end)
end)
