-- Shared by specs of the client: their claims, their client, and the responses of a scripted server.
local credenco = require "credenco"

local M = {
  COMPANY = { id = "90004760", name = "CoolSoft B.V.", issuing_authority = "Credenco", issuing_country = "NL" },
  KEY = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0001",
  SAMPLE = "openid-credential-offer://?credential_offer_uri=https://wallet.credenco.com/api/oidc/credential-offer/abc123",
}

local function changed(fields, changes)
  for name, value in pairs(changes or {}) do fields[name] = value end
  return fields
end

--- A behaviour of the misbehaving server: JSON, with status 200.
function M.answering(body)
  return { act = "answer", status = 200, headers = { ["content-type"] = "application/json" }, body = body }
end

--- A client of a scenario.
function M.new_client(scenario, options)
  return credenco.new(changed({ base_url = scenario.url, api_key = "k-s3cret" }, options))
end

--- The arguments of `issue_direct`.
function M.order(changes)
  return changed({
    wallet_key = M.KEY, template_id = "ebw_oid", claims = M.COMPANY, correlation_id = "89cba89",
  }, changes)
end

return M
