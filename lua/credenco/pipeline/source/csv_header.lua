--- The header line of a CSV file: the first line with a name in it, below a line that names the delimiter, if there is
--- one.

local csv_layout = require "credenco.pipeline.source.csv_layout"
local grammar = require "credenco.pipeline.source.csv_grammar"
local text_check = require "credenco.pipeline.source.text_check"

local M = {}

local function has_open_quote(text)
  return select(2, text:gsub('"', "")) % 2 == 1
end

-- A quoted column name may hold line breaks, so that more lines may belong to the header.
local HEADER_LINES = 20

-- A physical line, and the lines behind it up to the end of its quotes.
local function read_quoted_line(window)
  local lines = ""
  for _ = 1, HEADER_LINES do
    local stop, why = window:line_end()
    if not stop then return lines ~= "" and lines or nil, why end
    lines = lines .. window:take(stop)
    if not has_open_quote(lines) then break end
  end
  return lines
end

-- A quoted name may hold a carriage return.
local function has_bare_returns(header)
  local unquoted = header:gsub('"[^"]*"', "")
  return unquoted:find "\r[^\n]" ~= nil
end

-- The first line with a field that is not empty.
local function read_header(window)
  local header, why
  repeat
    header, why = read_quoted_line(window)
    if why == "limit" and window.text:find("\r[^\n]") then return nil, text_check.CARRIAGE_RETURNS end
    if not header and why == "end" then
      return nil, "the file is empty, or holds only whitespace: a CSV file begins with a line of column names"
    elseif not header and why == "limit" then
      return nil, "the first line is too long to be a line of column names"
    elseif not header then
      return nil, why
    end
  until header:find '[^%s,;"]'
  if has_bare_returns(header) then return nil, text_check.CARRIAGE_RETURNS end
  return header
end

--- Reads the header. The line that names the delimiter is a part of it, since a decoder of stored lines needs both.
---@param window credenco.pipeline.Buffer
---@return string? header as it is in the file
---@return string? err
function M.read(window)
  local first, err = read_header(window)
  local delimiter = first and csv_layout.announced(first)
  if not delimiter then return first, err end
  if not grammar.records[delimiter] then
    return nil, ("the first line names the delimiter %q, but it has to be a comma, a semicolon or a tab"):format(
      delimiter)
  end
  local header
  header, err = read_header(window)
  return header and first .. header, err
end

return M
