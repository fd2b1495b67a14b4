--- A file of records, written one at a time, so that they do not stay in memory: CSV, JSON Lines, or one JSON object
--- with the records in it.
local as_utf8 = require "credenco.base.as_utf8"
local csv_line = require "credenco.cli.pipeline.csv_line"
local json = require "credenco.base.json"
local output = require "credenco.cli.output"

local M = {}

---@class credenco.cli.RecordsFile
---@field private form table
---@field private columns string[]
---@field private output credenco.cli.Output
---@field private count integer
local RecordsFile = {}
RecordsFile.__index = RecordsFile

-- A key or a server's text may be any bytes, but JSON is UTF-8.
local function encoded(value)
  return json.encode(type(value) == "string" and as_utf8(value) or value)
end

-- The columns in their order, without those that the record does not have.
local function object(columns, record)
  local members = {}
  for _, name in ipairs(columns) do
    if record[name] ~= nil then members[#members + 1] = encoded(name) .. ":" .. encoded(record[name]) end
  end
  return "{" .. table.concat(members, ",") .. "}"
end

local function nothing() return "" end

-- The text before the records, for each of them, and after them.
M.CSV = { head = csv_line.header, each = csv_line.of, foot = nothing }

local JSON_LINES = { head = nothing, foot = nothing,
  each = function(columns, record) return object(columns, record) .. "\n" end }

local function head_of(whole)
  local members = {}
  for name, value in pairs(whole) do
    members[#members + 1] = ("%s:%s,"):format(assert(json.encode(name)), assert(json.encode(value)))
  end
  table.sort(members)
  return "{" .. table.concat(members) .. '"records":['
end

--- A form with the records as the last member of an object.
---@param whole table its other members
---@return table form
function M.inside(whole)
  return {
    head = function() return head_of(whole) end,
    each = function(columns, record, count) return (count == 0 and "\n" or ",\n") .. object(columns, record) end,
    foot = function() return "]}\n" end,
  }
end

--- The form for a file's name: JSON Lines if it ends in .jsonl or .ndjson, else CSV.
---@param path string
---@return table form
function M.form_of(path)
  local extension = path:lower():match "%.(%w+)$"
  return (extension == "jsonl" or extension == "ndjson") and JSON_LINES or M.CSV
end

--- Begins a file.
---@param path string
---@param form table from `form_of` or `inside`
---@param columns string[]
---@return credenco.cli.RecordsFile?
---@return string? err names the file
function M.open(path, form, columns)
  local opened, err = output.open(path)
  local ok = opened
  if opened then ok, err = opened:write(form.head(columns)) end
  if not ok then return nil, err end
  return setmetatable({ form = form, columns = columns, output = opened, count = 0 }, RecordsFile)
end

---@param record table<string, any>
---@return boolean? ok
---@return string? err names the file
function RecordsFile:add(record)
  local ok, err = self.output:write(self.form.each(self.columns, record, self.count))
  self.count = self.count + 1
  return ok, err
end

---@return boolean? ok
---@return string? err names the file
function RecordsFile:finish()
  local ok, err = self.output:write(self.form.foot())
  if not ok then return nil, err end
  return self.output:finish()
end

--- Discards the file.
function RecordsFile:discard()
  self.output:discard()
end

-- Adds every record.
local function add_all(file, next_record)
  for record, err in next_record do
    if not record then return nil, err, true end
    local ok, write_err = file:add(record)
    if not ok then return nil, write_err end
  end
  return true
end

--- Writes records to a file and completes it. After an error the file is unchanged.
---@param file credenco.cli.RecordsFile
---@param next_record fun(): table|false|nil, string? false and an error ends it
---@return boolean? ok
---@return string? err
---@return boolean? is_reading the error is in reading the records, not in writing the file
function M.write(file, next_record)
  local ok, err, is_reading = add_all(file, next_record)
  if ok then ok, err = file:finish() end
  if ok then return true end
  file:discard()
  return nil, err, is_reading
end

return M
