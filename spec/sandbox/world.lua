--- A running sandbox and the calls people make to it, for the specs.
local http = require "spec.sandbox.http"
local uv = require "luv"
local sandbox = require "credenco.sandbox"
local wait = require "spec.support.wait"

local M = {}

M.COMPANY = { id = "90004760", name = "CoolSoft B.V.", issuing_authority = "Credenco", issuing_country = "NL" }

-- No issuer here takes long, but a machine may stand still in the middle of an exchange.
local EXCHANGE_TIMEOUT_MS = 60000

local World = {}
World.__index = World

local function start(self, options)
  local all = { exchange_timeout_ms = EXCHANGE_TIMEOUT_MS }
  for name, value in pairs(options or {}) do all[name] = value end
  local server = assert(sandbox.start(all))
  self.server, self.base_url = server, server.base_url
  self.trusting, self.wary, self.inbox_only = server.wallets[1].key, server.wallets[2].key, server.wallets[3].key
  return self
end

---@param options credenco.SandboxOptions?
function M.start(options)
  return start(setmetatable({}, World), options)
end

--- One for the specs of the surrounding `describe`.
---@param options credenco.SandboxOptions?
function M.use(options)
  local busted, self = require "busted", setmetatable({}, World)
  busted.setup(function() start(self, options) end)
  busted.teardown(function() self:stop() end)
  return self
end

function World:stop()
  self.server:stop()
end

--- A call with the API key.
function World:call(method, path, json, headers)
  local all = { ["x-api-key"] = self.server.api_key }
  for name, value in pairs(headers or {}) do
    all[name] = value
  end
  return assert(http.request { method = method, url = self.base_url .. path, json = json, headers = all })
end

--- A call without any credentials.
function World:anonymous(method, path, json, headers)
  return assert(http.request { method = method, url = self.base_url .. path, json = json, headers = headers })
end

function World:issue(order)
  return self:call("POST", "/api/v2/credential/issue", order or { template_id = "ebw_oid", claims = M.COMPANY })
end

--- The offer of a fresh issuance, still percent-encoded as in its request_uri.
function World:offer(order)
  local answer = self:issue(order)
  assert(answer.status == 200, answer.body)
  return answer.json.request_uri:match "credential_offer_uri=(.*)$", answer.json
end

function World:push(wallet_key, encoded_offer, direct)
  local flag = direct == false and "" or "directIssue=true&"
  return self:anonymous("POST",
    ("/api/oidc/offer/%s?%scredential_offer_uri=%s"):format(wallet_key, flag, encoded_offer))
end

function World:wallet(wallet_key)
  return self:anonymous("GET", "/sandbox/wallets/" .. wallet_key).json
end

--- A new wallet that trusts the issuer, so that specs do not see each other's credentials.
function World:new_wallet(description)
  self.made = (self.made or 0) + 1
  local key = ("wallet-%d"):format(self.made)
  self:anonymous("PUT", "/sandbox/wallets/" .. key, description or { trusts_issuer = true })
  return key
end

--- Asks again and again until `condition` holds; fails when it never does.
function World.wait_for(_, condition)
  assert(wait.until_true(condition), "waited in vain")
end

---@return number milliseconds of a clock that never jumps
function M.now_ms()
  return uv.hrtime() / 1e6
end

return M
