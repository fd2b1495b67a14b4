--- Writes CSV as RFC 4180 has it, and safe to open in a spreadsheet.
local M = {}

-- A spreadsheet would run what begins like a formula; such text gets a quote in front.
local function safe(text)
  if text:find '^%w[^,"\r\n]*$' then return text end -- what nearly every cell is
  if text:find("^[=+@\t\r\n-]") then text = "'" .. text end
  if text:find('[",\r\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function text_of(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  return safe(tostring(value))
end

-- The last value of each column, and how it was written: a state, a code or a message is the same in thousands of lines.
local last, written = {}, {}

local function cell(column, value)
  if value == nil then return "" end
  if last[column] ~= value then last[column], written[column] = value, text_of(value) end
  return written[column]
end

-- The cells of one line at a time: a new table would grow five times for each.
local cells = {}

--- The header line.
---@param columns string[]
---@return string
function M.header(columns)
  return table.concat(columns, ",") .. "\r\n"
end

---@param columns string[]
---@param record table<string, any>
---@return string
function M.of(columns, record)
  for i, name in ipairs(columns) do cells[i] = cell(name, record[name]) end
  return table.concat(cells, ",", 1, #columns) .. "\r\n"
end

return M
