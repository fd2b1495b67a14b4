--- JSON in and out of the sandbox. `credenco.base.json` is for clients, and refuses values that they must not send. A
--- server must hold what others send: large integers, deep nesting.
local core = require "credenco.core"
local json = require "credenco.base.json"
local reader = require "credenco.base.json_reader"
local writer = require "credenco.base.json_writer"

local M = { null = json.null, array = json.array, is_array = json.is_array }

---@return boolean
function M.is_object(value)
  return type(value) == "table" and not M.is_array(value)
end

--- The kind of a value, by its name in JSON.
---@return "null"|"boolean"|"number"|"string"|"array"|"object"
function M.kind(value)
  if value == M.null then return "null" end
  if type(value) ~= "table" then return type(value) end
  return M.is_array(value) and "array" or "object"
end

local function read(text, mode)
  if not core.utf8_valid(text) then
    return nil, "not UTF-8"
  end
  local value, problem = reader.value(text, mode)
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
  local _, problem = reader.value(text, "rounding")
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

--- Whether tables are nested more than so many levels deep.
---@return boolean
function M.is_deeper(value, levels)
  if type(value) ~= "table" then return false end
  if levels == 0 then return true end
  for _, child in pairs(value) do
    if M.is_deeper(child, levels - 1) then return true end
  end
  return false
end

--- Throws for a value that `decode` would not read again.
---@param value any
---@return string text
function M.encode(value)
  return writer.write(value, M.is_array)
end

return M
