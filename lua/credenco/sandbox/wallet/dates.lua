--- Dates in credentials of the VCDM (RFC 3339).
local M = {}

--- The number of days since 1970-01-01 of a date in the Gregorian calendar.
local function days_of(year, month, day)
  local shifted = month <= 2 and year - 1 or year
  local era = math.floor(shifted / 400)
  local year_of_era = shifted - era * 400
  local day_of_year = math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return era * 146097 + year_of_era * 365 + math.floor(year_of_era / 4) - math.floor(year_of_era / 100)
    + day_of_year - 719468
end

local function offset_of(zone)
  if zone:upper() == "Z" then return 0 end
  local sign, hours, minutes = zone:match "^([+-])(%d%d):(%d%d)$"
  if not sign then return nil end
  local seconds = tonumber(hours) * 3600 + tonumber(minutes) * 60
  return sign == "-" and -seconds or seconds
end

---@param text string "2026-11-28T10:00:00Z"
---@return integer? seconds since the epoch; nil if the text is not such a date
function M.seconds(text)
  local year, month, day, hour, minute, second, zone =
    text:match "^(%d%d%d%d)-(%d%d)-(%d%d)[Tt](%d%d):(%d%d):(%d%d)%.?%d*(.+)$"
  local offset = zone and offset_of(zone)
  if not offset then return nil end
  month, day, hour, minute = tonumber(month), tonumber(day), tonumber(hour), tonumber(minute)
  if month < 1 or month > 12 or day < 1 or day > 31 or hour > 23 or minute > 59 or tonumber(second) > 60 then
    return nil
  end
  return days_of(tonumber(year), month, day) * 86400 + hour * 3600 + minute * 60 + tonumber(second) - offset
end

return M
