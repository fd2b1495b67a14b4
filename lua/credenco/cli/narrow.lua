--- Wraps text to the width of a terminal, between words, with the continuation indented. Leaves text for a file or a
--- pipe as it is.
local terminal = require "credenco.cli.terminal"

local M = {}

local HANGING = 2
local MOST_INDENT = 3 -- as a share of the line: a third

-- Counts characters. Wide characters of East Asia count as one.
local function width(text)
  return #text:gsub("[\128-\191]", "")
end

-- Does not wrap a command, since people copy it.
local function is_command(line)
  return line:find "^%s*credenco " ~= nil or line:find ": credenco " ~= nil
end

local function break_line(line, columns)
  local indent = line:match "^ *"
  local rest = (" "):rep(math.min(#indent + HANGING, math.floor(columns / MOST_INDENT)))
  local lines, current = {}, indent
  for spaces, word in line:sub(#indent + 1):gmatch "( *)([^ ]+)" do
    if current:find "[^ ]" and width(current) + #spaces + width(word) > columns then
      lines[#lines + 1] = current
      current = rest .. word
    else
      current = current .. spaces .. word
    end
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

--- Wraps text for standard output.
---@param text string
---@param columns integer? of the terminal
---@return string
function M.text(text, columns)
  columns = columns or terminal.columns(1)
  if not columns then return text end
  return (text:gsub("[^\n]+", function(line)
    if width(line) <= columns or is_command(line) then return line end
    return break_line(line, columns)
  end))
end

local function in_columns(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for c, cell in ipairs(row) do widths[c] = math.max(widths[c] or 0, width(cell)) end
  end
  for i, row in ipairs(rows) do
    local parts = {}
    for c, cell in ipairs(row) do parts[c] = cell .. (" "):rep(widths[c] - width(cell)) end
    lines[i] = (table.concat(parts, "  "):gsub("%s+$", ""))
  end
  return lines
end

local function fits(lines, columns)
  for _, line in ipairs(lines) do
    if width(line) > columns then return false end
  end
  return true
end

-- One line for each cell, with the column's name.
local function in_blocks(rows)
  local lines = {}
  for i = 2, #rows do
    for c, cell in ipairs(rows[i]) do
      local form = c == 1 and "%s %s" or "  %s: %s"
      if cell ~= "" then lines[#lines + 1] = form:format(rows[1][c], cell) end
    end
  end
  return lines
end

--- A table, or a block for each of its rows if the table is wider than the terminal.
---@param rows string[][] the first has the names of the columns
---@param columns integer? of the terminal
---@return string[] lines
function M.table(rows, columns)
  local lines = in_columns(rows)
  columns = columns or terminal.columns(1)
  return columns and not fits(lines, columns) and in_blocks(rows) or lines
end

return M
