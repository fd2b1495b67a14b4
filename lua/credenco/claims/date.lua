--- Calendar dates, from the notations of registers to ISO 8601 (`2024-02-29`).

local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local NOTATIONS = {
  ["YYYY-MM-DD"] = { pattern = "^(%d%d%d%d)%-(%d%d)%-(%d%d)$", year = 1, month = 2, day = 3 },
  ["YYYYMMDD"]   = { pattern = "^(%d%d%d%d)(%d%d)(%d%d)$", year = 1, month = 2, day = 3 },
  ["DD-MM-YYYY"] = { pattern = "^(%d%d?)%-(%d%d?)%-(%d%d%d%d)$", year = 3, month = 2, day = 1 },
  ["DD/MM/YYYY"] = { pattern = "^(%d%d?)/(%d%d?)/(%d%d%d%d)$", year = 3, month = 2, day = 1 },
  ["DD.MM.YYYY"] = { pattern = "^(%d%d?)%.(%d%d?)%.(%d%d%d%d)$", year = 3, month = 2, day = 1 },
  ["MM/DD/YYYY"] = { pattern = "^(%d%d?)/(%d%d?)/(%d%d%d%d)$", year = 3, month = 1, day = 2 },
}

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_in(month, year)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or MONTH_DAYS[month]
end

---@param name string
---@return boolean
function M.is_notation(name)
  return NOTATIONS[name] ~= nil
end

---@return string[] names sorted
function M.notations()
  return sorted_keys(NOTATIONS)
end

---@param text string
---@param notation string
---@return string? iso nil if the text is not a date in that notation, or not a day of the calendar
---@return boolean? written the notation is right, but there is no such day
function M.read(text, notation)
  local how = NOTATIONS[notation]
  local part = { text:match(how.pattern) }
  if not part[1] then return nil end
  local year, month, day = tonumber(part[how.year]), tonumber(part[how.month]), tonumber(part[how.day])
  if month < 1 or month > 12 or day < 1 or day > days_in(month, year) then return nil, true end
  return ("%04d-%02d-%02d"):format(year, month, day)
end

return M
