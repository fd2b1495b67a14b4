-- Events as requests: what one writes, the other reads.
local events = require "credenco.webhook.event"
local outgoing = require "credenco.webhook.outgoing"
local signature = require "credenco.webhook.signature"

local DATA = '{"a":[],"n":0.10}'

local function event()
  return { specversion = "1.0", id = '50% "é"', type = "t", source = "/a b", time = "2026-01-01T00:00:00Z" }
end

describe("an event to be sent", function()
  for _, mode in ipairs { "binary", "structured" } do
    it("is read again as it was, in " .. mode .. " mode, its data as they stand", function()
      local headers, body = outgoing[mode](event(), DATA)
      local read = assert(events.from_request(headers, body))
      assert.equal(0.1, read.data.n)
      assert.truthy(body:find(DATA, 1, true))
      local wanted = event()
      wanted.data = read.data
      wanted.datacontenttype = mode == "binary" and "application/json" or nil
      assert.same(wanted, read)
    end)
  end

  it("has no byte in its headers that they may not hold", function()
    for _, value in pairs((outgoing.binary(event(), DATA))) do assert.is_nil(value:find "[^ !#-~]") end
  end)

  it("is signed so that the signature is accepted, by its name", function()
    local signing = {
      secrets = { { text = "s" } }, signature_name = "sha256", tolerance_s = 1, signed_text = signature.signed_text,
    }
    local header = signature.sign("s", 1700000000, DATA, "sha256")
    assert.matches("^t=1700000000,sha256=%x+$", header)
    assert.is_string(signature.check(signing, header, DATA, 1700000000))
    assert.matches("^t=1700000000,v1=", signature.sign("s", 1700000000, DATA))
  end)
end)
