local auth = require "credenco.client.auth"
local header_fields = require "credenco.base.header_fields"
local schemes = require "credenco.base.auth_schemes"
local setting_rows = require "credenco.cli.setting_rows"
local settings = require "credenco.base.settings"

local fixed = { get = function() return "k3y" end, all = function() return "k3y" end }

describe("A scheme of API keys", function()
  it("has its row alone: the client sends it, `headers` refuses its field, the flag offers it", function()
    for _, scheme in ipairs(schemes.LIST) do
      local headers = auth.api_key(fixed, scheme.name):headers()
      assert.equal(scheme.prefix .. "k3y", headers[scheme.field])
      assert.matches("is for api_key", header_fields.problem_with { [scheme.field] = "k3y" })
      assert.is_nil(settings.SPEC.auth_scheme.check(scheme.name))
    end
    assert.matches('must be "x%-api%-key" or "bearer"', settings.SPEC.auth_scheme.check "basic")
    assert.equal(schemes.NAMES, setting_rows.OWN.auth_scheme.flag.choices)
    assert.equal("x-api-key", settings.SPEC.auth_scheme.default)
  end)
end)
