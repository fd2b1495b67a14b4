--- The settings of all commands that call a server: their flags, and the options for `credenco.new`.
local credentials = require "credenco.cli.credentials"
local described = require "credenco.base.settings"
local event_log = require "credenco.cli.event_log"
local header_fields = require "credenco.base.header_fields"
local listeners = require "credenco.base.listeners"
local profile = require "credenco.cli.profile"
local report = require "credenco.cli.reporter"
local rows = require "credenco.cli.setting_rows"
local source = require "credenco.cli.source"
local sources = require "credenco.cli.setting_sources"
local usage = require "credenco.cli.usage"
local verbose = require "credenco.cli.verbose"

local unpack = table.unpack or unpack -- luacheck: ignore

local M = {}

-- The service itself; --base-url names a sandbox or a test system.
M.DEFAULT_BASE_URL = "https://wallet.credenco.com"

local VARIABLE = "\n  CREDENCO_%-26s  %s"

M.ENVIRONMENT = "Environment, for flags that you do not give:" .. VARIABLE:format("PROFILE", "--profile")
  .. VARIABLE:format("API_KEY", "the API key itself")
for _, row in ipairs(rows.LIST) do
  local flag = row ~= rows.OWN.journal and row.flag -- the commands with a journal declare it themselves
  if flag and flag.variable then M.ENVIRONMENT = M.ENVIRONMENT .. VARIABLE:format(flag.variable, flag.name) end
end

-- Most commands make one call of the library and then end.
local BOUNDED = "the whole command"

local function declared(command, row)
  local flag = row.flag
  local help = flag.help
  if row.name == "base_url" then help = ("%s (default: %s)."):format(help, M.DEFAULT_BASE_URL) end
  local option = command:option(flag.name):argname(flag.argname):target(row.name):description(help)
  if flag.choices then option:choices(flag.choices) end
  option.setting = row
  return option
end

local function flags_of(command, list)
  local flags = {}
  for i, row in ipairs(list) do flags[i] = declared(command, row) end
  return flags
end

local function declare_connection(command, bounded)
  local flags = flags_of(command, rows.CONNECTION)
  table.insert(flags, 1, profile.declare(command))
  flags[#flags + 1] = declared(command, rows.OWN.headers_file)
  flags[#flags + 1] = command:option "--timeout" :argname "SECONDS"
    :description(("Deadline for %s, with its repeats (default: %g)."):format(
      bounded or BOUNDED, described.SPEC.timeout_ms.default / 1000))
  flags[#flags + 1] = command:flag "--verbose" :description "Show every request, response and wait on standard error."
  flags[#flags + 1] = event_log.declare(command)
  command:group("Connection", unpack(flags))
end

local function declare_authentication(command)
  local own = { rows.OWN.api_key_file, rows.OWN.auth_scheme }
  for _, row in ipairs(rows.OAUTH2) do own[#own + 1] = row end
  command:group("Authentication (an API key, or an OAuth2 client with its token URL and its secret or key)",
    unpack(flags_of(command, own)))
end

--- Adds the flags to a command.
---@param command table
---@param bounded? string what --timeout bounds, if not one call
function M.declare(command, bounded)
  declare_connection(command, bounded)
  declare_authentication(command)
end

--- Adds the flags to a command that works without credentials.
function M.declare_public(command)
  declare_connection(command)
end

--- The value of an environment variable of ours, for a command with settings of its own.
M.environment = rows.environment

-- A file, since a header field may be a secret.
local function own_headers(args)
  local path, origin = sources.value(args, rows.OWN.headers_file)
  if not path then return nil end
  local headers, problem = header_fields.parse(source.read(path, origin))
  if not headers then usage.fail(("%s: the file with headers %s"):format(origin, problem)) end
  return headers
end

local LONGEST_S = described.LONGEST_MS / 1000

local function milliseconds(text, origin)
  if not text then
    return nil
  end
  local seconds = text:find("^%d+%.?%d*$") and tonumber(text)
  if not seconds or seconds <= 0 or seconds > LONGEST_S then
    usage.fail(("%s: a number of seconds above 0, at most %d"):format(origin, LONGEST_S))
  end
  return math.max(1, math.floor(seconds * 1000))
end

--- The value of --timeout, if it is given.
---@param args table
---@return integer?
function M.timeout_ms(args)
  return milliseconds(args.timeout, "--timeout")
end

--- The value of a setting that is not secret, and its source.
---@param args table the parsed arguments
---@param setting credenco.Setting|credenco.cli.SettingRow
---@return string? value
---@return string origin the name of a flag, a variable or a profile's setting, or "the default"
function M.value(args, setting)
  local value, origin = sources.value(args, setting)
  if value ~= nil then return value, origin end
  return setting.name == "base_url" and M.DEFAULT_BASE_URL or nil, "the default"
end

--- The source of the credentials, once `options` has found them.
---@param args table the parsed arguments
---@return string origin
function M.origin_of_credentials(args)
  local key, client = credentials.named(args)
  return (key or client or { origin = "the default" }).origin
end

-- The user's name for an option of `credenco.new`.
local KNOWN_AS = {
  api_key = "the API key",
  headers = "--headers-file",
  client_secret = "the client's secret",
  private_key = "--private-key-file",
}
for _, row in ipairs(rows.LIST) do
  if row.flag then KNOWN_AS[row.name] = row.flag.name end
end

-- The source of each option, by the options.
local origins_of = setmetatable({}, { __mode = "k" })

--- Rewrites a message of `credenco.new` about an option for the flag or variable that it came from.
---@param problem string
---@param options credenco.Options
---@return string
function M.said_of_flags(problem, options)
  local option, flaw = problem:match "^credenco%.new ?%w*: ([%w_]+)( .*)$"
  local known_as = KNOWN_AS[option]
  if not known_as then return problem end
  return ((origins_of[options] or {})[option] or known_as) .. flaw
end

-- The user's name for an argument of the client's methods.
local ARGUMENTS = {
  wallet_key = "--wallet", template_id = "--template", correlation_id = "the correlation id", claims = "the claims",
  offer_uri = "the offer's URI", request_uri_base = "--request-uri-base", did = "--did", name = "--name",
}

--- Rewrites a method's message about an argument, so that it names the user's flag.
---@param problem string
---@return string
function M.said_of_arguments(problem)
  local argument, flaw = problem:match "^[%l_]+: ([%l_]+)( .*)$"
  local known_as = ARGUMENTS[argument]
  if not known_as then return problem end
  return known_as .. flaw
end

--- The same for a command that works without credentials. It does not read them.
---@param args table the parsed arguments
---@return credenco.Options
function M.public_options(args)
  local options, origins = {}, {}
  for _, row in ipairs(rows.CONNECTION) do options[row.name], origins[row.name] = sources.value(args, row) end
  options.base_url = options.base_url or M.DEFAULT_BASE_URL
  options.timeout_ms = milliseconds(sources.value(args, rows.OWN.timeout))
  options.headers = own_headers(args)
  options.on_event = listeners.both(args.verbose and verbose.listener(report.new(args.json)) or nil,
    args.log and event_log.open(args.log) or nil)
  origins_of[options] = origins
  return options
end

--- The options for `credenco.new`.
---@param args table the parsed arguments
---@return credenco.Options
function M.options(args)
  local options = M.public_options(args)
  local origins = origins_of[options]
  for name, value in pairs(credentials.read(args, origins)) do options[name] = value end
  options.auth_scheme, origins.auth_scheme = sources.value(args, rows.OWN.auth_scheme)
  return options
end

return M
