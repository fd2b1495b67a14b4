--- UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing beyond U+10FFFF), and its blanks.
--- Works on bytes with lpeg, because Lua 5.1 and LuaJIT have no utf8 library and that of
--- Lua 5.4 is not asked to refuse surrogates the same way.

local lpeg = require "lpeg"

local M = {}

local continuation = lpeg.R "\128\191"
local character = lpeg.R "\0\127"
  + lpeg.R "\194\223" * continuation
  + lpeg.P "\224" * lpeg.R "\160\191" * continuation
  + (lpeg.R "\225\236" + lpeg.R "\238\239") * continuation * continuation
  + lpeg.P "\237" * lpeg.R "\128\159" * continuation
  + lpeg.P "\240" * lpeg.R "\144\191" * continuation * continuation
  + lpeg.R "\241\243" * continuation * continuation * continuation
  + lpeg.P "\244" * lpeg.R "\128\143" * continuation * continuation

--- One character, as an lpeg pattern.
M.CHARACTER = character

-- What spreadsheets and registers put around text: ASCII's blanks, no-break space, figure space, narrow no-break
-- space, ideographic space, zero-width no-break space.
local blank = lpeg.S " \t\n\v\f\r" + lpeg.P "\194\160" + lpeg.P "\226\128" * lpeg.S "\135\175"
  + lpeg.P "\227\128\128" + lpeg.P "\239\187\191"
local trim = blank ^ 0 * lpeg.C((blank ^ 0 * (1 - blank) ^ 1) ^ 0)
local only_blanks = blank ^ 0 * -1
local SPACE, FIRST_OF_BLANK = 32, 194 -- no blank begins with a byte between them

local valid_prefix = character ^ 0 * lpeg.Cp()

--- The place of the first byte that is not UTF-8.
---@param text string
---@return integer? offset counted from 1; nil when all of it is UTF-8
function M.first_invalid(text)
  if not text:find("[\128-\255]") then return nil end
  local stop = valid_prefix:match(text)
  if stop <= #text then return stop end
end

--- How many characters (code points) a text has.
---@param text string
---@return integer? characters nil when the text is not UTF-8
function M.length(text)
  if not text:find("[\128-\255]") then return #text end
  if M.first_invalid(text) then return nil end
  local _, continuations = text:gsub("[\128-\191]", "")
  return #text - continuations
end

--- A text without the blanks at its ends.
---@param text string
---@return string
function M.trimmed(text)
  if not text:find("^[%s\194\226\227\239]") and not text:find("[%s\128\135\160\175\191]$") then return text end
  return trim:match(text)
end

---@param text string
---@return boolean whether nothing is left of it without blanks
function M.is_blank(text)
  local byte = text:byte()
  if byte and byte > SPACE and byte < FIRST_OF_BLANK then return false end
  return only_blanks:match(text) ~= nil
end

return M
