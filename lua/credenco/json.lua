--- JSON that arrives as it was given. lua-cjson reads, and escapes strings; numbers
--- and the shape of tables are written here, because lua-cjson 2.1.0 cuts numbers to
--- 14 digits and has no empty array.

local cjson = require "cjson"
local core = require "credenco.core"

local M = {}

local codec = cjson.new()
codec.decode_invalid_numbers(false)
codec.encode_keep_buffer(true)

local MAX_DEPTH = 64
local MAX_INTEGER = 2 ^ 53 -- beyond it, neighbouring integers are the same double (RFC 8259, 6)

local concat, sort = table.concat, table.sort
local find, format = string.find, string.format
local floor, type, pairs, tonumber = math.floor, type, pairs, tonumber

--- JSON's null, which a Lua table cannot hold as nil.
M.null = cjson.null

local Array = { __name = "credenco.array" }
local Object = { __name = "credenco.object" }

local function marked(mark, items)
  local copy = {}
  for key, value in pairs(items or {}) do copy[key] = value end
  return setmetatable(copy, mark)
end

--- A copy of the list that is written as an array, also when it is empty.
---@param items table?
---@return table
function M.array(items)
  return marked(Array, items)
end

--- A copy of the table that is written as an object, also when it is empty.
---@param members table?
---@return table
function M.object(members)
  return marked(Object, members)
end

-- Every writer appends to `out` and returns nothing, or a problem and the path to it.

local writers = {}

local function write(out, value, depth)
  local writer = writers[type(value)]
  if not writer then return ("a %s has no JSON form"):format(type(value)), "" end
  return writer(out, value, depth)
end

local function is_valid_text(text)
  return not find(text, "[\128-\255]") or core.utf8_valid(text)
end

function writers.string(out, value)
  if not find(value, '[%c"\\\127-\255]') then
    out[#out + 1] = '"' .. value .. '"'
    return
  end
  if not is_valid_text(value) then return "the text is not valid UTF-8", "" end
  out[#out + 1] = codec.encode(value)
end

local function shortest_exact(number)
  for digits = 14, 16 do
    local text = format("%." .. digits .. "g", number)
    if tonumber(text) == number then return text end
  end
  return format("%.17g", number)
end

function writers.number(out, value)
  if value ~= value or value == math.huge or value == -math.huge then
    return "NaN and infinities have no JSON form", ""
  end
  if floor(value) ~= value then
    out[#out + 1] = shortest_exact(value)
    return
  end
  if value > MAX_INTEGER or value < -MAX_INTEGER then
    return "integers beyond 2^53 are not held exactly: give it as text", ""
  end
  out[#out + 1] = format("%.0f", value)
end

function writers.boolean(out, value)
  out[#out + 1] = value and "true" or "false"
end

function writers.userdata(out, value)
  if value ~= M.null then return "a userdata has no JSON form", "" end
  out[#out + 1] = "null"
end

-- "array" and its length, "object" and its keys in order, or nil and a problem.
local function shape(value)
  local keys, count, longest = {}, 0, 0
  for key in pairs(value) do
    if type(key) == "string" then
      keys[#keys + 1] = key
    elseif type(key) == "number" and key >= 1 and floor(key) == key then
      count = count + 1
      if key > longest then longest = key end
    else
      return nil, "keys must be text, or numbers from 1 on"
    end
  end
  if count > 0 and #keys > 0 then return nil, "a table has either text keys or numbers" end
  if count ~= longest then return nil, "a list must have no holes" end
  local mark = getmetatable(value)
  if mark == Array and #keys > 0 then return nil, "an array has no text keys" end
  if mark == Object and count > 0 then return nil, "an object has only text keys" end
  if count > 0 or mark == Array then return "array", count end
  sort(keys)
  return "object", keys
end

local function write_array(out, value, count, depth)
  out[#out + 1] = "["
  for i = 1, count do
    if i > 1 then out[#out + 1] = "," end
    local problem, path = write(out, value[i], depth)
    if problem then return problem, ("[%d]%s"):format(i, path) end
  end
  out[#out + 1] = "]"
end

local function write_object(out, value, keys, depth)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    if i > 1 then out[#out + 1] = "," end
    if writers.string(out, key) then return "a key is not valid UTF-8", "" end
    out[#out + 1] = ":"
    local problem, path = write(out, value[key], depth)
    if problem then return problem, "." .. key .. path end
  end
  out[#out + 1] = "}"
end

function writers.table(out, value, depth)
  if depth >= MAX_DEPTH then return ("nested deeper than %d levels"):format(MAX_DEPTH), "" end
  local kind, detail = shape(value)
  if not kind then return detail, "" end
  local write_members = kind == "array" and write_array or write_object
  return write_members(out, value, detail, depth + 1)
end

--- Writes a value as JSON, or says what cannot be held exactly.
---@param value any
---@return string? json
---@return string? problem
---@return string? path  to the offending value, such as ".address.lines[2]"
function M.encode(value)
  local out = {}
  local problem, path = write(out, value, 0)
  if problem then return nil, problem, path end
  return concat(out)
end

--- Reads JSON. null becomes credenco.null.
---@param text string
---@return any value  nil when the text is not JSON
function M.decode(text)
  local ok, value = pcall(codec.decode, text)
  if ok then return value end
end

return M
