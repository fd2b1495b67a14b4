-- How long a server may ask a client to wait, with a transport that answers at once.
local credenco = require "credenco"

describe("a server that asks for a wait beyond all time", function()
  for _, ms in ipairs { 2 ^ 53, 2 ^ 60, math.huge } do
    it(("is not waited for: %g ms"):format(ms), function()
      local requests = 0
      local client = credenco.new {
        base_url = "https://wallet.example", api_key = "k",
        transport = {
          send = function()
            requests = requests + 1
            return { status = 503, headers = {}, body = "", retry_after_ms = ms }
          end,
        },
      }
      local _, err = client:issue_status "x"
      assert.equal("server_error", err.code)
      assert.equal(1, requests)
    end)
  end
end)
