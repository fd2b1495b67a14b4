--- Writes CSV (RFC 4180) that is safe to open in a spreadsheet.
local M = {}

-- A spreadsheet would run text that looks like a formula, so this puts a quote before it.
local function safe(text)
  if text:find '^%w[^,"\r\n]*$' then return text end -- most cells
  if text:find("^[=+@\t\r\n-]") then text = "'" .. text end
  if text:find('[",\r\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function text_of(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  return safe(tostring(value))
end

-- The last value of each column, and its written form: a state, a code or a message repeats in thousands of lines.
local last, written = {}, {}

local function cell(column, value)
  if value == nil then return "" end
  if last[column] ~= value then last[column], written[column] = value, text_of(value) end
  return written[column]
end

-- The cells of the current line, reused: a new table would grow five times for each line.
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
