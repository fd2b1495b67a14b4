-- An issuer and wallet that take their time: nginx that answers both calls properly, after as many
-- milliseconds as the first segment of the path says.
local nginx = require "spec.support.nginx"

local M = {}

local HTTP = [[
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  default_type application/json;
]]

local ANSWER = [[{"request_uri":"openid-credential-offer://?credential_offer_uri=]]
  .. [[http%3A%2F%2F127.0.0.1%2Fapi%2Foidc%2Fcredential-offer%2Fabc123"}]]

local SERVER = [[
  location ~ ^/0/api/v2/credential/issue { return 200 '$answer'; }
  location ~ ^/0/api/oidc/offer/ { return 201; }
  location ~ ^/(?<delay_ms>\d+)/api/v2/credential/issue {
    content_by_lua_block { ngx.sleep(ngx.var.delay_ms / 1000) ngx.print('$answer') }
  }
  location ~ ^/(?<delay_ms>\d+)/api/oidc/offer/ {
    content_by_lua_block { ngx.sleep(ngx.var.delay_ms / 1000) ngx.exit(201) }
  }
]]

---@return spec.Server
function M.start()
  local answer = ANSWER:gsub("%%", "%%%%")
  return nginx.start {
    lua = true, connections = 8192, http = HTTP, server = (SERVER:gsub("%$answer", answer)),
  }
end

return M
