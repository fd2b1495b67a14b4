--- The settings every command that talks to a server shares: a flag first, then the environment.
---
--- Secrets come from the environment or from files; an argument would show in the process list.
local described = require "credenco.base.settings"
local event_log = require "credenco.cli.event_log"
local listeners = require "credenco.cli.listeners"
local of_oauth2 = require "credenco.base.oauth2_settings"
local report = require "credenco.cli.report"
local header_fields = require "credenco.base.header_fields"
local one_line = require "credenco.base.one_line"
local source = require "credenco.cli.source"
local usage = require "credenco.cli.usage"
local verbose = require "credenco.cli.verbose"

local unpack = table.unpack or unpack -- luacheck: ignore

local M = {}

-- The service itself; a sandbox or a test system is named with --base-url.
M.DEFAULT_BASE_URL = "https://wallet.credenco.com"

local VARIABLE = "\n  CREDENCO_%-26s  %s"

M.ENVIRONMENT = "Environment, where no flag says otherwise:" .. VARIABLE:format("API_KEY", "the API key itself")
  .. VARIABLE:format("API_KEY_FILE", "--api-key-file") .. VARIABLE:format("HEADERS_FILE", "--headers-file")
for _, list in ipairs { described.LIST, of_oauth2.LIST } do
  for _, setting in ipairs(list) do
    local flag = setting.flag
    if flag and flag.variable then M.ENVIRONMENT = M.ENVIRONMENT .. VARIABLE:format(flag.variable, flag.name) end
  end
end

-- Most commands are one call of the library, and end with it.
local BOUNDED = "everything the command does"

-- An option for which a variable may stand.
local function with_variable(option, variable)
  option.variable = "CREDENCO_" .. variable
  return option
end

-- Options of `credenco.new`, or of its `oauth2`, that are flags as they are.
local function flags_of(command, list)
  local flags = {}
  for _, setting in ipairs(list) do
    local flag = setting.flag
    if flag then
      local help = flag.help
      if setting.name == "base_url" then help = ("%s (default: %s)."):format(help, M.DEFAULT_BASE_URL) end
      local option = command:option(flag.name):argname(flag.argname):target(setting.name):description(help)
      flags[#flags + 1] = flag.variable and with_variable(option, flag.variable) or option
    end
  end
  return flags
end

local function declare_connection(command, bounded)
  local flags = flags_of(command, described.LIST)
  flags[#flags + 1] = with_variable(command:option "--headers-file" :argname "FILE" :target "headers_file"
    :description "File with more headers for the issuer, one 'Name: value' a line.", "HEADERS_FILE")
  flags[#flags + 1] = command:option "--timeout" :argname "SECONDS"
    :description(("For %s, repeats included (default: %g)."):format(
      bounded or BOUNDED, described.SPEC.timeout_ms.default / 1000))
  flags[#flags + 1] = command:flag "--verbose" :description "Show every request, response and wait on standard error."
  flags[#flags + 1] = event_log.declare(command)
  command:group("Connection", unpack(flags))
end

local function declare_authentication(command)
  command:group("Authentication (an API key, or an OAuth2 client with its token URL and its secret or key)",
    with_variable(command:option "--api-key-file" :argname "FILE" :target "api_key_file"
      :description "File with the API key.", "API_KEY_FILE"),
    command:option "--auth-scheme" :argname "SCHEME" :target "auth_scheme" :choices { "x-api-key", "bearer" }
      :description "How the API key is sent: x-api-key (default) or bearer.",
    unpack(flags_of(command, of_oauth2.LIST)))
end

--- Adds the flags to a command.
---@param command table
---@param bounded? string what --timeout is for, where that is not all of it
function M.declare(command, bounded)
  declare_connection(command, bounded)
  declare_authentication(command)
end

--- Adds the flags to a command that works without credentials.
function M.declare_public(command)
  declare_connection(command)
end

--- An empty variable counts as none, as `VARIABLE= credenco ...` means it.
local function environment(name)
  local value = os.getenv("CREDENCO_" .. name)
  return value ~= "" and value or nil
end

--- The same for a command that has settings of its own.
M.environment = environment

-- A secret out of a file, as options: read now, so that a slip shows at once, and again by the library when it changes,
-- where that is possible.
local function from_file(name, path, what)
  local line = source.read_line(path, what)
  if path ~= "-" and one_line.can_be_read_again(path) then return { [name .. "_file"] = path } end
  return { [name] = line }
end

-- What flags and environment say of an API key, as options; nil where they say nothing.
local function api_key(args)
  if args.api_key_file then return from_file("api_key", args.api_key_file, "--api-key-file") end
  if environment "API_KEY" then return { api_key = environment "API_KEY" } end
  local file = environment "API_KEY_FILE"
  return file and from_file("api_key", file, "CREDENCO_API_KEY_FILE") or nil
end

-- A file, since a header may be a secret.
local function own_headers(args)
  local path = args.headers_file or environment "HEADERS_FILE"
  if not path then return nil end
  local headers, problem = header_fields.parse(source.read(path, "the file with headers"))
  if not headers then usage.fail("the file with headers " .. problem) end
  return headers
end

-- Where one of them is given, OAuth2 is meant.
local MEAN_OAUTH2 = { "client_id", "client_secret_file", "token_url", "private_key_file" }

local function flags_of_oauth2(args)
  for _, name in ipairs(MEAN_OAUTH2) do
    if args[name] then return true end
  end
  return false
end

-- The flag that has to come along with each way to authenticate. An unknown way is for `credenco.new` to refuse.
local PROOF = { post = "--client-secret-file", basic = "--client-secret-file", private_key_jwt = "--private-key-file" }

local function missing_of_oauth2(given)
  if not given.client_id then return "--client-id" end
  local has = { ["--client-secret-file"] = given.client_secret_file, ["--private-key-file"] = given.private_key_file }
  local proof = PROOF[given.client_auth or "post"]
  if proof and not has[proof] then return proof end
  return not given.token_url and "--token-url" or nil
end

-- What flags and environment say; nil where they say nothing of OAuth2.
local function oauth2(args)
  local given = {}
  for _, setting in ipairs(of_oauth2.LIST) do
    local flag = setting.flag
    if flag then given[setting.name] = args[setting.name] or environment(flag.variable) end
  end
  if not flags_of_oauth2(given) then return nil end
  local missing = missing_of_oauth2(given)
  if missing then
    usage.fail("OAuth2 needs a client, its secret or key, and the token URL: " .. missing .. " is missing")
  end
  local secret_file = given.client_secret_file
  given.client_secret_file = nil
  local secret = secret_file and from_file("client_secret", secret_file, "the file with the client's secret") or {}
  for name, value in pairs(secret) do given[name] = value end
  return { oauth2 = given }
end

-- What flags and environment say of the credentials, as options; nil where they say nothing. A flag outweighs the whole
-- environment: `--api-key-file` does not quarrel with CREDENCO_CLIENT_ID.
local function credentials(args)
  if args.api_key_file and flags_of_oauth2(args) then
    usage.fail("--api-key-file and the flags for OAuth2 exclude each other")
  end
  if args.api_key_file then return api_key(args) end
  if flags_of_oauth2(args) then return oauth2(args) end
  local key, client = api_key(args), oauth2(args)
  if key and client then
    usage.fail("the environment holds an API key and an OAuth2 client: unset one, or choose with a flag")
  end
  return key or client
end

--- What --timeout says, where it is given.
---@param args table
---@return integer?
function M.timeout_ms(args)
  if not args.timeout then
    return nil
  end
  local seconds = args.timeout:find("^%d+%.?%d*$") and tonumber(args.timeout)
  if not seconds or seconds <= 0 or seconds > 86400 then
    usage.fail("--timeout: a number of seconds above 0, at most 86400")
  end
  return math.max(1, math.floor(seconds * 1000))
end

local function with_credentials(options, args)
  local found = credentials(args)
  if not found then
    usage.fail "no credentials: set CREDENCO_API_KEY, or give --api-key-file or an OAuth2 client"
  end
  for name, value in pairs(found) do options[name] = value end
  options.auth_scheme = args.auth_scheme
  return options
end

--- The value of an option that has a flag, and where it comes from. The credentials are not among those.
---@param args table the parsed arguments
---@param setting credenco.Setting
---@return string? value
---@return string origin the flag's name, the variable's, or "the default"
function M.value(args, setting)
  local flag, name = setting.flag, setting.name
  if args[name] then return args[name], flag.name end
  local from_environment = flag.variable and environment(flag.variable)
  if from_environment then return from_environment, "CREDENCO_" .. flag.variable end
  return name == "base_url" and M.DEFAULT_BASE_URL or nil, "the default"
end

--- Where the credentials come from, once `options` has found them.
---@param args table the parsed arguments
---@return string origin
function M.origin_of_credentials(args)
  if args.api_key_file then return "--api-key-file" end
  if flags_of_oauth2(args) then return args.client_id and "--client-id" or "flags and variables" end
  for _, variable in ipairs { "API_KEY", "API_KEY_FILE", "CLIENT_ID" } do
    if environment(variable) then return "CREDENCO_" .. variable end
  end
  return "the default"
end

-- What the user knows an option of `credenco.new` by, and the variable that may stand for it.
local KNOWN_AS = {
  api_key = { "the API key" },
  api_key_file = { "--api-key-file", "API_KEY_FILE" },
  headers = { "--headers-file" },
  client_secret = { "the client's secret" },
  private_key = { "--private-key-file" },
}
for _, list in ipairs { described.LIST, of_oauth2.LIST } do
  for _, setting in ipairs(list) do
    if setting.flag then KNOWN_AS[setting.name] = { setting.flag.name, setting.flag.variable } end
  end
end

--- What `credenco.new` says of an option, said of the flag or the variable that it came from.
---@param problem string
---@param options credenco.Options
---@return string
function M.said_of_flags(problem, options)
  local part, option, flaw = problem:match "^credenco%.new ?(%w*): ([%w_]+)( .*)$"
  local known_as = KNOWN_AS[option]
  if not known_as then return problem end
  local given = part == "" and options or options[part]
  local variable = known_as[2]
  local from_environment = variable and given[option] == environment(variable)
  return (from_environment and "CREDENCO_" .. variable or known_as[1]) .. flaw
end

-- What the user knows an argument of the client's methods by.
local ARGUMENTS = {
  wallet_key = "--wallet", template_id = "--template", correlation_id = "the correlation id", claims = "the claims",
  offer_uri = "the offer's URI", request_uri_base = "--request-uri-base", did = "--did", name = "--name",
}

--- What a method says of an argument, said of what the user typed.
---@param problem string
---@param arguments table|string what the method was given
---@return string
function M.said_of_arguments(problem, arguments)
  local argument, flaw = problem:match "^[%l_]+: ([%l_]+)( .*)$"
  local known_as = ARGUMENTS[argument]
  if not known_as then return problem end
  local given = type(arguments) == "table" and arguments[argument] or arguments
  return known_as .. (given == "" and " is empty: is the variable set that it comes from?" or flaw)
end

--- The options for `credenco.new`.
---@param args table the parsed arguments
---@return credenco.Options
function M.options(args)
  return with_credentials(M.public_options(args), args)
end

--- The same for a command that works without credentials, which then are not even looked at.
---@param args table the parsed arguments
---@return credenco.Options
function M.public_options(args)
  local options = { timeout_ms = M.timeout_ms(args) }
  for name, setting in pairs(described.SPEC) do
    if setting.flag then options[name] = M.value(args, setting) end
  end
  options.headers = own_headers(args)
  options.on_event = listeners.both(args.verbose and verbose.listener(report.new(args.json)) or nil,
    args.log and event_log.open(args.log) or nil)
  return options
end

return M
