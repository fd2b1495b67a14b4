--- Values that are valid but probably a mistake: text that was read in the wrong encoding, invisible characters, a
--- stray quote that swallowed lines, a key that a spreadsheet has shortened. Reports the line and column, never the
--- value.

local lpeg = require "lpeg"
local sorted_keys = require "credenco.base.sorted_keys"
local utf8_text = require "credenco.base.utf8_text"

local M = {}

-- The two characters that a non-ASCII letter becomes if its UTF-8 is read as Windows-1252: first U+00C2 or U+00C3, then
-- one that is not a letter in Windows-1252; or three characters, for a quotation mark.
local SECOND = lpeg.P "\194" * lpeg.R "\128\191" + lpeg.P "\197" * lpeg.S "\146\147\160\161\184\189\190"
  + lpeg.P "\198\146" + lpeg.P "\203" * lpeg.S "\134\156" + lpeg.P "\226" * lpeg.S "\128\130\132"
local TWICE = lpeg.P "\195" * lpeg.S "\130\131" * SECOND + lpeg.P "\195\162\226\130\172"
local DECODED_TWICE = (1 - TWICE) ^ 0 * TWICE

local REPLACED = "\239\191\189"
local SHORTENED = "^[+-]?%d+[.,]?%d*[eE]%+?%d+$"

local function of_text(text)
  if DECODED_TWICE:match(text) then
    return "was decoded twice, as Ã© for é: save the file again as UTF-8, or name its encoding"
  end
  if text:find(REPLACED, 1, true) then return "has U+FFFD, which replaces a letter that was lost" end
  local control = text:match "[%z\1-\8\11\12\14-\31\127]"
  if control then return ("has the control character 0x%02X"):format(control:byte()) end
  local code, at = utf8_text.hidden(utf8_text.trimmed(text))
  return code and ("has the invisible character %s as character %d"):format(code, at)
end

-- The first suspicious thing about a value, or about a value in it.
local function of_value(value)
  if type(value) == "string" then return of_text(value) end
  if type(value) ~= "table" then return nil end
  for name, member in pairs(value) do
    local what = of_value(member) or type(name) == "string" and of_text(name)
    if what then return what end
  end
end

-- Few lines have a control or non-ASCII character, or an escape for one.
local function may_have_any(item)
  return item.raw:find "[\1-\8\11\12\14-\31\127-\255]" or item.raw:find "\\[ubf]"
end

local function lines_of(item)
  return select(2, item.raw:gsub("\n.", ""))
end

--- The suspicious things about a record.
---@param item credenco.pipeline.Item
---@param key? string its business key
---@param format string of the source
---@return { column?: string, what: string }[]
function M.of(item, key, format)
  local found = {}
  local more = format == "csv" and lines_of(item) or 0
  if more > 0 then
    found[1] = { what = ("spans %d lines: a quote may have been opened here by mistake"):format(more + 1) }
  end
  if key and key:find(SHORTENED) then
    found[#found + 1] = { column = "(key)", what = "is a number that a spreadsheet shortened: digits are lost" }
  end
  if not may_have_any(item) then return found end
  for _, name in ipairs(sorted_keys(item.record)) do
    local what = of_value(item.record[name])
    if what then found[#found + 1] = { column = tostring(name), what = what } end
  end
  return found
end

return M
