--- The settings: the value and the source of each, and whether it is valid. Never shows a secret.
local caught = require "credenco.cli.doctor.caught"
local described = require "credenco.base.settings"
local exit_code = require "credenco.cli.exit_code"
local library = require "credenco.cli.library"
local settings = require "credenco.cli.server_settings"

local M = { name = "settings", title = "Settings", code = exit_code.usage }

-- A pattern that each named file must contain.
local CERTIFICATE = "-----BEGIN [%u ]*CERTIFICATE-----"

local function flaw_of_file(name, path)
  local file, err = io.open(path, "rb")
  local content = file and file:read "*a"
  if file then file:close() end
  if not content then return name .. " cannot be read: " .. tostring(err or path) end
  if not content:find(CERTIFICATE) then return ("%s: %s has no certificate in PEM form"):format(name, path) end
end

-- The variable or the flag that the user has set, or can set.
local function known_as(setting, origin)
  return origin == "the default" and setting.flag.name or origin
end

local ADVICE = {
  base_url = "name the address of the service, as in  --base-url https://wallet.example.com  or CREDENCO_BASE_URL",
  wallet_base_url = "name the address of the wallets, as in  --wallet-base-url https://wallet.example.com",
  ca_file = "name a PEM file of CA certificates with --ca-file or CREDENCO_CA_FILE, or unset both for the system's",
}

local function advice_of(setting)
  return ADVICE[setting.name] or ("name a file that you may read with %s, or unset it"):format(setting.flag.name)
end

local function check_of(setting)
  return function(context)
    local name = setting.name
    local value, origin = settings.value(context.args, setting)
    if value == nil then return nil end
    local flaw = setting.check and setting.check(value)
    if flaw then return "failure", ("%s %s"):format(known_as(setting, origin), flaw), advice_of(setting) end
    flaw = name == "ca_file" and flaw_of_file(known_as(setting, origin), value)
    if flaw then return "failure", flaw, advice_of(setting) end
    return "ok", ("%s (%s)"):format(value, origin)
  end
end

-- A problem that concerns no single setting, such as a file with several.
local function check_all(context)
  local options, flaw = caught(settings.public_options, context.args)
  if not options then return "failure", flaw, "see  credenco doctor --help" end
  context.options = options
  return "ok", "can be read"
end

local CREDENTIALS_ADVICE = "set CREDENCO_API_KEY, or CREDENCO_API_KEY_FILE, or all of CREDENCO_CLIENT_ID, "
  .. "CREDENCO_CLIENT_SECRET_FILE (or a private key) and CREDENCO_TOKEN_URL; the flags "
  .. "--api-key-file and --client-id do the same"

local function words_of(options, args)
  local from = settings.origin_of_credentials(args)
  if options.oauth2 then return ("the OAuth2 client %s (%s)"):format(options.oauth2.client_id, from) end
  return ("an API key (%s), sent as %s"):format(from, options.auth_scheme or described.SPEC.auth_scheme.default)
end

local function check_credentials(context)
  local options, flaw = caught(settings.options, context.args)
  local client
  if options then client, flaw = caught(library.new_client, options) end
  if not client then return "failure", flaw, CREDENTIALS_ADVICE end
  client:close()
  context.options = options
  return "ok", words_of(options, context.args)
end

---@return credenco.doctor.Row[]
function M.rows()
  local rows, needed = { { id = "settings", title = "settings", check = check_all } }, { "settings" }
  for _, setting in ipairs(described.LIST) do
    if setting.flag then
      rows[#rows + 1] = { id = setting.name, title = setting.flag.name, needs = { "settings" },
        check = check_of(setting) }
      needed[#needed + 1] = setting.name
    end
  end
  rows[#rows + 1] = { id = "credentials_set", title = "credentials", needs = needed, check = check_credentials }
  return rows
end

return M
