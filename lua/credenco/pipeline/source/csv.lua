--- CSV (RFC 4180), with common extensions: a byte-order mark, semicolons or tabs, a first line that names the
--- delimiter, plain line feeds, blank lines and lines of empty fields, a column name that occurs several times.
---
--- An lpeg grammar matches each record in a bounded window, so a file of any size takes constant memory. After a record
--- that does not parse, reading continues with the next *physical* line: a stray quote costs its own line, not the rest
--- of the file.

local buffer = require "credenco.pipeline.source.buffer"
local csv_header = require "credenco.pipeline.source.csv_header"
local csv_layout = require "credenco.pipeline.source.csv_layout"
local grammar = require "credenco.pipeline.source.csv_grammar"
local text_check = require "credenco.pipeline.source.text_check"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

--- A decoder for records that a source gave before.
---@param header string
---@return (fun(raw: string): table?, string?)? decode
---@return string? err
function M.decoder(header)
  local layout, err = csv_layout.of_header(header)
  if not layout then return nil, err end
  return function(raw) return layout:decode(raw) end
end

---@class credenco.pipeline.Csv : credenco.pipeline.Source
---@field header string the header line's bytes, below those of a line that names the delimiter
---@field columns string[]
---@field times table<string, integer> how often each column's name occurs in the header
local Csv = {}
Csv.__index = Csv

---@param text credenco.pipeline.Text
---@param options { name: string, max_record_bytes: integer }
---@return credenco.pipeline.Source?
---@return string? err
function M.open(text, options)
  local window = buffer.new(text, options.max_record_bytes)
  local header, err = csv_header.read(window)
  if not header then return nil, err end
  local layout, layout_err = csv_layout.of_header(header)
  if not layout then return nil, layout_err end
  return setmetatable({ name = options.name, format = "csv", encoding = text.encoding, header = header, layout = layout,
    columns = layout.columns, times = layout.times, bytes = text.bytes, window = window,
    limit = options.max_record_bytes, match = grammar.records[layout.delimiter] }, Csv)
end

local function too_long(limit)
  return ("longer than %d bytes"):format(limit)
end

-- The current physical line as a broken one. Reading continues behind it.
function Csv:broken_line(why)
  local window = self.window
  local line = window.line
  local stop, failure = window:line_end()
  if stop then return { line = line, raw = window:take(stop), broken = why } end
  if failure ~= "limit" and failure ~= "end" then return nil, failure end
  local kept, err = window:skip_line()
  if not kept then return nil, err end
  return { line = line, raw = kept, cut = true, broken = too_long(self.limit) .. "; only its beginning is kept" }
end

-- A record over several lines with the wrong number of fields is a stray quote, not a long field: only its first line
-- is refused, and the following lines are read anew.
function Csv:miscounted(fields, after)
  local window = self.window
  local why = self.layout:count_flaw(fields)
  local first_break = window.text:find("\n", window.from, true)
  if first_break < after - 1 then
    why = why .. ", or a quote opens here by mistake (the record runs over several lines)"
  end
  return self:broken_line(why)
end

local HEADER_AGAIN = "the header line again, perhaps because files were joined"

-- The item of a record that the grammar has matched.
function Csv:accept(fields, after)
  local window = self.window
  if after - window.from > self.limit then return self:broken_line(too_long(self.limit)) end
  if #fields ~= #self.columns then return self:miscounted(fields, after) end
  local line = window.line
  local raw = window:take(after - 1)
  local flaw = text_check.flaw(raw) or self.layout:is_header(fields) and HEADER_AGAIN
  if flaw then return { line = line, raw = raw, broken = flaw } end
  return { line = line, raw = raw, record = self.layout:named(fields) }
end

local LINE_FEED, CARRIAGE_RETURN = 10, 13

local function skip_blank_lines(window)
  local byte = window.text:byte(window.from)
  if byte ~= LINE_FEED and byte ~= CARRIAGE_RETURN then return end
  local blank = window.text:match("^\r?\n()", window.from)
  while blank do
    window:take(blank - 1)
    blank = window.text:match("^\r?\n()", window.from)
  end
end

-- Spreadsheets write any number of lines of empty fields at the end.
local function is_blank(fields)
  for i = 1, #fields do
    if not utf8_text.is_blank(fields[i]) then return false end
  end
  return true
end

--- The next record.
---@return credenco.pipeline.Item?
---@return string? err why reading failed
function Csv:next()
  local window = self.window
  while true do
    skip_blank_lines(window)
    local fields, after = self.match:match(window.text, window.from)
    if fields and not is_blank(fields) then return self:accept(fields, after) end
    if fields then
      window:take(after - 1)
    elseif window.ended and window:is_empty() then
      return nil
    else
      local why, at = grammar.diagnose(window.text, window.from, self.layout.delimiter)
      if at < #window.text or window:is_full() or window.ended then return self:broken_line(why) end
      local _, err = window:fill()
      if err then return nil, err end
    end
  end
end

--- Frees the bytes.
function Csv:close() self.bytes:close() end

return M
