-- The worked example of the API's documentation: the company credential "ebw_oid", straight into a wallet.
--
--   CREDENCO_API_KEY=... lua5.4 examples/company.lua WALLET_KEY
--
-- Set CREDENCO_BASE_URL for another server than the service itself, such as a sandbox.
local credenco = require "credenco"

local wallet_key = arg[1] or error("usage: company.lua WALLET_KEY", 0)

local client = credenco.new {
  base_url = os.getenv "CREDENCO_BASE_URL" or "https://wallet.credenco.com",
  api_key = os.getenv "CREDENCO_API_KEY" or error("set CREDENCO_API_KEY", 0),
}

local result, err = client:issue_direct {
  wallet_key = wallet_key,
  template_id = "ebw_oid",
  claims = {
    id = "90004760",
    name = "CoolSoft B.V.",
    issuing_authority = "Credenco",
    issuing_country = "NL",
  },
}
client:close()

if not result then
  error(tostring(err), 0)
end
print(("HTTP %d, correlation id %s"):format(result.http_status, result.correlation_id))
