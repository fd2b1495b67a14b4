--- The sandbox over https, with the project's own client.
local credenco = require "credenco"
local sandbox = require "credenco.sandbox"
local worlds = require "spec.sandbox.world"

describe("the sandbox over TLS", function()
  local server
  setup(function() server = assert(sandbox.start { tls = true }) end)
  teardown(function() server:stop() end)

  local function client_with(ca_file)
    return credenco.new {
      base_url = server.base_url, api_key = server.api_key, ca_file = ca_file, retry = { max_attempts = 1 },
    }
  end

  it("is trusted with its CA file, and issues end to end", function()
    local client = client_with(server.ca_file)
    assert(client:issue_direct { wallet_key = server.wallets[1].key, template_id = "ebw_oid", claims = worlds.COMPANY })
    local wallet = assert(client:request { method = "GET", path = "/sandbox/wallets/" .. server.wallets[1].key })
    client:close()
    assert.matches("^https://", server.base_url)
    assert.same(worlds.COMPANY, wallet.json.credentials[1].claims)
    assert.equal("valid", wallet.json.credentials[1].status)
  end)

  it("is trusted by the name localhost as well", function()
    local client = credenco.new {
      base_url = server.base_url:gsub("127%.0%.0%.1", "localhost"), api_key = server.api_key,
      ca_file = server.ca_file,
    }
    local answer, err = client:request { method = "GET", path = "/sandbox/ready" }
    client:close()
    assert.truthy(answer, tostring(err))
  end)

  it("is not trusted without", function()
    local client = client_with(nil)
    local answer, err = client:request { method = "GET", path = "/sandbox/ready" }
    client:close()
    assert.is_nil(answer)
    assert.equal("tls_failed", err.code)
  end)
end)
