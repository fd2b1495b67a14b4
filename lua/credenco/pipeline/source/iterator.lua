--- Any Lua iterator of records as a source: an array, a generator, a closure.

local json = require "credenco.base.json"

local M = {}

---@class credenco.pipeline.Records : credenco.pipeline.Source
local Records = {}
Records.__index = Records

local function over_array(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

---@param records table[]|fun(): table?
---@param options { name: string }
---@return credenco.pipeline.Source
function M.open(records, options)
  local iterate = type(records) == "table" and over_array(records) or records
  return setmetatable({ name = options.name, format = "records", iterate = iterate, row = 0 }, Records)
end

--- The next record. An error of the iterator ends the source, as an error of its own.
---@return credenco.pipeline.Item?
---@return string? err
function Records:next()
  local ok, record = pcall(self.iterate)
  if not ok then return nil, "the iterator of records failed: " .. tostring(record) end
  if record == nil then return nil end
  self.row = self.row + 1
  local item = { line = self.row, raw = "" }
  if type(record) ~= "table" then
    item.broken = "the iterator gave a " .. type(record) .. " where a record (a table) is needed"
    return item
  end
  local encoded, err = json.encode(record)
  if encoded then
    item.raw, item.record = encoded .. "\n", record
  else
    item.broken = "a record that cannot be written down as JSON: " .. tostring(err)
  end
  return item
end

--- Asks for no more records.
function Records:close() self.iterate = function() return nil end end

return M
