-- Which transports of a worker share an engine, and with it connections.
local settings = require "credenco.base.settings"

local function key(given)
  return settings.engine_key(settings.for_transport(given))
end

describe("the key of an engine", function()
  it("is the same for transports that make connections alike", function()
    local one = { base_url = "https://a.example", ca_file = "/ca", timeout_ms = 1 }
    assert.equal(key(one), key { base_url = "https://b.example/x", ca_file = "/ca", timeout_ms = 2 })
  end)

  it("tells apart to whom a client certificate is shown", function()
    local function of(base_url, token_url)
      return key { client_cert = "/cert", base_url = base_url, oauth2 = token_url and { token_url = token_url } }
    end
    assert.equal(of "https://a.example", of "https://a.example/x")
    assert.is_false(of "https://a.example" == of "https://b.example")
    assert.is_false(of "https://a.example" == of("https://a.example", "https://b.example/token"))
  end)
end)
