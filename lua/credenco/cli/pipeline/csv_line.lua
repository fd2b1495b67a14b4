--- Writes CSV as RFC 4180 has it, and safe to open in a spreadsheet.
local M = {}

-- A spreadsheet would run what begins like a formula; such text gets a quote in front.
local function cell(value)
  if value == nil then return "" end
  local text = tostring(value)
  if text:find("^[=+@\t\r]") then text = "'" .. text end
  if text:find('[",\r\n]') then text = '"' .. text:gsub('"', '""') .. '"' end
  return text
end

---@param columns string[]
---@param rows table[]
---@return string
function M.table(columns, rows)
  local lines = { table.concat(columns, ",") }
  for i, row in ipairs(rows) do
    local cells = {}
    for c, name in ipairs(columns) do cells[c] = cell(row[name]) end
    lines[i + 1] = table.concat(cells, ",")
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

return M
