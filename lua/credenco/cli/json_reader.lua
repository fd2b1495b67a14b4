--- Reads JSON without losing anything: what cannot be held exactly is an error, not an approximation.
---
--- lua-cjson reads `[]` and `{}` into the same empty table, rounds 9007199254740993, and keeps the last of
--- two members of one name. Claims have to arrive at the issuer as they stand in the file.
local credenco = require "credenco"

local M = {}

M.MAX_DEPTH = 64

local value_at -- value_at(text, position, depth) --> value, position after it

local function fail(text, position, message)
  local before = text:sub(1, position - 1)
  local _, newlines = before:gsub("\n", "")
  local column = #before:match("[^\n]*$") + 1
  error({ json = ("line %d, column %d: %s"):format(newlines + 1, column, message) }, 0)
end

local function skip_space(text, position)
  return text:match("^[ \t\r\n]*()", position)
end

-- The digits that count and the power of ten they stand at: equal for "1e2", "100" and "100.0".
local function digits_and_exponent(number)
  local whole, fraction, exponent = number:match "^%-?(%d+)%.?(%d*)[eE]?([+-]?%d*)$"
  local digits = (whole .. fraction):gsub("^0+", "")
  local kept = digits:gsub("0+$", "")
  return kept, kept == "" and 0 or (tonumber(exponent) or 0) - #fraction + #digits - #kept
end

local function is_exact(number, value)
  if value - value ~= 0 then -- infinite
    return false
  end
  local digits, exponent = digits_and_exponent(number)
  for precision = 15, 17 do
    local held_digits, held_exponent = digits_and_exponent(("%." .. (precision - 1) .. "e"):format(value))
    if digits == held_digits and exponent == held_exponent then
      return true
    end
  end
  return false
end

local function number_at(text, position)
  local number, after = text:match("^(%-?%d+%.?%d*[eE]?[+-]?%d*)()", position)
  local whole, rest = (number or ""):match "^%-?(%d+)(.*)$"
  local well_formed = whole and not whole:find "^0%d"
    and (rest == "" or rest:find "^%.%d+$" or rest:find "^[eE][+-]?%d+$" or rest:find "^%.%d+[eE][+-]?%d+$")
  if not well_formed then
    fail(text, position, "not a JSON value")
  end
  local value = tonumber(number)
  if not is_exact(number, value) then
    fail(text, position, "this number cannot be held exactly; send it as a string")
  end
  return value, after
end

local ESCAPES = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local function utf8_of(code)
  if code < 0x80 then
    return string.char(code)
  end
  local tail, first_limit, bytes = {}, 0x40, code
  repeat
    table.insert(tail, 1, string.char(0x80 + bytes % 0x40))
    bytes, first_limit = math.floor(bytes / 0x40), first_limit / 2
  until bytes < first_limit
  return string.char(0x100 - 2 * first_limit + bytes) .. table.concat(tail)
end

local function unicode_escape_at(text, position)
  local code = tonumber(text:match("^\\u(%x%x%x%x)", position) or fail(text, position, "a broken \\u escape"), 16)
  if code < 0xD800 or code > 0xDFFF then
    return utf8_of(code), position + 6
  end
  local low = tonumber(text:match("^\\u(%x%x%x%x)", position + 6) or "", 16)
  if code > 0xDBFF or not low or low < 0xDC00 or low > 0xDFFF then
    fail(text, position, "half of a surrogate pair")
  end
  return utf8_of(0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00), position + 12
end

local function escape_at(text, position)
  if text:sub(position + 1, position + 1) == "u" then
    return unicode_escape_at(text, position)
  end
  local escaped = ESCAPES[text:sub(position + 1, position + 1)]
  if not escaped then
    fail(text, position, "an unknown escape")
  end
  return escaped, position + 2
end

local function string_at(text, start)
  local parts, position = {}, start + 1
  while true do
    local plain, after = text:match('^([^"\\%c]*)()', position)
    parts[#parts + 1] = plain
    local byte = text:sub(after, after)
    if byte == '"' then
      return table.concat(parts), after + 1
    elseif byte == "\127" then
      parts[#parts + 1], position = byte, after + 1
    elseif byte == "\\" then
      parts[#parts + 1], position = escape_at(text, after)
    else
      fail(text, after, byte == "" and "the string has no end" or "a control character in a string")
    end
  end
end

-- Reads what stands between `start`, a bracket, and its closing one; `item_at` reads one item.
local function items_at(text, start, closing, item_at)
  local position = skip_space(text, start + 1)
  if text:sub(position, position) == closing then
    return position + 1
  end
  while true do
    position = skip_space(text, item_at(position))
    local byte = text:sub(position, position)
    if byte == closing then
      return position + 1
    elseif byte ~= "," then
      fail(text, position, ("\",\" or \"%s\" expected"):format(closing))
    end
    position = skip_space(text, position + 1)
  end
end

local function array_at(text, start, depth)
  local array = {}
  local after = items_at(text, start, "]", function(position)
    local value, next_position = value_at(text, position, depth)
    array[#array + 1] = value
    return next_position
  end)
  return credenco.array(array), after
end

local function object_at(text, start, depth)
  local object = {}
  local after = items_at(text, start, "}", function(position)
    if text:sub(position, position) ~= '"' then
      fail(text, position, "a member's name expected")
    end
    local name, colon = string_at(text, position)
    if object[name] ~= nil then
      fail(text, position, "the same name twice in one object")
    end
    colon = skip_space(text, colon)
    if text:sub(colon, colon) ~= ":" then
      fail(text, colon, '":" expected')
    end
    local value, next_position = value_at(text, skip_space(text, colon + 1), depth)
    object[name] = value
    return next_position
  end)
  return credenco.object(object), after
end

local LITERALS = { ["true"] = true, ["false"] = false, null = credenco.null }

function value_at(text, position, depth)
  local byte = text:sub(position, position)
  if byte == '"' then
    return string_at(text, position)
  elseif byte == "{" or byte == "[" then
    if depth == M.MAX_DEPTH then
      fail(text, position, ("nested deeper than %d"):format(M.MAX_DEPTH))
    end
    return (byte == "{" and object_at or array_at)(text, position, depth + 1)
  end
  local word, after = text:match("^(%a+)()", position)
  if word and LITERALS[word] ~= nil then
    return LITERALS[word], after
  end
  return number_at(text, position)
end

local function document(text)
  local value, after = value_at(text, skip_space(text, 1), 0)
  after = skip_space(text, after)
  if after <= #text then
    fail(text, after, "nothing may follow the value")
  end
  return value
end

---@param text string
---@return any value nil when the text cannot be read exactly
---@return string? err where and why; repeats nothing of the text
function M.read(text)
  local ok, value = pcall(document, text)
  if ok then
    return value
  elseif type(value) ~= "table" then
    error(value, 0)
  end
  return nil, value.json
end

return M
