--- The options of the sandbox: their defaults, and the check that they make sense.
--
-- The credentials below are fixed on purpose. They open nothing but a sandbox on the
-- loopback interface, and a pipeline's configuration can name them once and keep working.
local behaviours = require "credenco.sandbox.ground.behaviours"
local core = require "credenco.core"

local M = {}

---@class credenco.SandboxWallet
---@field key string external key, as it appears in the push
---@field name string display name
---@field trusts_issuer boolean? a trusted contact with directIssueAllowed is made beforehand
---@field direct_issue_allowed boolean? false makes the contact one that may only use the inbox

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
---@field memory_mb integer? for all state; when it is full, calls are answered 507 (256)
---@field nginx string? path of the nginx to run in; else the first that is found
---@field templates string? path of a JSON file in place of the bundled templates
---@field tls boolean? https, with a certificate for localhost made for this run
---@field startup_timeout_ms integer? (5000)
---@field json boolean? `run` prints its ready line as JSON

local DEFAULTS = {
  host = "127.0.0.1",
  port = 0,
  workers = 2,
  api_key = "sandbox-api-key",
  client_id = "sandbox-client",
  client_secret = "sandbox-client-secret",
  token_ttl_s = 300,
  exchange_timeout_ms = 10000,
  allow = {},
  behaviour = {},
  tls = false,
  memory_mb = 256,
  startup_timeout_ms = 5000,
  json = false,
}

--- One wallet for each outcome of a direct push: kept, discarded, inbox only.
M.WALLETS = {
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0001", name = "CoolSoft B.V.", trusts_issuer = true },
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0002", name = "Bakkerij De Zon" },
  { key = "0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0003", name = "Noord Transport",
    trusts_issuer = true, direct_issue_allowed = false },
}

--- Options without a default, and their types.
local OPTIONAL = { nginx = "string", templates = "string", wallets = "table" }

local RANGES = {
  port = { 0, 65535 },
  workers = { 1, 64 },
  token_ttl_s = { 1, 86400 },
  exchange_timeout_ms = { 100, 600000 },
  memory_mb = { 8, 4096 },
  startup_timeout_ms = { 100, 600000 },
}

--- The grant of an offer, to the issuer and to the wallet: OpenID4VCI 1.0, 6.1.
M.GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

--- Shaped like the path of a Keycloak realm, which is what the real service runs.
M.TOKEN_PATH = "/realms/sandbox/protocol/openid-connect/token"

--- The credential issuer's path: /public/{walletKey of the issuer}/{technicalName}.
M.ISSUER_PATH = "/public/0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0000/credenco"

--- did:web forbids IP addresses, so the issuer is always `localhost`, whatever the host.
---@return string did
function M.issuer_did(port)
  return ("did:web:localhost%%3A%d:issuer:credenco"):format(port)
end

local function check_type(name, value)
  local wanted = OPTIONAL[name] or type(DEFAULTS[name])
  if type(value) ~= wanted then
    return ("sandbox option '%s' must be a %s, not a %s"):format(name, wanted, type(value))
  end
end

local function check_range(name, value)
  local range = RANGES[name]
  if range and (value % 1 ~= 0 or value < range[1] or value > range[2]) then
    return ("sandbox option '%s' must be a whole number from %d to %d, not %s")
      :format(name, range[1], range[2], tostring(value))
  end
end

local function check_wallets(wallets)
  for index, wallet in ipairs(wallets) do
    if type(wallet) ~= "table" or type(wallet.key) ~= "string" or type(wallet.name) ~= "string" then
      return ("sandbox option 'wallets': number %d needs a key and a name"):format(index)
    end
  end
end

local function known_names()
  local names = {}
  for name in pairs(OPTIONAL) do
    names[#names + 1] = name
  end
  for name in pairs(DEFAULTS) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

---@return string? err
local function check(name, value)
  if DEFAULTS[name] == nil and not OPTIONAL[name] then
    return ("unknown sandbox option '%s'; known are %s"):format(tostring(name), known_names())
  end
  return check_type(name, value) or check_range(name, value)
    or (name == "wallets" and check_wallets(value) or nil)
end

--- A checked copy of `options` with the defaults filled in.
---@param options credenco.SandboxOptions?
---@return table? settings
---@return string? err names the option; a programmer's mistake, for the caller to throw
function M.read(options)
  local settings = { wallets = M.WALLETS }
  for name, value in pairs(DEFAULTS) do
    settings[name] = value
  end
  for name, value in pairs(options or {}) do
    local err = check(name, value)
    if err then
      return nil, err
    end
    settings[name] = value
  end
  if not core.is_loopback(settings.host == "::1" and "[::1]" or settings.host) then
    return nil, "sandbox option 'host' must be a loopback address: its credentials are public"
  end
  local behaviour, err = behaviours.read(settings.behaviour)
  if not behaviour then
    return nil, "sandbox option 'behaviour': " .. err
  end
  settings.behaviour = behaviours.complete(behaviour)
  return settings
end

return M
