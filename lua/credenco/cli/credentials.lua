--- The credentials of a command. The first source that names any decides (`setting_sources.lua` has the order): a flag
--- comes before the whole environment and the profile. Secrets come from the environment, from files or from commands;
--- an argument would show in the process list.
local one_line = require "credenco.base.one_line"
local options = require "credenco.base.options"
local rows = require "credenco.cli.setting_rows"
local source = require "credenco.cli.source"
local sources = require "credenco.cli.setting_sources"
local usage = require "credenco.cli.usage"

local M = {}

local OWN = rows.OWN
local OAUTH2 = {}
for _, row in ipairs(rows.OAUTH2) do OAUTH2[row.name] = row end

-- Settings that decide the kind of credentials.
local MEAN_KEY = { OWN.api_key, OWN.api_key_file, OWN.api_key_command }
local MEAN_OAUTH2 = { OAUTH2.client_id, OAUTH2.client_secret_file, OWN.client_secret_command, OAUTH2.token_url,
  OAUTH2.private_key_file }

-- The message if one source names both kinds.
local BOTH = {
  flags = "--api-key-file and the flags for OAuth2 exclude each other",
  environment = "the environment holds an API key and an OAuth2 client: unset one, or choose with a flag",
  profile = "the profile holds an API key and an OAuth2 client: remove one, or choose with a flag",
}

---@class credenco.cli.Named
---@field row credenco.cli.SettingRow
---@field value string
---@field origin string

local function first_of(args, candidates, find)
  for _, row in ipairs(candidates) do
    local value, origin = find(args, row)
    if value ~= nil then return { row = row, value = value, origin = origin } end
  end
end

--- The deciding setting: the first one that is given.
---@param args table the parsed arguments
---@return credenco.cli.Named? key
---@return credenco.cli.Named? client
function M.named(args)
  for _, from in ipairs(sources.of(args)) do
    local key, client = first_of(args, MEAN_KEY, from.find), first_of(args, MEAN_OAUTH2, from.find)
    if key and client then usage.fail(BOTH[from.place]) end
    if key or client then return key, client end
  end
end

-- Standard input may be the program's own input, so a command gets it only if it is a terminal. The last line is the
-- command's exit code, since some Luas do not return it when a pipe is closed.
local SHELL = "[ -t 0 ] || exec </dev/null\n(%s\n); printf '\\n%%d' $?"

local function output_of(command, origin)
  local pipe = assert(io.popen(SHELL:format(command)))
  local said, code = pipe:read("*a"):match "^(.-)%s*\n(%d+)$"
  pipe:close()
  if code ~= "0" then usage.fail(("%s: the command ended with %s"):format(origin, code or "a signal")) end
  local line = said:match "^%s*(.-)%s*$"
  if line == "" or line:find "[\r\n]" then usage.fail(origin .. ": the command has to print one line") end
  local flaw = options.clean_text(line)
  if flaw then usage.fail(("%s: the output of the command %s"):format(origin, flaw)) end
  return line
end

-- Runs the command now, so that a mistake shows at once. When the server refuses the secret, runs it again: once, and
-- not for each call that was in flight.
local function from_command(named)
  local line, tried = output_of(named.value, named.origin), nil
  return function(refused)
    if refused and refused ~= tried then
      tried = refused
      line = output_of(named.value, named.origin)
    end
    return line
  end
end

-- Reads a secret's file now, so that a mistake shows at once. The library reads it again when it changes, if that is
-- possible.
local function from_file(name, named)
  local line = source.read_line(named.value, named.origin)
  local again = named.value ~= "-" and one_line.can_be_read_again(named.value)
  return again and name .. "_file" or name, again and named.value or line
end

-- It may come out of a file, as in CREDENCO_API_KEY=$(cat key).
local function from_variable(named)
  local line, problem = one_line.of(named.value)
  return line or usage.fail(named.origin .. " " .. problem)
end

-- A secret as an option of `credenco.new`.
local function secret_of(name, named)
  if named.row == OWN.api_key then return name, from_variable(named) end
  if named.row.flag then return from_file(name, named) end
  return name, from_command(named)
end

-- The flag that each way to authenticate also needs. `credenco.new` refuses an unknown way.
local PROOF = { post = "--client-secret-file", basic = "--client-secret-file", private_key_jwt = "--private-key-file" }

local function missing_of_oauth2(given, secret)
  if not given.client_id then return "--client-id" end
  local has = { ["--client-secret-file"] = secret, ["--private-key-file"] = given.private_key_file }
  local proof = PROOF[given.client_auth or "post"]
  if proof and not has[proof] then return proof end
  return not given.token_url and "--token-url" or nil
end

local function oauth2(args, origins)
  local given = {}
  for _, row in ipairs(rows.OAUTH2) do given[row.name], origins[row.name] = sources.value(args, row) end
  local secret
  for _, from in ipairs(sources.of(args)) do
    secret = secret or first_of(args, { OAUTH2.client_secret_file, OWN.client_secret_command }, from.find)
  end
  local missing = missing_of_oauth2(given, secret)
  if missing then
    usage.fail("OAuth2 needs a client, its secret or key, and the token URL: " .. missing .. " is missing")
  end
  given.client_secret_file = nil
  if secret then
    local name, value = secret_of("client_secret", secret)
    given[name], origins[name] = value, secret.origin
  end
  return { oauth2 = given }
end

--- Reads the credentials, as options of `credenco.new`.
---@param args table the parsed arguments
---@param origins table<string, string> gets the source of each setting
---@return table options
function M.read(args, origins)
  local key, client = M.named(args)
  if client then return oauth2(args, origins) end
  if key then
    local name, value = secret_of("api_key", key)
    if name ~= "api_key" then origins[name] = key.origin end
    return { [name] = value }
  end
  usage.fail "no credentials: set CREDENCO_API_KEY, or give --api-key-file or an OAuth2 client, or use a profile"
end

return M
