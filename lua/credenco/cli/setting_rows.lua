--- The settings of the command line, each once: those of `credenco.new` and its `oauth2` that have a flag, and the
--- command line's own. Flags, variables, profiles and `credenco config` use this table.
local auth_schemes = require "credenco.base.auth_schemes"
local described = require "credenco.base.settings"
local of_oauth2 = require "credenco.base.oauth2_settings"

local M = {}

---@class credenco.cli.SettingRow
---@field name string in a profile, and in the parsed arguments
---@field flag { name: string?, argname: string?, variable: string?, help: string?, choices: string[]? }?
---@field names_secret boolean? whoever can change or run the file or command that it names has the secret
---@field help string? for a setting that only profiles have

--- The program's own settings, beside those that `credenco.new` takes unchanged.
---@type table<string, credenco.cli.SettingRow>
M.OWN = {
  api_key = { name = "api_key", flag = { variable = "API_KEY" } },
  api_key_file = { name = "api_key_file",
    flag = { name = "--api-key-file", argname = "FILE", variable = "API_KEY_FILE", help = "File with the API key." } },
  headers_file = { name = "headers_file",
    flag = { name = "--headers-file", argname = "FILE", variable = "HEADERS_FILE",
      help = "File with headers of your own for the issuer, one 'Name: value' per line." } },
  auth_scheme = { name = "auth_scheme",
    flag = { name = "--auth-scheme", argname = "SCHEME", choices = auth_schemes.NAMES,
      help = ("How the API key is sent: %s (default: %s)."):format(table.concat(auth_schemes.NAMES, " or "),
        auth_schemes.NAMES[1]) } },
  journal = { name = "journal", flag = { name = "--journal", argname = "FILE|URL", variable = "JOURNAL" } },
  timeout = { name = "timeout", flag = { name = "--timeout", argname = "SECONDS" } },
  api_key_command = { name = "api_key_command", help = "command that prints the API key" },
  client_secret_command = { name = "client_secret_command", help = "command that prints the OAuth2 client's secret" },
  production = { name = "production", help = "yes: `run` and `work` ask before they begin (without --yes)" },
}

local function with_flags(list)
  local rows = {}
  for _, setting in ipairs(list) do
    if setting.flag then rows[#rows + 1] = { name = setting.name, flag = setting.flag } end
  end
  return rows
end

--- Those of `credenco.new`, and of its `oauth2`.
---@type credenco.cli.SettingRow[]
M.CONNECTION = with_flags(described.LIST)
---@type credenco.cli.SettingRow[]
M.OAUTH2 = with_flags(of_oauth2.LIST)

local NAMES_SECRET = { headers_file = true, api_key_file = true, api_key_command = true, client_secret_file = true,
  client_secret_command = true, private_key_file = true, client_key = true, client_key_passphrase_file = true }

local IN_PROFILES = { "api_key_file", "api_key_command", "auth_scheme", "client_secret_command" }

--- The settings of a profile, in the order of the help.
---@type credenco.cli.SettingRow[]
M.LIST = {}

--- The same by name.
---@type table<string, credenco.cli.SettingRow>
M.OF_PROFILES = {}

local function add(row)
  row.names_secret = NAMES_SECRET[row.name]
  M.LIST[#M.LIST + 1] = row
  M.OF_PROFILES[row.name] = row
end

for _, row in ipairs(M.CONNECTION) do add(row) end
add(M.OWN.headers_file)
add(M.OWN.timeout)
add(M.OWN.journal)
for _, name in ipairs(IN_PROFILES) do add(M.OWN[name]) end
for _, row in ipairs(M.OAUTH2) do add(row) end
add(M.OWN.production)

--- An empty variable counts as not set, as in `VARIABLE= credenco ...`.
---@param name string without CREDENCO_
---@return string?
function M.environment(name)
  local value = os.getenv("CREDENCO_" .. name)
  return value ~= "" and value or nil
end

return M
