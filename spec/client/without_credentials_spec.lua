-- Anybody can push an offer, so a client can do without credentials.
local credenco = require "credenco"
local Misbehaving = require "spec.support.misbehaving"

describe("a client without credentials", function()
  local server = Misbehaving.use()

  it("pushes an offer", function()
    local scenario = server:scenario()
    local client = credenco.new { base_url = scenario.url }
    local pushed = assert(client:push_offer { wallet_key = "w", offer_uri = "https://issuer.example/o" })
    client:close()
    assert.equal(201, pushed.http_status)
    assert.equal(1, #scenario.requests "push")
  end)

  it("gets the missing setting as an error of any other call, and sends nothing", function()
    local scenario = server:scenario()
    local client = credenco.new { base_url = scenario.url }
    local result, err = client:issue_direct { wallet_key = "w", template_id = "t", claims = {} }
    client:close()
    assert.is_nil(result)
    assert.same({ "unauthorized", "create_offer", "no" }, { err.code, err.step, err.sent })
    assert.matches("give the client an api_key or oauth2", tostring(err))
    assert.equal(0, #scenario.requests())
  end)

  it("cannot have two kinds of them instead", function()
    local oauth2 = { token_url = "https://id.example/token", client_id = "c", client_secret = "s" }
    assert.has_error(function()
      return (credenco.new { base_url = "https://wallet.example", api_key = "k", oauth2 = oauth2 })
    end)
  end)
end)
