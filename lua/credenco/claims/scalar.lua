--- The scalar types of claims: which values each accepts, and how it describes a valid value.
---
--- A type is `{ options, check(options), fits(options), read(value, options) }`. `read` returns the claim's value. If
--- the value does not fit, it returns nil, what was found (unless the kind of the value says it), and what would fit
--- (unless the rule's own `fits` says it); the value itself must not reach a message. `quick(options)` returns a
--- function that accepts the common values that need no change. `check` sets `options.calls` if `read` calls a function
--- of the author, which may throw.

local core = require "credenco.core"
local date = require "credenco.claims.date"
local json = require "credenco.base.json"
local kind = require "credenco.claims.kind"
local lists = require "credenco.base.lists"
local pattern_flaw = require "credenco.claims.pattern"
local range_flaw = require "credenco.claims.range"
local sorted_keys = require "credenco.base.sorted_keys"
local utf8_text = require "credenco.base.utf8_text"

local COUNT = require("credenco.base.options").COUNT
local contains, trimmed = lists.contains, utf8_text.trimmed
local MAX_EXACT = core.MAX_INTEGER - 1 -- a reader turns its neighbour beyond MAX_INTEGER into MAX_INTEGER

local FORMS = {
  collapse = function(text) return (text:gsub("%s+", " ")) end,
  upper = string.upper,
  lower = string.lower,
  digits = function(text) return (text:gsub("%D", "")) end,
  alphanumeric = function(text) return (text:gsub("[^%w]", "")) end,
}

local function as_list(value)
  return type(value) == "table" and value or { value }
end

local function apply_forms(text, forms)
  for _, form in ipairs(forms) do
    text = (FORMS[form] or form)(text)
    if type(text) ~= "string" then return nil end
  end
  return text
end

local function check_forms(options)
  options.form = as_list(options.form)
  for _, form in ipairs(options.form) do
    if type(form) ~= "function" and not FORMS[form] then
      local known = table.concat(sorted_keys(FORMS), ", ")
      return ("form: %q is neither a function nor one of %s"):format(tostring(form), known)
    end
    options.calls = options.calls or type(form) == "function"
  end
end

local function check_pattern(options)
  local flaw = options.pattern and pattern_flaw(options.pattern)
  return flaw and "pattern: " .. flaw
end

local function texts_flaw(options, name)
  for _, item in pairs(options[name] or {}) do
    if type(item) ~= "string" then return ("%s: must be a list of texts, and has a %s"):format(name, type(item)) end
  end
end

local function length_phrase(low, high)
  local unit = (high or low) == 1 and "character" or "characters"
  if low and high then
    return low == high and ("%d %s"):format(low, unit) or ("%d to %d %s"):format(low, high, unit)
  end
  if low then return ("at least %d %s"):format(low, unit) end
  if high then return ("at most %d %s"):format(high, unit) end
end

local text = {
  options = {
    trim = { type = "boolean" }, form = { type = { "string", "table", "function" } }, pattern = { type = "string" },
    length = COUNT, min_length = COUNT, max_length = COUNT, one_of = { type = "table" },
  },
}

function text.check(options)
  if options.length then
    options.min_length, options.max_length = options.length, options.length
  end
  -- required text is never empty
  if options.required and (options.min_length or options.max_length) then
    options.min_length = math.max(options.min_length or 1, 1)
  end
  return range_flaw(options, "min_length", "max_length") or check_pattern(options) or texts_flaw(options, "one_of")
    or check_forms(options)
end

function text.fits(options)
  if options.one_of then return "one of: " .. table.concat(options.one_of, ", ") end
  local parts = { "text" }
  local length = length_phrase(options.min_length, options.max_length)
  if length then parts[#parts + 1] = "of " .. length end
  if options.pattern then parts[#parts + 1] = ("that matches %s"):format(options.pattern) end
  return table.concat(parts, " ")
end

-- Plain text needs no trimming, and has as many characters as bytes.
local is_plain = core.plain_text

function text.quick(options)
  local asks = options.form[1] or options.min_length or options.max_length or options.pattern or options.one_of
  return not asks and is_plain or nil
end

-- The text after trimming and forms, and its number of characters; nil if a form returns no text.
local function left_of(value, options)
  if not options.form[1] and is_plain(value) then return value, #value end
  if options.trim ~= false then value = trimmed(value) end
  value = apply_forms(value, options.form)
  return value, value and utf8_text.length(value)
end

-- A pattern may be too complex for Lua with a certain text. That text does not fit.
local function matches(value, pattern)
  local ok, first = pcall(value.find, value, pattern)
  return ok and first
end

local function fits_text(value, length, options)
  return length >= (options.min_length or 0) and length <= (options.max_length or math.huge)
    and (not options.pattern or matches(value, options.pattern))
    and (not options.one_of or contains(options.one_of, value))
end

function text.read(value, options)
  if type(value) ~= "string" then return nil end
  local left, length = left_of(value, options)
  if length and fits_text(left, length, options) then return left end
  return nil, kind.of(left) .. (options.form[1] and " after its form" or "")
end

local function range_phrase(noun, options)
  local low, high = options.min, options.max
  if low and high then return ("%s from %.14g to %.14g"):format(noun, low, high) end
  if low then return ("%s of at least %.14g"):format(noun, low) end
  if high then return ("%s of at most %.14g"):format(noun, high) end
  return noun
end

local function in_range(value, options)
  return value >= (options.min or -math.huge) and value <= (options.max or math.huge)
end

local EXACT_WHOLE = ("a whole number from %.0f to %.0f"):format(-MAX_EXACT, MAX_EXACT)
local EXACT = "a number of at most 15 digits, because more would be rounded"
local SURELY_EXACT = 16 -- a point among 15 digits, which every double holds

local function digits_that_count(written)
  return (written:gsub("e.*", ""):gsub("%D", ""):gsub("^0+", ""):gsub("0+$", ""))
end

-- Whether the number has all the digits of the text.
local function is_exact(value, written)
  return #written <= SURELY_EXACT or digits_that_count(written) == digits_that_count(json.encode(value))
end

-- Lua 5.4 prints a whole float as 1.0, so this returns an integer if Lua has integers. Adding 0 turns -0 into 0.
local to_integer = rawget(math, "tointeger") or function(value) return value + 0 end

local integer = { options = { min = { type = "number" }, max = { type = "number" } } }

function integer.check(options)
  return range_flaw(options, "min", "max")
end

function integer.fits(options)
  return range_phrase("a whole number", options)
end

function integer.read(value, options)
  if type(value) == "string" then
    local digits = trimmed(value):match("^[+-]?%d+$")
    value = digits and tonumber((digits:gsub("^%+", "")))
  end
  if type(value) ~= "number" or value ~= value or value % 1 ~= 0 or not in_range(value, options) then return nil end
  if value > MAX_EXACT or value < -MAX_EXACT then return nil, nil, EXACT_WHOLE end
  return to_integer(value)
end

local number = { options = { min = { type = "number" }, max = { type = "number" }, decimal = { type = "string" } } }

function number.check(options)
  options.decimal = options.decimal or "."
  if options.decimal ~= "." and options.decimal ~= "," then return 'decimal: must be "." or ","' end
  return range_flaw(options, "min", "max")
end

function number.fits(options)
  local noun = options.decimal == "," and "a number with a decimal comma" or "a number"
  return range_phrase(noun, options)
end

function number.read(value, options)
  local digits
  if type(value) == "string" then
    local whole, fraction = trimmed(value):match("^([+-]?%d+)%" .. options.decimal .. "?(%d*)$")
    digits = whole and (whole:gsub("^%+", "")) .. (fraction ~= "" and "." .. fraction or "")
    value = tonumber(digits)
  end
  if type(value) ~= "number" or value ~= value or value == math.huge or value == -math.huge then return nil end
  if not in_range(value, options) then return nil end
  if value % 1 == 0 and math.abs(value) > MAX_EXACT then return nil, nil, EXACT_WHOLE end
  if digits and not is_exact(value, digits) then return nil, nil, EXACT end
  return value % 1 == 0 and to_integer(value) or value
end

local function lower_words(words)
  local lower = {}
  for i, word in ipairs(words) do lower[i] = word:lower() end
  return lower
end

local boolean = { options = { yes = { type = "table" }, no = { type = "table" } } }

function boolean.check(options)
  local flaw = texts_flaw(options, "yes") or texts_flaw(options, "no")
  if flaw then return flaw end
  options.yes = lower_words(options.yes or { "true", "yes", "1" })
  options.no = lower_words(options.no or { "false", "no", "0" })
end

function boolean.fits(options)
  return ("one of: %s, %s"):format(table.concat(options.yes, ", "), table.concat(options.no, ", "))
end

function boolean.read(value, options)
  if type(value) == "boolean" then return value end
  if type(value) ~= "string" then return nil end
  local word = trimmed(value):lower()
  if contains(options.yes, word) then return true end
  if contains(options.no, word) then return false end
end

local calendar_date = { options = { notation = { type = "string" } } }

function calendar_date.check(options)
  options.notation = options.notation or "YYYY-MM-DD"
  if not date.is_notation(options.notation) then
    return ("notation: %q is none of %s"):format(options.notation, table.concat(date.notations(), ", "))
  end
end

function calendar_date.fits(options)
  return "a date written as " .. options.notation
end

function calendar_date.read(value, options)
  if type(value) ~= "string" then return nil end
  local day, written = date.read(trimmed(value), options.notation)
  if not written then return day end
  return nil, "a day that is not in the calendar", "a day of the calendar, written as " .. options.notation
end

return { text = text, integer = integer, number = number, boolean = boolean, date = calendar_date }
