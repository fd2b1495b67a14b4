--- Writes CSV as RFC 4180 has it, and safe to open in a spreadsheet.
local M = {}

-- A spreadsheet would run what begins like a formula; such text gets a quote in front.
local function safe(text)
  if text:find '^%w[^,"\r\n]*$' then return text end -- what nearly every cell is
  if text:find("^[=+@\t\r\n-]") then text = "'" .. text end
  if text:find('[",\r\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

-- The last text of each column as it was written: a state, a code or a message is the same in thousands of lines.
local last, written = {}, {}

local function cell(column, value)
  if value == nil then return "" end
  if type(value) == "number" then return ("%.14g"):format(value) end
  local text = tostring(value)
  if last[column] ~= text then last[column], written[column] = text, safe(text) end
  return written[column]
end

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
  local cells = {}
  for i, name in ipairs(columns) do cells[i] = cell(name, record[name]) end
  return table.concat(cells, ",") .. "\r\n"
end

return M
