--- Where a setting comes from: a flag, else the environment, else the profile.
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

--- In the order of their precedence; each gives a value and the name under which the user knows where it is.
---@type (fun(args: table, row: credenco.cli.SettingRow): string?, string?)[]
M.LIST = { from_flag, from_environment, profile.value }

--- The value of a setting.
---@param args table the parsed arguments
---@param row credenco.cli.SettingRow
---@return string? value
---@return string? origin
function M.value(args, row)
  for _, source in ipairs(M.LIST) do
    local value, origin = source(args, row)
    if value ~= nil then return value, origin end
  end
end

return M
