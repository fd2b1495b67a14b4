-- The client inside a real nginx, against the sandbox.
local sandbox = require "credenco.sandbox"
local worker = require "spec.nginx.worker"

local COMPANY = { id = "90004760", name = "CoolSoft B.V.", issuing_authority = "Credenco", issuing_country = "NL" }

describe("inside nginx", function()
  local issuer, nginx

  setup(function()
    issuer = assert(sandbox.start {})
    nginx = worker.start()
  end)
  teardown(function()
    nginx:stop()
    issuer:stop()
  end)

  it("issues a credential straight into a wallet", function()
    local result, err = nginx:run([[
      local given = ...
      local client = require("credenco").new { base_url = given.base_url, api_key = given.api_key }
      local result, err = client:issue_direct(given.record)
      return result, err and tostring(err)
    ]], {
      base_url = issuer.base_url,
      api_key = issuer.api_key,
      record = { wallet_key = issuer.wallets[1].key, template_id = "ebw_oid", claims = COMPANY },
    })
    assert.is_nil(err)
    assert.equal(201, result.http_status)
  end)
end)
