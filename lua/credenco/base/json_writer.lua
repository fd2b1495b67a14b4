--- Writes JSON (RFC 8259) without losing anything: a number with all the digits that it needs, the members of an object
--- in the order of their names, so that equal values give equal texts. Its callers check the values.
---
--- It needs no rock, since it also writes the error that a rock is missing.

local core = require "credenco.core"
local decimal = require "credenco.base.decimal"
local sorted_keys = require "credenco.base.sorted_keys"

local M = {}

local write

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(char)
  return ESCAPES[char] or ("\\u%04x"):format(char:byte())
end

local function quoted(text)
  if text:find "[\128-\255]" then text = require("credenco.base.as_utf8")(text) end
  return '"' .. text:gsub('[%c"\\]', escape) .. '"'
end

local ALL_DIGITS = 1e17 -- a double has 17 at the most
local FORMATS = { "%.14g", "%.15g", "%.16g", "%.17g" }

local function digits_of(number)
  if number % 1 == 0 and math.abs(number) < ALL_DIGITS then return ("%.0f"):format(number) end
  local text, value
  for _, format in ipairs(FORMATS) do
    text, value = decimal.text(format, number)
    if value == number then break end
  end
  return text
end

local function written_number(number)
  if number ~= number or math.abs(number) == math.huge then error "no JSON for NaN and infinities" end
  return digits_of(number)
end

local function written_array(list, is_array, levels)
  local items = {}
  for i = 1, #list do items[i] = write(list[i], is_array, levels) end
  return "[" .. table.concat(items, ",") .. "]"
end

local function written_object(object, is_array, levels)
  local members = {}
  for i, name in ipairs(sorted_keys(object)) do
    members[i] = quoted(name) .. ":" .. write(object[name], is_array, levels)
  end
  return "{" .. table.concat(members, ",") .. "}"
end

local WRITERS = { string = quoted, number = written_number, boolean = tostring }

-- Light userdata stand for null, and in OpenResty's lua-cjson for an empty array.
function WRITERS.userdata(value, is_array)
  return is_array(value) and "[]" or "null"
end

function WRITERS.table(value, is_array, levels)
  if levels == 0 then error "nested too deeply for JSON" end
  return (is_array(value) and written_array or written_object)(value, is_array, levels - 1)
end

function write(value, is_array, levels)
  local written = WRITERS[type(value)]
  if not written then error("no JSON for a " .. type(value)) end
  return written(value, is_array, levels)
end

--- In text that is not UTF-8, writes "?" in place of the bytes beyond ASCII. Throws for a value that JSON cannot hold,
--- or that is nested more deeply than our reader accepts.
---@param value any
---@param is_array fun(value: table|userdata): boolean
---@return string json
function M.write(value, is_array)
  return write(value, is_array, core.JSON_TOLERANT_DEPTH)
end

return M
