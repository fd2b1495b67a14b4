-- The sandbox of an installation starts, and has its page and its templates with it: run by
-- script/check-rocks with the paths of an installed tree and no other.
local credenco = require "credenco"
local sandbox = require "credenco.sandbox"

local server = assert(sandbox.start())
local client = credenco.new { base_url = server.base_url, api_key = server.api_key }
for _, path in ipairs { "/vct/ebw_oid", "/", "/page/app.js", "/page/style.css" } do
  local response, err = client:request { path = path }
  assert(response and response.http_status == 200 and #response.body > 0, path .. ": " .. tostring(err))
end
assert(client:issue_direct {
  wallet_key = server.wallets[1].key, template_id = "ebw_oid",
  claims = { id = "1", name = "n", issuing_authority = "a", issuing_country = "NL" },
})
client:close()
server:stop()
