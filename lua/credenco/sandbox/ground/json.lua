--- JSON in and out of the sandbox without loss: empty arrays stay arrays, null stays null, numbers keep all 17 digits.
--
-- `credenco.json` is for clients, and refuses values that they must not send. A server must hold what others send:
-- large integers, deep nesting.
local core = require "credenco.core"

local M = {}

--- null, as the core's reader and lua-cjson have it.
M.null = require("cjson").null

local ARRAY = { __name = "json.array" }

--- Marks a table as an array, even if it is empty.
---@generic T: table
---@param list T
---@return T list the same table
function M.array(list)
  return setmetatable(list, ARRAY)
end

--- Whether a decoded or marked table is a JSON array.
---@return boolean
function M.is_array(value)
  return value[1] ~= nil or getmetatable(value) == ARRAY
end

---@return boolean
function M.is_object(value)
  return type(value) == "table" and not M.is_array(value)
end

local function read(text, mode)
  if not core.utf8_valid(text) then
    return nil, "not UTF-8"
  end
  local value, problem = core.json_read(text, ARRAY, mode)
  if problem then
    return nil, "not usable JSON: " .. problem, problem
  end
  return value
end

---@param text string
---@return any? value strings are UTF-8, numbers are finite
---@return string? err
function M.decode(text)
  local value, err = read(text, "tolerant")
  return value, err
end

--- Whether an object in a JSON text has a name twice. `decode` gives the last of such members.
---@return boolean
function M.repeats_a_name(text)
  local _, problem = core.json_read(text, ARRAY, "rounding")
  return problem == "the same name twice in one object"
end

local TOO_DEEP = ("nested deeper than %d levels"):format(core.JSON_DEPTH)

--- Decodes without loss: a name that an object has twice, and a number that no double holds, are errors, up to 64
--- levels deep. Deeper values are read as by `decode`.
---@return any? value
---@return string? err
function M.decode_exactly(text)
  local value, err, problem = read(text, "exact")
  if problem == TOO_DEEP then
    return M.decode(text)
  end
  return value, err
end

--- Decodes a text that must hold a JSON object.
---@return table? object
---@return string? err
function M.decode_object(text)
  local value, err = M.decode(text or "")
  if not M.is_object(value) then
    return nil, err or "not a JSON object"
  end
  return value
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(char)
  return ESCAPES[char] or ("\\u%04x"):format(char:byte())
end

local function encode_string(text)
  return '"' .. text:gsub('[%c"\\\127]', escape) .. '"'
end

local function encode_number(number)
  if number ~= number or number == math.huge or number == -math.huge then
    error("a number that JSON cannot hold")
  end
  if number % 1 == 0 and math.abs(number) <= core.MAX_INTEGER then
    return ("%.0f"):format(number)
  end
  local short = ("%.15g"):format(number)
  return tonumber(short) == number and short or ("%.17g"):format(number)
end

local encode_value

local function encode_list(list, depth)
  local parts = {}
  for index = 1, #list do
    parts[index] = encode_value(list[index], depth)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function encode_object(object, depth)
  local keys, parts = {}, {}
  for key in pairs(object) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for index, key in ipairs(keys) do
    parts[index] = encode_string(key) .. ":" .. encode_value(object[key], depth)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function encode_table(value, depth)
  if depth > core.JSON_TOLERANT_DEPTH then
    error("nested too deeply for JSON")
  end
  if M.is_array(value) then
    return encode_list(value, depth + 1)
  end
  return encode_object(value, depth + 1)
end

function encode_value(value, depth)
  local kind = type(value)
  if value == M.null then
    return "null"
  elseif kind == "string" then
    return encode_string(value)
  elseif kind == "number" then
    return encode_number(value)
  elseif kind == "boolean" then
    return tostring(value)
  elseif kind == "table" then
    return encode_table(value, depth)
  end
  error("no JSON for a " .. kind)
end

--- Sorts keys, so that equal values give equal texts.
---@param value any
---@return string text
function M.encode(value)
  return encode_value(value, 1)
end

return M
