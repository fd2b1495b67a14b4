--- Reads and writes JSON without changing values, with lua-cjson.
---
--- lua-cjson 2.1.0 cuts numbers to 14 digits, has no empty array, and keeps the decimal point of the
--- locale in which it was loaded. So this module checks values first, and gives lua-cjson a placeholder
--- for each value that it would change.

local cjson = require "cjson"
local core = require "credenco.core"

local M = {}

local codec = cjson.new()
codec.decode_invalid_numbers(false)
codec.encode_sparse_array(false, 1, 0)
local encode, decode = codec.encode, codec.decode

local MAX_DEPTH = core.JSON_DEPTH
local MAX_INTEGER = core.MAX_INTEGER
local SAFE_INTEGER = 1e14  -- the largest integer that lua-cjson writes in full

local find, format, utf8_valid, is_plain = string.find, string.format, core.utf8_valid, core.json_plain
local floor, type, next, tonumber, getmetatable = math.floor, type, next, tonumber, getmetatable

--- JSON's null. A Lua table cannot hold nil.
M.null = cjson.null

local Array = { __name = "credenco.array" }
local Object = { __name = "credenco.object" }

local function marked(mark, items)
  local copy = {}
  for key, value in next, items or {} do copy[key] = value end
  return setmetatable(copy, mark)
end

--- Returns a copy of a list, which JSON has as an array also if it is empty. `credenco.null` is JSON's null.
---@param items table? default: an empty list
---@return table
function M.array(items)
  return marked(Array, items)
end

--- Returns a copy of a table, which JSON has as an object also if it is empty.
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
-- A check gives nil if the value is valid, else the problem and the path to it. It sets `state.placeholders` if
-- lua-cjson alone would not write the value exactly, and `state.fractions` if that depends on the locale.

local check

local function check_text(text)
  if not utf8_valid(text) then return "the text is not valid UTF-8" end
end

local function check_number(number, state)
  if number ~= number or number == math.huge or number == -math.huge then
    return "NaN and infinities have no JSON form"
  end
  if floor(number) == number then
    if number > MAX_INTEGER or number < -MAX_INTEGER then
      return "integers beyond 2^53 are not held exactly: give it as text"
    end
    if number >= SAFE_INTEGER or number <= -SAFE_INTEGER then state.placeholders = true end
  else
    state.fractions = true
    if tonumber(format("%.14g", number)) ~= number then state.placeholders = true end
  end
end

local function check_object(value, state, depth)
  for key, member in next, value do
    if type(key) ~= "string" then
      return type(key) == "number" and "a table has either text keys or numbers from 1 on"
        or "keys must be text, or numbers from 1 on", ""
    end
    if not utf8_valid(key) then return "a key is not valid UTF-8", "" end
    local problem, path = check(member, state, depth)
    if problem then return problem, "." .. key .. path end
  end
end

local function check_array(value, state, depth)
  local count = #value
  for key in next, value do
    if type(key) ~= "number" then return "a table has either text keys or numbers from 1 on", "" end
    if key < 1 or key > count or floor(key) ~= key then return "a list must have no holes", "" end
  end
  for i = 1, count do
    if value[i] == nil then return "a list must have no holes", "" end
    local problem, path = check(value[i], state, depth)
    if problem then return problem, ("[%d]%s"):format(i, path) end
  end
  if count == 0 then state.placeholders = true end
end

-- Refuses tables whose metatable shows other contents than they have: they would arrive changed, or empty.
local function is_stand_in(value, mark)
  return type(mark) == "table" and (rawget(mark, "__pairs") ~= nil or rawget(mark, "__len") ~= nil
    or (rawget(mark, "__index") ~= nil and next(value) == nil))
end

--- Whether a table is written as an array. An empty table is one only if it is marked.
---@param value table
---@return boolean
function M.is_array(value)
  local mark = getmetatable(value)
  return is_marked_array(value, mark) or (mark ~= Object and type(next(value)) == "number")
end

local function check_table(value, state, depth)
  if depth >= MAX_DEPTH then return ("nested deeper than %d levels"):format(MAX_DEPTH), "" end
  if is_stand_in(value, getmetatable(value)) then
    return "a table with __pairs, __len or contents elsewhere has no JSON form: copy it", ""
  end
  if M.is_array(value) then return check_array(value, state, depth + 1) end
  return check_object(value, state, depth + 1)
end

function check(value, state, depth)
  local kind = type(value)
  if kind == "string" then return check_text(value), "" end
  if kind == "number" then return check_number(value, state), "" end
  if kind == "table" then return check_table(value, state, depth) end
  if kind == "boolean" or value == M.null then return nil end
  if value == cjson_no_items then
    state.placeholders = true
    return nil
  end
  return ("a %s has no JSON form"):format(kind), ""
end

-- Placeholders ------------------------------------------------------------------

-- Lua writes the decimal point of the current locale.
local function digits_of(number, digits)
  return (format("%." .. digits .. "g", number):gsub("[^%d.e+-]+", "."))
end

local function exact_number(number)
  if floor(number) == number then return format("%.0f", number) end
  for digits = 14, 16 do
    if tonumber(format("%." .. digits .. "g", number)) == number then return digits_of(number, digits) end
  end
  return digits_of(number, 17)
end

-- A copy in which a text that no caller can guess takes the place of each number and empty array.
local function with_placeholders(value, token, texts)
  local is_table = type(value) == "table"
  if type(value) == "number" then
    texts[#texts + 1] = exact_number(value)
    return token .. #texts
  end
  if value == cjson_no_items or is_table and next(value) == nil and is_marked_array(value, getmetatable(value)) then
    texts[#texts + 1] = "[]"
    return token .. #texts
  end
  if not is_table then return value end
  local copy = {}
  for key, member in next, value do copy[key] = with_placeholders(member, token, texts) end
  return copy
end

local function encode_exactly(value)
  local token, texts = core.uuid() .. ":", {}
  local text = encode(with_placeholders(value, token, texts))
  local pattern = '"' .. token:gsub("%-", "%%-") .. '(%d+)"'
  return (text:gsub(pattern, function(index) return texts[tonumber(index)] end))
end

local function writes_points()
  return encode(0.5) == "0.5"
end

--- Writes a value as JSON, or names the value that JSON cannot hold exactly.
---@param value any
---@param around integer?  levels around the caller's own value, which do not count
---@return string? json
---@return string? problem
---@return string? path  to the offending value, such as ".address.lines[2]"
function M.encode(value, around)
  if is_plain(value) then return encode(value) end -- the common case
  local state = {}
  local problem, path = check(value, state, -(around or 0))
  if problem then return nil, problem, path end
  if state.placeholders or (state.fractions and not writes_points()) then return encode_exactly(value) end
  return encode(value)
end

--- Reads JSON. null becomes credenco.null.
---@param text string
---@return any value  nil if the text is not JSON
function M.decode(text)
  local ok, value = pcall(decode, text)
  if ok then return value end
  if type(text) ~= "string" or not find(text, "%d%.%d") then return nil end
  cjson.new() -- makes lua-cjson look at the locale again
  ok, value = pcall(decode, text)
  if ok then return value end
end

-- Big integers in responses ------------------------------------------------------------

local BACKSLASH = ("\\"):byte()

-- The end of the string that begins at `quote`.
local function end_of_string(text, quote)
  local at = quote
  while true do
    at = find(text, '["\\]', at + 1)
    if not at then return #text end
    if text:byte(at) ~= BACKSLASH then return at end
    at = at + 1 -- skips the escaped byte
  end
end

local function quoted_if_big(number)
  if not find(number, "^%-?%d+$") or math.abs(tonumber(number)) < MAX_INTEGER then return number end
  return '"' .. number .. '"'
end

-- The same JSON, with text in place of the integers that a Lua number cannot hold.
local function with_big_integers_as_text(text)
  local parts, at = {}, 1
  while at <= #text do
    local quote = find(text, '"', at, true) or #text + 1
    parts[#parts + 1] = text:sub(at, quote - 1):gsub("%-?%d[%d.eE+-]*", quoted_if_big)
    local last = end_of_string(text, quote)
    parts[#parts + 1] = text:sub(quote, last)
    at = math.max(last, quote) + 1
  end
  return table.concat(parts)
end

local DIGITS_OF_BIG = ("%d"):rep(16)

--- Reads JSON. An integer that a Lua number cannot hold exactly becomes its digits as text.
---@param text string
---@return any value  nil if the text is not JSON
function M.decode_exactly(text)
  return M.decode(find(text, DIGITS_OF_BIG) and with_big_integers_as_text(text) or text)
end

return M
