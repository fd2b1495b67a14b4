--- `credenco config`: the settings that a command would use, and the source of each.
local described = require "credenco.base.settings"
local journal_url = require "credenco.journal.dialect.url"
local json = require "credenco.base.json"
local profile_of = require("credenco.cli.profile").of
local rows = require "credenco.cli.setting_rows"
local settings = require "credenco.cli.server_settings"

local function names()
  local lines = {}
  for _, row in ipairs(rows.LIST) do
    local flag = row.flag
    lines[#lines + 1] = ("  %-26s %s"):format(row.name, row.help or "as " .. flag.name)
  end
  return table.concat(lines, "\n")
end

local M = {
  wraps = true,
  description = [[
Shows every setting that a command would use with the same flags, and where it comes from: a flag, the environment or
the profile, in this order. A profile that --profile names comes before the environment. It shows no secret and sends
nothing.]],
  epilog = [[
Examples:
  credenco config
  credenco config --profile acc --json

The configuration file is ~/.config/credenco/config (or in $XDG_CONFIG_HOME). It has a section
for each environment. --profile or CREDENCO_PROFILE chooses one (default: [default]):

  # a comment
  [acc]
  base_url = https://wallet.acc.example.com
  api_key_file = acc.key

  [prod]
  production = yes
  api_key_command = pass show credenco/prod

File names are relative to that directory, or begin with ~/. A secret is in a file, or comes from a
command, which runs again if the server refuses the secret. If the configuration file names a
secret, nobody else may read it: chmod 600. A section may have:

]] .. names() .. "\n\n" .. settings.ENVIRONMENT,
}

M.declare = settings.declare

local DEFAULTS = { timeout = ("%g"):format(described.SPEC.timeout_ms.default / 1000),
  auth_scheme = described.SPEC.auth_scheme.default }

local function shown(row, value)
  if row == rows.OWN.api_key or not row.flag and row.names_secret then return "(set, not shown)" end
  if row == rows.OWN.journal then return journal_url.without_password(value) end
  return (value:gsub("^(%a[%w+.-]*://)[^/@]*@", "%1...@")) -- commands refuse a URL with a password; here the user looks for it
end

local function found(args)
  local list = json.array()
  local function add(row)
    local value, origin = settings.value(args, row)
    if value == nil then value = DEFAULTS[row.name] end
    if value ~= nil then list[#list + 1] = { name = row.name, value = shown(row, value), source = origin } end
  end
  add(rows.OWN.api_key)
  for _, row in ipairs(rows.LIST) do
    if row ~= rows.OWN.production then add(row) end
  end
  return list
end

local function heading(profile)
  if not profile.file then return "profile: none, since HOME is not set" end
  if not profile.name then return "profile: none, in " .. profile.file end
  return ("profile: %s (%s)%s, in %s"):format(profile.name, profile.origin,
    profile.production and ", production" or "", profile.file)
end

function M.run(args)
  local profile, list = profile_of(args), found(args)
  local credentials = settings.origin_of_credentials(args)
  local lines = { heading(profile) }
  for _, one in ipairs(list) do lines[#lines + 1] = ("%s: %s (%s)"):format(one.name, one.value, one.source) end
  lines[#lines + 1] = "credentials: " .. (credentials == "the default" and "none" or credentials)
  return { profile = profile.name, file = profile.file, production = profile.production, settings = list,
    credentials = credentials ~= "the default" and credentials or nil }, table.concat(lines, "\n")
end

return M
