--- Writes JSON (RFC 8259) without losing anything: a number with all the digits that it needs, the members of an object
--- in the order of their names, so that equal values give equal texts. What a value may be is for its callers to check.
---
--- It needs no rock, since it also writes the error that a rock is missing.

local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(char)
  return ESCAPES[char] or ("\\u%04x"):format(char:byte())
end

local function quoted(text)
  if text:find "[\128-\255]" then text = require("credenco.base.as_utf8")(text) end
  return '"' .. text:gsub('[%c"\\\127]', escape) .. '"'
end

local ALL_DIGITS = 1e17 -- a double has 17 at the most
local FORMATS = { "%.14g", "%.15g", "%.16g", "%.17g" }

local function digits_of(number)
  if number % 1 == 0 and math.abs(number) < ALL_DIGITS then return ("%.0f"):format(number) end
  local text
  for _, format in ipairs(FORMATS) do
    text = format:format(number)
    if tonumber(text) == number then break end
  end
  return (text:gsub("[^%d.e+-]+", ".")) -- Lua writes the decimal point of the program's locale
end

local function written_number(number)
  if number ~= number or math.abs(number) == math.huge then error "no JSON for NaN and infinities" end
  return digits_of(number)
end

local function written_array(list, is_array)
  local items = {}
  for i = 1, #list do items[i] = M.write(list[i], is_array) end
  return "[" .. table.concat(items, ",") .. "]"
end

local function written_object(object, is_array)
  local members = {}
  for i, name in ipairs(sorted_keys(object)) do
    members[i] = quoted(name) .. ":" .. M.write(object[name], is_array)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

local WRITERS = { string = quoted, number = written_number, boolean = tostring }

-- Light userdata stand for null, and in OpenResty's lua-cjson for an empty array.
function WRITERS.userdata(value, is_array)
  return is_array(value) and "[]" or "null"
end

function WRITERS.table(value, is_array)
  return (is_array(value) and written_array or written_object)(value, is_array)
end

--- Text that is not UTF-8 is written with "?" in place of the bytes beyond ASCII. What JSON cannot hold throws.
---@param value any
---@param is_array fun(value: table|userdata): boolean
---@return string json
function M.write(value, is_array)
  local write = WRITERS[type(value)]
  if not write then error("no JSON for a " .. type(value)) end
  return write(value, is_array)
end

return M
