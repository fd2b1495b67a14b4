--- The options of the sandbox: their defaults and their check.
--
-- The credentials below are constant on purpose. They are valid only for a sandbox on the loopback interface, and a
-- pipeline's configuration that names them keeps working.
local behaviours = require "credenco.sandbox.ground.behaviours"
local core = require "credenco.core"
local options = require "credenco.base.options"

local M = {}

---@class credenco.SandboxWallet
---@field key string external key, as in the call that delivers an offer
---@field name string display name
---@field trusts_issuer boolean? the wallet has the issuer as a trusted contact with directIssueAllowed from the start
---@field direct_issue_allowed boolean? false: that contact may only use the inbox

---@class credenco.SandboxOptions
---@field host string? loopback address or "localhost" to listen on (127.0.0.1)
---@field port integer? 0 or nil picks a free one
---@field workers integer? nginx worker processes (2)
---@field api_key string? accepted in x-api-key, or as a Bearer token
---@field client_id string? OAuth2 client credentials
---@field client_secret string?
---@field token_ttl_s integer? lifetime of an access token (300)
---@field behaviour table<string, string|integer>? how it behaves where the product's documentation leaves it
---  open, see behaviours.lua
---@field exchange_timeout_ms integer? deadline of one whole exchange (10000)
---@field allow string[]? hosts, or host:port, that wallets may call over https besides loopback
---@field wallets credenco.SandboxWallet[]? wallets that exist from the start
---@field memory_mb integer? for all state; when it is full, the response to calls is 507 (256)
---@field nginx string? path of the nginx to run in; default: the first that is found
---@field templates string? path of a JSON file in place of the bundled templates
---@field tls boolean? https, with a certificate for localhost made for this run
---@field startup_timeout_ms integer? (30000)
---@field json boolean? `run` prints its ready line as JSON

--- One wallet for each outcome of a direct delivery: kept, discarded, inbox only.
M.WALLETS = {
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0001", name = "CoolSoft B.V.", trusts_issuer = true },
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0002", name = "Bakkerij De Zon" },
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0003", name = "Noord Transport",
    trusts_issuer = true, direct_issue_allowed = false },
}

--- Options without a default, and their types.
local function wallets_problem(wallets)
  for index, wallet in ipairs(wallets) do
    if type(wallet) ~= "table" or type(wallet.key) ~= "string" or type(wallet.name) ~= "string" then
      return ("need a key and a name each; number %d lacks one"):format(index)
    end
  end
end

local function host_problem(host)
  if core.is_loopback(host == "::1" and "[::1]" or host) then return nil end
  return "must be a loopback address: its credentials are public"
end

local SPECS = {
  host = { type = "string", default = "127.0.0.1", check = host_problem },
  port = { type = "integer", default = 0, min = 0, max = 65535 },
  workers = { type = "integer", default = 2, min = 1, max = 64 },
  api_key = { type = "string", default = "sandbox-api-key" },
  client_id = { type = "string", default = "sandbox-client" },
  client_secret = { type = "string", default = "sandbox-client-secret" },
  token_ttl_s = { type = "integer", default = 300, min = 1, max = 86400 },
  exchange_timeout_ms = { type = "integer", default = 10000, min = 100, max = 600000 },
  allow = { type = "table", default = {} },
  behaviour = { type = "table", default = {} },
  wallets = { type = "table", default = M.WALLETS, check = wallets_problem },
  tls = { type = "boolean", default = false },
  memory_mb = { type = "integer", default = 256, min = 8, max = 4096 },
  startup_timeout_ms = { type = "integer", default = 30000, min = 100, max = 600000 },
  json = { type = "boolean", default = false },
  nginx = { type = "string" },
  templates = { type = "string" },
}

--- The grant of an offer, for the issuer and the wallet: OpenID4VCI 1.0, 6.1.
M.GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

--- Shaped like the path of a Keycloak realm, which the real service runs.
M.TOKEN_PATH = "/realms/sandbox/protocol/openid-connect/token"

--- The credential issuer's path: /public/{walletKey of the issuer}/{technicalName}.
M.ISSUER_PATH = "/public/0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0000/credenco"

--- did:web forbids IP addresses, so the issuer is always `localhost`, on any host.
---@return string did
function M.issuer_did(port)
  return ("did:web:localhost%%3A%d:issuer:credenco"):format(port)
end

--- A checked copy of `given` with the defaults filled in.
---@param given credenco.SandboxOptions?
---@return table? settings
---@return string? err names the option; a programmer's mistake, which the caller throws
function M.read(given)
  local problem = options.problem(SPECS, given or {})
  if problem then return nil, "sandbox: " .. problem end
  local settings = options.completed(SPECS, given or {})
  local behaviour, err = behaviours.read(settings.behaviour)
  if not behaviour then return nil, "sandbox: behaviour: " .. err end
  settings.behaviour = behaviours.complete(behaviour)
  return settings
end

return M
