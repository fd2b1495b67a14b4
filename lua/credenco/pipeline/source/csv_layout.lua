--- The layout of a CSV file, which its header line decides: the delimiter and the columns. Turns a record's fields, or
--- its bytes, into a table by column.

local core = require "credenco.core"
local grammar = require "credenco.pipeline.source.csv_grammar"
local text_check = require "credenco.pipeline.source.text_check"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

---@class credenco.pipeline.CsvLayout
---@field delimiter string
---@field columns string[]
---@field times table<string, integer> how often each column's name is in the header
---@field repeats boolean a name occurs more than once
local Layout = {}
Layout.__index = Layout

--- The delimiter in a line before the header, as spreadsheets write it: `sep=;`.
---@param text string
---@return string? delimiter
---@return integer? from position of the header
function M.announced(text)
  return text:match '^"?[Ss][Ee][Pp]=(.)"?\r?\n()'
end

local function widest(line, delimiters)
  local best, fields
  for _, delimiter in ipairs(delimiters) do
    local found = grammar.records[delimiter]:match(line)
    if found and (not fields or #found > #fields) then best, fields = delimiter, found end
  end
  return best, fields
end

local function count_names(columns)
  local times, repeats = {}, false
  for _, name in ipairs(columns) do
    times[name] = (times[name] or 0) + 1
    repeats = repeats or times[name] > 1
  end
  return times, repeats
end

--- The layout for a header line, with the line before it that names the delimiter, if any.
---@param header string with or without its line break
---@return credenco.pipeline.CsvLayout?
---@return string? err
function M.of_header(header)
  if header:sub(-1) ~= "\n" then header = header .. "\n" end
  local flaw = text_check.flaw(header)
  if flaw then return nil, "the header line: " .. flaw end
  local named, from = M.announced(header)
  header = header:sub(from or 1)
  local delimiter, names = widest(header, named and { named } or grammar.DELIMITERS)
  if not delimiter then
    return nil, "the header line: " .. grammar.diagnose(header, 1, named or ",")
  end
  local columns = {}
  for i, name in ipairs(names) do columns[i] = utf8_text.bare(name) end
  local times, repeats = count_names(columns)
  return setmetatable({ delimiter = delimiter, columns = columns, times = times, repeats = repeats }, Layout)
end

--- Whether a record repeats the header: its fields are the names of the columns.
---@param fields string[]
---@return boolean
function Layout:is_header(fields)
  local columns = self.columns
  local last = fields[#columns]
  if not last or not last:find(columns[#columns], 1, true) then return false end -- this decides nearly every record
  for i = 1, #columns do
    if utf8_text.bare(fields[i]) ~= columns[i] then return false end
  end
  return true
end

-- The fields of a column whose name repeats become a list.
local function set_with_lists(record, layout, fields)
  for i, name in ipairs(layout.columns) do
    if layout.times[name] == 1 then
      record[name] = fields[i]
    else
      local list = record[name] or {}
      list[#list + 1] = fields[i]
      record[name] = list
    end
  end
end

--- A record's fields by column, as a list if the column's name repeats. Leaves out a column without a name.
---@param fields string[] as many as there are columns
---@return table<string, string|string[]>
function Layout:named(fields)
  local columns = self.columns
  local record = core.sized(#columns)
  if self.repeats then
    set_with_lists(record, self, fields)
  else
    for i = 1, #columns do record[columns[i]] = fields[i] end
  end
  record[""] = nil
  return record
end

--- The problem of the number of fields, or nil.
---@param fields string[]
---@return string? flaw
function Layout:count_flaw(fields)
  if #fields == #self.columns then return nil end
  return ("%d field%s where the header has %d: a %s is missing or one too many"):format(
    #fields, #fields == 1 and "" or "s", #self.columns,
    self.delimiter == "\t" and "tab" or ('"%s"'):format(self.delimiter))
end

--- Decodes one record's bytes, which the source returned earlier.
---@param raw string
---@return table? record
---@return string? why
function Layout:decode(raw)
  if raw:sub(-1) ~= "\n" then raw = raw .. "\n" end
  local flaw = text_check.flaw(raw)
  if flaw then return nil, flaw end
  local fields, after = grammar.records[self.delimiter]:match(raw)
  if not fields or after <= #raw then
    return nil, (grammar.diagnose(raw, 1, self.delimiter))
  end
  local miscounted = self:count_flaw(fields)
  if miscounted then return nil, miscounted end
  return self:named(fields)
end

return M
