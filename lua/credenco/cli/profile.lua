--- Profiles: sections of settings in ~/.config/credenco/config, one for each environment that you work with. The file
--- is read for the first setting, and refused as a whole if anything in it is unknown.
local core = require "credenco.core"
local rows = require "credenco.cli.setting_rows"
local nearest = require("credenco.base.options").nearest
local reader = require "credenco.cli.profile_reader"
local sorted_keys = require "credenco.base.sorted_keys"
local source = require "credenco.cli.source"
local usage = require "credenco.cli.usage"

local M = {}

local UNNAMED = "default" -- the section without a name of its own

---@class credenco.cli.Profile
---@field name string? nil if there is no such section, and none was asked for
---@field origin string what named it
---@field file string? where it is, or would be; none where the environment names no directory
---@field values table<string, credenco.cli.ProfileValue>
---@field production boolean

--- Adds the flag that names a profile.
function M.declare(command)
  return command:option "--profile" :argname "NAME"
    :description "Section of the configuration file with the settings, see `credenco config --help`."
end

local function set(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

-- A relative path is ignored, as the XDG Base Directory Specification requires.
local function configuration_directory()
  local given, home = set "XDG_CONFIG_HOME", set "HOME"
  if given and given:find "^/" then return given end
  return home and home .. "/.config"
end

--- The path of the file (XDG Base Directory Specification).
---@return string? path  nil where the environment names no directory
function M.file()
  local directory = configuration_directory()
  return directory and directory .. "/credenco/config"
end

local SECRETS_ELSEWHERE = { api_key = "api_key_file or api_key_command",
  client_secret = "client_secret_file or client_secret_command" }

local function check_name(file, section, name, line)
  if rows.OF_PROFILES[name] then return end
  local instead = SECRETS_ELSEWHERE[name]
  local near = not instead and nearest(name, rows.OF_PROFILES)
  usage.fail(("%s: line %d: unknown setting %s in [%s]%s"):format(file, line, name, section,
    instead and "; a secret is named by its file or command: " .. instead
    or near and ": did you mean " .. near .. "?" or "; `credenco config --help` lists them"))
end

local READABLE_OR_WRITABLE = 63 -- 077, octal

local function check_private(file, name)
  local mode = rows.OF_PROFILES[name].names_secret and core.file_mode(file)
  if mode and mode % (READABLE_OR_WRITABLE + 1) ~= 0 then
    usage.fail(("%s names a secret (%s), and others can read or change it: chmod 600 %s"):format(file, name, file))
  end
end

local function check(file, sections)
  for section, values in pairs(sections) do
    for name, value in pairs(values) do
      check_name(file, section, name, value.line)
      check_private(file, name)
    end
  end
end

local function read(file)
  local sections, err = reader.read(source.read(file, file))
  if not sections then usage.fail(file .. ": " .. err) end
  check(file, sections)
  return sections
end

local function names_of(sections)
  local names = sorted_keys(sections)
  return #names > 0 and "; there are " .. table.concat(names, ", ") or ""
end

local function unknown(file, sections, name, origin)
  if not file then usage.fail(("%s: there is no profile [%s], since HOME is not set"):format(origin, name)) end
  local near = nearest(name, sections)
  usage.fail(("%s: there is no profile [%s] in %s%s"):format(origin, name, file,
    near and ": did you mean " .. near .. "?" or names_of(sections)))
end

local BOOLEANS = { yes = true, ["true"] = true, no = false, ["false"] = false }

local function production(file, values)
  local given = values.production
  if not given then return false end
  local is = BOOLEANS[given.value]
  if is == nil then usage.fail(("%s: line %d: production is yes or no"):format(file, given.line)) end
  return is
end

local function load(name, origin)
  local file = M.file()
  local sections = file and core.file_type(file) and read(file) or {}
  local values = sections[name or UNNAMED]
  if name and not values then unknown(file, sections, name, origin) end
  return { name = values and (name or UNNAMED) or nil, origin = origin, file = file, values = values or {},
    production = production(file, values or {}) }
end

local loaded = setmetatable({}, { __mode = "k" }) -- by the arguments of the command

--- The profile of a command line.
---@param args table the parsed arguments
---@return credenco.cli.Profile
function M.of(args)
  if not loaded[args] then
    local from_environment = set "CREDENCO_PROFILE"
    loaded[args] = load(args.profile or from_environment,
      args.profile and "--profile" or from_environment and "CREDENCO_PROFILE" or "the default")
  end
  return loaded[args]
end

local function is_path(row, value)
  local argname = row.flag and row.flag.argname
  return argname == "FILE" or argname == "FILE|URL" and not value:find "^%a[%w+]*://"
end

-- Relative to the file's directory, or to the user's home with ~/.
local function path_of(path, file, origin)
  if path:find "^~/" then
    return (set "HOME" or usage.fail(origin .. ": HOME is not set, so there is no ~/")) .. path:sub(2)
  end
  return path:find "^/" and path or file:match "^(.*/)" .. path
end

--- A setting of the profile.
---@param args table
---@param row credenco.cli.SettingRow
---@return string? value
---@return string? origin
function M.value(args, row)
  local profile = M.of(args)
  local given = profile.values[row.name]
  if not given then return nil end
  local origin = ("%s in [%s]"):format(row.name, profile.name)
  return is_path(row, given.value) and path_of(given.value, profile.file, origin) or given.value, origin
end

return M
