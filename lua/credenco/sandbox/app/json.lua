--- JSON in and out of the sandbox without loss: empty arrays stay arrays, null stays null,
--- numbers keep all 17 digits.
--
-- `credenco.json` is for clients and refuses what they must not send; a server has to hold
-- what others sent: large integers, deep nesting. lua-cjson does the reading, but takes `[]`
-- and `{}` for the same empty table, so the empty arrays are marked before it.
local cjson = require "cjson"
local core = require "credenco.core"

local M = {}

M.null = cjson.null

local decoder = cjson.new()
decoder.decode_max_depth(100)
decoder.decode_invalid_numbers(false)

local ARRAY = { __name = "json.array" }
local EMPTY_ARRAY = "\1credenco.empty-array\1"
local QUOTED_EMPTY_ARRAY = [=[["\u0001credenco.empty-array\u0001"]]=]
local MAX_DEPTH = 100

--- Says that a table is an array even when it is empty.
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

local function end_of_string(text, start)
  local position = start + 1
  while true do
    local found = text:find('["\\]', position)
    if not found then
      return #text
    end
    if text:byte(found) == 0x22 then
      return found
    end
    position = found + 2
  end
end

--- The same text with each `[]` outside strings made visible to the decoder.
local function mark_empty_arrays(text)
  local parts, from, position = {}, 1, 1
  while true do
    local found = text:find('["%[]', position)
    if not found then
      break
    end
    if text:byte(found) == 0x22 then
      position = end_of_string(text, found) + 1
    else
      local closing = text:match("^%[%s*%]()", found)
      if closing then
        parts[#parts + 1] = text:sub(from, found - 1) .. QUOTED_EMPTY_ARRAY
        from = closing
      end
      position = closing or found + 1
    end
  end
  return from == 1 and text or table.concat(parts) .. text:sub(from)
end

local OUT_OF_RANGE = {}

--- Puts the empty arrays back; throws OUT_OF_RANGE at a number such as 1e400, which reads as infinity.
local function restore(value)
  if value == math.huge or value == -math.huge then
    error(OUT_OF_RANGE, 0)
  end
  if type(value) ~= "table" then
    return value
  end
  if value[1] == EMPTY_ARRAY then
    return M.array({})
  end
  for key, child in pairs(value) do
    value[key] = restore(child)
  end
  return value
end

---@param text string
---@return any? value strings are UTF-8, numbers are finite
---@return string? err
function M.decode(text)
  if not core.utf8_valid(text) then
    return nil, "not UTF-8"
  end
  local ok, value = pcall(decoder.decode, mark_empty_arrays(text))
  if not ok then
    return nil, "not valid JSON"
  end
  local restored, outcome = pcall(restore, value)
  if not restored then
    return nil, outcome == OUT_OF_RANGE and "not within the range of numbers here" or outcome
  end
  return outcome
end

--- Whether an object of a JSON text has a name twice; of such members `decode` gives the last.
---@return boolean
function M.repeats_a_name(text)
  local _, problem = core.json_read(text, ARRAY)
  return problem == "the same name twice in one object"
end

--- Decodes what must lose nothing: a name that an object has twice and a number that no double holds are errors, up to
--- 64 levels deep. What is deeper is read like `decode` does.
---@return any? value
---@return string? err
function M.decode_exactly(text)
  if not core.utf8_valid(text) then
    return nil, "not UTF-8"
  end
  local exact, problem = core.json_read(text, ARRAY)
  if not problem then
    return exact
  end
  local value, err = M.decode(text)
  if not err and problem ~= "nested deeper than 64 levels" then
    return nil, "not to be held exactly: " .. problem
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
  if number % 1 == 0 and math.abs(number) < 2 ^ 53 then
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
  if depth > MAX_DEPTH then
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

--- Keys come out sorted, so that equal values give equal texts.
---@param value any
---@return string text
function M.encode(value)
  return encode_value(value, 1)
end

return M
