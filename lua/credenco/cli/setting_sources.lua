--- The source of a setting: a flag, else the environment, else the profile. A profile that --profile names comes before
--- the environment: the command line is nearer to the user than a variable that was exported earlier.
local profile = require "credenco.cli.profile"
local rows = require "credenco.cli.setting_rows"

local M = {}

local function from_flag(args, row)
  local value = args[row.name]
  if value ~= nil then return value, row.flag.name end
end

local function from_environment(_, row)
  local variable = row.flag and row.flag.variable
  local value = variable and rows.environment(variable)
  if value then return value, "CREDENCO_" .. variable end
end

---@class credenco.cli.SettingSource
---@field place "flags"|"environment"|"profile"
---@field find fun(args: table, row: credenco.cli.SettingRow): string?, string? gives a value, and the user's name for its
---  place

local FLAGS = { place = "flags", find = from_flag }
local ENVIRONMENT = { place = "environment", find = from_environment }
local PROFILE = { place = "profile", find = profile.value }

local USUAL, WITH_NAMED_PROFILE = { FLAGS, ENVIRONMENT, PROFILE }, { FLAGS, PROFILE, ENVIRONMENT }

--- In the order of their precedence.
---@param args table the parsed arguments
---@return credenco.cli.SettingSource[]
function M.of(args)
  return args.profile and WITH_NAMED_PROFILE or USUAL
end

--- The value of a setting.
---@param args table the parsed arguments
---@param row credenco.cli.SettingRow
---@return string? value
---@return string? origin
function M.value(args, row)
  for _, source in ipairs(M.of(args)) do
    local value, origin = source.find(args, row)
    if value ~= nil then return value, origin end
  end
end

return M
