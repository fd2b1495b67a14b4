--- CSV as RFC 4180 has it, with what exports do beyond it: a byte-order mark, semicolons or tabs, a first line
--- that says which, plain line feeds, blank lines and lines of blank fields, a column name that occurs several times.
---
--- A record is matched by an lpeg grammar over a bounded window, so a file of any size takes constant
--- memory. After a record that does not parse, reading goes on with the next *physical* line: a stray
--- quote costs its own line and not the rest of the file.

local lpeg = require "lpeg"
local core = require "credenco.core"
local buffer = require "credenco.pipeline.source.buffer"
local text_check = require "credenco.pipeline.source.text_check"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

local DELIMITERS = { ",", ";", "\t" }
local QUOTE = lpeg.P '"'
local LINE_BREAK = lpeg.P "\r\n" + lpeg.P "\n"

local function grammar(delimiter)
  local quoted = QUOTE * lpeg.Cs((lpeg.P '""' / '"' + (1 - QUOTE)) ^ 0) * QUOTE
  local plain = lpeg.C((1 - lpeg.S(delimiter .. '"\r\n')) ^ 0)
  local field = quoted + plain
  return lpeg.Ct(field * (lpeg.P(delimiter) * field) ^ 0) * LINE_BREAK * lpeg.Cp()
end

-- Steps over complete fields, to see where and why a record stops being one.
local function field_skipper(delimiter)
  local quoted = QUOTE * (lpeg.P '""' + (1 - QUOTE)) ^ 0 * QUOTE
  local plain = (1 - lpeg.S(delimiter .. '"\r\n')) ^ 0
  return ((quoted + plain) * lpeg.P(delimiter)) ^ 0 * lpeg.Cp()
end

local grammars, skippers = {}, {}
for _, delimiter in ipairs(DELIMITERS) do
  grammars[delimiter], skippers[delimiter] = grammar(delimiter), field_skipper(delimiter)
end

local whole_quoted = QUOTE * (lpeg.P '""' + (1 - QUOTE)) ^ 0 * QUOTE * lpeg.Cp()

-- Why no record begins at `from`, and where that shows. A flaw at the very end of the text may be none:
-- more bytes could complete it.
local function diagnose(text, from, delimiter)
  local at = skippers[delimiter]:match(text, from)
  if text:sub(at, at) == '"' then
    local closing = whole_quoted:match(text, at)
    if not closing then return "a quote is opened and never closed", #text end
    return 'text follows a closing quote: write a quote inside a field twice, as ""', closing
  end
  local odd = text:find('["\r\n]', at) or #text
  if text:sub(odd, odd) == '"' then
    return "a quote inside a field that does not begin with one: quote the whole field", odd
  end
  return "a carriage return without a line feed", odd
end

--- How records of one file are laid out: its delimiter and its columns.
---@class credenco.pipeline.CsvLayout
---@field delimiter string
---@field columns string[]
local Layout = {}
Layout.__index = Layout

-- Spreadsheets write a line in front of the header that names the delimiter: `sep=;`. Gives the delimiter and the place
-- where the header begins.
local function announced(text)
  return text:match '^"?[Ss][Ee][Pp]=(.)"?\r?\n()'
end

local function widest(line, delimiters)
  local best, fields
  for _, delimiter in ipairs(delimiters) do
    local found = grammars[delimiter]:match(line)
    if found and (not fields or #found > #fields) then best, fields = delimiter, found end
  end
  return best, fields
end

-- The layout under a header line, line break included or not, below the line that names the delimiter if one does.
local function layout_of(header)
  if header:sub(-1) ~= "\n" then header = header .. "\n" end
  local flaw = text_check.flaw(header)
  if flaw then return nil, "the header line: " .. flaw end
  local named, from = announced(header)
  header = header:sub(from or 1)
  local delimiter, names = widest(header, named and { named } or DELIMITERS)
  if not delimiter then
    return nil, "the header line: " .. diagnose(header, 1, named or ",")
  end
  local times, columns, repeats = {}, {}, false
  for i, name in ipairs(names) do
    columns[i] = utf8_text.bare(name)
    times[columns[i]] = (times[columns[i]] or 0) + 1
    repeats = repeats or times[columns[i]] > 1
  end
  return setmetatable({ delimiter = delimiter, columns = columns, times = times, repeats = repeats }, Layout)
end

---@param fields string[]
---@return table<string, string|string[]>
function Layout:named(fields)
  local columns = self.columns
  local record = core.sized(#columns)
  if not self.repeats then
    for i = 1, #columns do record[columns[i]] = fields[i] end
    record[""] = nil
    return record
  end
  for i, name in ipairs(columns) do
    if self.times[name] == 1 then
      record[name] = fields[i]
    else
      local list = record[name] or {}
      list[#list + 1] = fields[i]
      record[name] = list
    end
  end
  record[""] = nil
  return record
end

---@param fields string[]
---@return string? flaw
function Layout:count_flaw(fields)
  if #fields == #self.columns then return nil end
  return ("%d field%s where the header has %d: a %s is missing or one too many"):format(
    #fields, #fields == 1 and "" or "s", #self.columns,
    self.delimiter == "\t" and "tab" or ('"%s"'):format(self.delimiter))
end

--- Whether a record's fields are the names of the columns once more.
---@param fields string[]
---@return boolean
function Layout:is_header(fields)
  local columns = self.columns
  if fields[#columns] ~= columns[#columns] then return false end -- of nearly every record that is enough
  for i = 1, #columns do
    if utf8_text.bare(fields[i]) ~= columns[i] then return false end
  end
  return true
end

--- One record's bytes, as the source handed them out, as a record again.
---@param raw string
---@return table? record
---@return string? why
function Layout:decode(raw)
  if raw:sub(-1) ~= "\n" then raw = raw .. "\n" end
  local flaw = text_check.flaw(raw)
  if flaw then return nil, flaw end
  local fields, after = grammars[self.delimiter]:match(raw)
  if not fields or after <= #raw then
    return nil, (diagnose(raw, 1, self.delimiter))
  end
  local miscounted = self:count_flaw(fields)
  if miscounted then return nil, miscounted end
  return self:named(fields)
end

--- What reads a record that a source gave before.
---@param header string
---@return (fun(raw: string): table?, string?)? decode
---@return string? err
function M.decoder(header)
  local layout, err = layout_of(header)
  if not layout then return nil, err end
  return function(raw) return layout:decode(raw) end
end

---@class credenco.pipeline.Csv : credenco.pipeline.Source
---@field header string the header line's bytes, below those of a line that names the delimiter
---@field columns string[]
---@field times table<string, integer> how often each column's name stands in the header
local Csv = {}
Csv.__index = Csv

local function has_open_quote(text)
  return select(2, text:gsub('"', "")) % 2 == 1
end

-- A column's name in quotes may hold line breaks: so many more lines may belong to the header.
local HEADER_LINES = 20

-- A physical line, and those behind it that it takes to close its quotes.
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

-- A name in quotes may hold a carriage return.
local function has_bare_returns(header)
  local unquoted = header:gsub('"[^"]*"', "")
  return unquoted:find "\r[^\n]" ~= nil
end

-- The first line that is neither blank nor of blank fields alone.
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

-- Whoever decodes kept lines has to know the delimiter, too: the line that names it belongs to the header.
local function read_preamble(window)
  local first, err = read_header(window)
  local delimiter = first and announced(first)
  if not delimiter then return first, err end
  if not grammars[delimiter] then
    return nil, ("the first line says that fields are separated by %q; commas, semicolons and tabs are read"):format(
      delimiter)
  end
  local header
  header, err = read_header(window)
  return header and first .. header, err
end

---@param text credenco.pipeline.Text
---@param options { name: string, max_record_bytes: integer }
---@return credenco.pipeline.Source?
---@return string? err
function M.open(text, options)
  local window = buffer.new(text, options.max_record_bytes)
  local header, err = read_preamble(window)
  if not header then return nil, err end
  local layout, layout_err = layout_of(header)
  if not layout then return nil, layout_err end
  return setmetatable({ name = options.name, format = "csv", encoding = text.encoding, header = header, layout = layout,
    columns = layout.columns, times = layout.times, bytes = text.bytes, window = window,
    limit = options.max_record_bytes, match = grammars[layout.delimiter] }, Csv)
end

local function too_long(limit)
  return ("longer than %d bytes"):format(limit)
end

-- The physical line at hand as a broken one; reading goes on behind it.
function Csv:broken_line(why)
  local window = self.window
  local line = window.line
  local stop, trouble = window:line_end()
  if stop then return { line = line, raw = window:take(stop), broken = why } end
  if trouble ~= "limit" and trouble ~= "end" then return nil, trouble end
  local kept, err = window:skip_line()
  if not kept then return nil, err end
  return { line = line, raw = kept, cut = true, broken = too_long(self.limit) .. "; only its beginning is kept" }
end

-- A record that spans lines and has the wrong number of fields is a stray quote, not a long field:
-- only its first line is refused, and what follows gets its own chance.
function Csv:miscounted(fields, after)
  local window = self.window
  local why = self.layout:count_flaw(fields)
  local first_break = window.text:find("\n", window.from, true)
  if first_break < after - 1 then
    why = why .. ", or a quote is opened here that was not meant (the record runs over several lines)"
  end
  return self:broken_line(why)
end

local HEADER_AGAIN = "the header line once more, as where files were joined"

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

-- Spreadsheets leave lines of empty fields behind their last one, in any number.
local function is_blank(fields)
  for i = 1, #fields do
    if not utf8_text.is_blank(fields[i]) then return false end
  end
  return true
end

--- The next record.
---@return credenco.pipeline.Item?
---@return string? err reading failed
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
      local why, at = diagnose(window.text, window.from, self.layout.delimiter)
      if at < #window.text or window:is_full() or window.ended then return self:broken_line(why) end
      local _, err = window:fill()
      if err then return nil, err end
    end
  end
end

function Csv:close() self.bytes:close() end

return M
