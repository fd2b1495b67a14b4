-- How long a server may ask a client to wait, with a transport that answers at once.
local credenco = require "credenco"

-- A client whose every answer is a 503 of this kind, and the number of its requests.
local function refused(answer)
  local requests = 0
  local client = credenco.new {
    base_url = "https://wallet.example", api_key = "k",
    transport = {
      send = function()
        requests = requests + 1
        return { status = 503, headers = answer.headers or {}, body = "", retry_after_ms = answer.ms }
      end,
    },
  }
  return client, function() return requests end
end

local function check_one_request(answer)
  local client, requests = refused(answer)
  local _, err = client:issue_status "x"
  assert.equal("server_error", err.code)
  assert.equal(1, requests())
end

describe("a server that asks for a wait beyond all time", function()
  for _, ms in ipairs { 2 ^ 53, 2 ^ 60, math.huge } do
    it(("is not waited for: %g ms"):format(ms), function()
      check_one_request { ms = ms }
    end)
  end

  it("is reported as an integer", function()
    for _, answer in ipairs { { ms = 2.5 }, { ms = 1e300 }, { headers = { ["retry-after"] = ("9"):rep(23) } } } do
      local _, err = refused(answer):issue_status "x"
      assert.matches("^%d+$", ("%s"):format(err.retry_after_ms))
      assert.is_true(err.retry_after_ms >= 2)
    end
  end)

  for _, seconds in ipairs { "9300000000000000", "9223372036854775807", "18446744073709552", ("9"):rep(400) } do
    it(("is not waited for: %s seconds in a header"):format(seconds), function()
      check_one_request { headers = { ["retry-after"] = seconds } }
    end)
  end
end)
