-- An issuer that fails now and then in several ways, and counts what it was asked and how it answered.
local assert = require "luassert"
local nginx = require "spec.support.nginx"
local http = require "spec.support.http"
local samples = require "spec.metrics.samples"

local M = {}

-- The response to every so many requests; 444 closes the connection without a response.
local FAULTS = [[
  local number = ngx.shared.counts:incr("number", 1, 0)
  local status = number % 97 == 0 and 444 or number % 89 == 0 and 503 or number % 83 == 0 and 429
    or number % 79 == 0 and 403 or proper
  ngx.shared.counts:incr(step .. " " .. status, 1, 0)
  if status == 429 then ngx.header.retry_after = 0 end
  if status ~= 200 then return ngx.exit(status) end
  ngx.print '{"request_uri":"openid-credential-offer://?credential_offer_uri=http%3A%2F%2F127.0.0.1%2Foffer%2F1"}'
]]

local SERVER = [[
  default_type application/json;
  keepalive_requests 1000000000;
  location = /api/v2/credential/issue {
    content_by_lua_block { local step, proper = "create_offer", 200 FAULTS }
  }
  location ^~ /api/oidc/offer/ {
    content_by_lua_block { local step, proper = "push_offer", 201 FAULTS }
  }
  location = /counts {
    content_by_lua_block {
      for _, key in ipairs(ngx.shared.counts:get_keys(0)) do ngx.say(key, " ", ngx.shared.counts:get(key)) end
    }
  }
]]

---@return spec.Server
function M.start()
  return nginx.start {
    lua = true, connections = 4096, http = "lua_shared_dict counts 1m;",
    server = (SERVER:gsub("FAULTS", (FAULTS:gsub("%%", "%%%%")))),
  }
end

--- Records for issue_many.
---@param count integer
---@return table[]
function M.records(count)
  local records = {}
  for number = 1, count do
    records[number] = { wallet_key = "w", template_id = "t", claims = { id = tostring(number) } }
  end
  return records
end

--- Compares the requests that metrics have counted with what the server saw.
---@param server spec.Server
---@param read table<string, number> the samples
function M.compare(server, read)
  local _, body = http.request(server.port, "GET", "/counts")
  local kinds = 0
  for step, status, count in body:gmatch "([%l_]+) (%d+) (%d+)\n" do
    local labels = { step = step, code = status == "444" and "connect_failed" or status }
    assert.equal(tonumber(count), samples.sum(read, "credenco_requests_total", labels), step .. " " .. status)
    kinds = kinds + 1
  end
  assert.equal(10, kinds)
  for _, step in ipairs { "create_offer", "push_offer" } do
    assert.equal(samples.sum(read, "credenco_requests_total", { step = step }),
      samples.sum(read, "credenco_request_duration_seconds_count", { step = step }))
  end
end

return M
