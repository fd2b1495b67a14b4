--- JSON that arrives exactly as it was given. A value for which that is impossible is refused.
---
--- The core reads JSON. lua-cjson writes plain values, because it is fast. But lua-cjson 2.1.0 cuts numbers to 14 digits,
--- has no empty array, and writes the decimal point of the locale in which it was loaded. So
--- `credenco.base.json_writer` writes all other values.

local cjson = require "cjson"
local core = require "credenco.core"
local writer = require "credenco.base.json_writer"

local M = {}

local encode = cjson.new().encode

local MAX_DEPTH = core.JSON_DEPTH
local MAX_INTEGER = core.MAX_INTEGER

local utf8_valid, is_plain = core.utf8_valid, core.json_plain
local floor, type, next, getmetatable = math.floor, type, next, getmetatable

--- JSON's null. A Lua table cannot hold nil.
M.null = cjson.null

local Array = { __name = "credenco.array" }
local Object = { __name = "credenco.object" }

local function marked(mark, items)
  local copy = {}
  for key, value in next, items or {} do copy[key] = value end
  return setmetatable(copy, mark)
end

--- Returns a copy of a list. In JSON it is an array, even if it is empty. `credenco.null` is JSON's null.
---@param items table? default: an empty list
---@return table
function M.array(items)
  return marked(Array, items)
end

--- Returns a copy of a table. In JSON it is an object, even if it is empty.
---@param members table? default: an empty object
---@return table
function M.object(members)
  return marked(Object, members)
end

-- OpenResty's lua-cjson marks arrays in its own way.
local cjson_array, cjson_empty_array, cjson_no_items = cjson.array_mt, cjson.empty_array_mt, cjson.empty_array

-- Whether a table has the mark of a list.
local function is_marked_array(value, mark)
  if mark == nil then return false end
  return mark == Array or mark == cjson_array or mark == cjson_empty_array and next(value) == nil
end

-- Checking ----------------------------------------------------------------------
-- A check returns nil if the value is fine, else the problem and the path to the value.

local check

local function check_text(text)
  if not utf8_valid(text) then return "the text is not valid UTF-8" end
end

local function check_number(number)
  if number ~= number or number == math.huge or number == -math.huge then
    return "NaN and infinities have no JSON form"
  end
  if number > MAX_INTEGER or number < -MAX_INTEGER then
    return "integers beyond 2^53 are not held exactly: give the integer as text"
  end
end

local function check_object(value, depth)
  for key, member in next, value do
    if type(key) ~= "string" then
      return type(key) == "number" and "a table has either text keys or numbers from 1 on"
        or "keys must be text, or numbers from 1 on", ""
    end
    if not utf8_valid(key) then return "a key is not valid UTF-8", "" end
    local problem, path = check(member, depth)
    if problem then return problem, "." .. key .. path end
  end
end

local function check_array(value, depth)
  local count = #value
  for key in next, value do
    if type(key) ~= "number" then return "a table has either text keys or numbers from 1 on", "" end
    if key < 1 or key > count or floor(key) ~= key then return "a list must have no holes", "" end
  end
  for i = 1, count do
    if value[i] == nil then return "a list must have no holes", "" end
    local problem, path = check(value[i], depth)
    if problem then return problem, ("[%d]%s"):format(i, path) end
  end
end

-- Refuses tables whose metatable shows other contents than they have: they would arrive changed, or empty.
local function is_stand_in(value, mark)
  return type(mark) == "table" and (rawget(mark, "__pairs") ~= nil or rawget(mark, "__len") ~= nil
    or (rawget(mark, "__index") ~= nil and next(value) == nil))
end

--- Whether a value is written as an array; an empty table only when it says so.
---@param value any
---@return boolean
function M.is_array(value)
  if type(value) ~= "table" then return value ~= nil and value == cjson_no_items end
  local mark = getmetatable(value)
  return is_marked_array(value, mark) or (mark ~= Object and type(next(value)) == "number")
end

local function check_table(value, depth)
  if depth >= MAX_DEPTH then return ("nested deeper than %d levels"):format(MAX_DEPTH), "" end
  if is_stand_in(value, getmetatable(value)) then
    return "a table with __pairs, __len or contents elsewhere has no JSON form: copy it", ""
  end
  if M.is_array(value) then return check_array(value, depth + 1) end
  return check_object(value, depth + 1)
end

function check(value, depth)
  local kind = type(value)
  if kind == "string" then return check_text(value), "" end
  if kind == "number" then return check_number(value), "" end
  if kind == "table" then return check_table(value, depth) end
  if kind == "boolean" or value == M.null then return nil end
  if M.is_array(value) then return nil end
  return ("a %s has no JSON form"):format(kind), ""
end

-- Writing and reading -------------------------------------------------------------

--- Writes a value as JSON, or names the value that JSON cannot hold exactly.
---@param value any
---@param around integer?  levels around the caller's own value, which do not count
---@return string? json
---@return string? problem
---@return string? path  to the offending value, such as ".address.lines[2]"
function M.encode(value, around)
  if is_plain(value) then return encode(value) end
  local problem, path = check(value, -(around or 0))
  if problem then return nil, problem, path end
  return writer.write(value, M.is_array)
end

--- Reads a server's JSON. Arrays, empty ones too, are credenco.array, null is credenco.null, and an integer that no
--- number holds exactly is the text of its digits.
---@param text any
---@return any value  nil when it is not JSON
function M.decode(text)
  if type(text) ~= "string" then return nil end
  return (core.json_read(text, Array, "digits"))
end

return M
