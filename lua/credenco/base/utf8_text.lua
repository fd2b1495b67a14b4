--- UTF-8 text: its characters, its whitespace, and its invisible characters. `credenco.core` checks whether bytes are
--- UTF-8.

local code_point = require "credenco.base.code_point"
local core = require "credenco.core"
local lpeg = require "lpeg"

local M = {}

-- Unicode's whitespace beyond ASCII: U+0085, 00A0, 1680, 2000 to 200A, 2028, 2029, 202F, 205F, 3000.
local wide_space = lpeg.P "\194" * lpeg.S "\133\160" + lpeg.P "\225\154\128"
  + lpeg.P "\226\128" * (lpeg.R "\128\138" + lpeg.S "\168\169\175") + lpeg.P "\226\129\159"
  + lpeg.P "\227\128\128"

-- Whitespace, and the characters without width that spreadsheets put around text (U+200B, 2060, FEFF).
local blank = lpeg.S " \t\n\v\f\r" + wide_space + lpeg.P "\226\128\139" + lpeg.P "\226\129\160"
  + lpeg.P "\239\187\191"

-- Invisible characters: U+0080 to 009F (quotation marks of windows-1252 in a wrong encoding), 00AD, 034F, 061C,
-- 115F, 1160, 17B4, 17B5, 180B to 180F, 200B to 200F, 2028 to 202E, 2060 to 206F, 2800, 3164, FE00 to FE0F, FEFF, FFA0,
-- FFF9 to FFFB, 1D173 to 1D17A, E0001 to E007F, E0100 to E01EF.
local hidden = lpeg.P "\194" * (lpeg.R "\128\159" + lpeg.P "\173")
  + lpeg.P "\205\143" + lpeg.P "\216\156"
  + lpeg.P "\225\133" * lpeg.S "\159\160" + lpeg.P "\225\158" * lpeg.S "\180\181"
  + lpeg.P "\225\160" * lpeg.R "\139\143"
  + lpeg.P "\226\128" * (lpeg.R "\139\143" + lpeg.R "\168\174")
  + lpeg.P "\226\129" * lpeg.R "\160\175" + lpeg.P "\226\160\128"
  + lpeg.P "\227\133\164"
  + lpeg.P "\239\184" * lpeg.R "\128\143" + lpeg.P "\239\187\191"
  + lpeg.P "\239\190\160" + lpeg.P "\239\191" * lpeg.R "\185\187"
  + lpeg.P "\240\157\133" * lpeg.R "\179\186"
  + lpeg.P "\243\160" * (lpeg.S "\128\129" + lpeg.R "\132\135") * lpeg.R "\128\191"

local function trimmer(outside)
  return outside ^ 0 * lpeg.C((outside ^ 0 * (1 - outside) ^ 1) ^ 0)
end

local trim, trim_name = trimmer(blank), trimmer(blank + hidden)
local only_blanks = blank ^ 0 * -1
local to_hidden = (1 - hidden) ^ 0 * lpeg.Cp() * lpeg.C(hidden)
local to_unseen = (1 - hidden - wide_space) ^ 0 * lpeg.Cp() * lpeg.C(hidden + wide_space)
local SPACE, FIRST_OF_BLANK = 32, 194 -- no whitespace begins with a byte between them

--- The number of characters (code points) of a text.
---@param text string
---@return integer? characters nil if the text is not UTF-8
function M.length(text)
  if not text:find("[\128-\255]") then return #text end
  if not core.utf8_valid(text) then return nil end
  local _, continuations = text:gsub("[\128-\191]", "")
  return #text - continuations
end

--- A text without the whitespace at its ends.
---@param text string
---@return string
function M.trimmed(text)
  local may_begin = text:find "^[%s\194\225-\227\239]"
  if not may_begin and not text:find "[%s\128-\139\159\160\168\169\175\191]$" then return text end
  return trim:match(text)
end

--- A name or a key without the whitespace and the invisible characters at its ends.
---@param text string
---@return string
function M.bare(text)
  if not text:find "[\128-\255]" then return M.trimmed(text) end
  return trim_name:match(text)
end

-- The code point of one character, as U+200B.
local function code_of(one)
  return ("U+%04X"):format(code_point.of(one))
end

local function first_of(pattern, text)
  if not text:find "[\128-\255]" then return nil end
  local at, one = pattern:match(text)
  if at then return code_of(one), (M.length(text:sub(1, at - 1)) or 0) + 1 end
end

--- The first invisible character.
---@param text string UTF-8
---@return string? code as U+200B
---@return integer? at the number of the character, from 1
function M.hidden(text)
  return first_of(to_hidden, text)
end

--- The first character that is invisible or looks like a space.
---@param text string UTF-8
---@return string? code
---@return integer? at
function M.unseen(text)
  return first_of(to_unseen, text)
end

local function in_brackets(one) return "<" .. code_of(one) .. ">" end
local written_out = lpeg.Cs(((hidden + wide_space) / in_brackets + 1) ^ 0)

--- A name for people to read, with its invisible characters written out.
---@param text string
---@return string
function M.shown(text)
  return (written_out:match(text):gsub("\r?\n", "\\n"):gsub("%c", "?"))
end

---@param text string
---@return boolean whether it is empty or only whitespace
function M.is_blank(text)
  local byte = text:byte()
  if byte and byte > SPACE and byte < FIRST_OF_BLANK then return false end
  return only_blanks:match(text) ~= nil
end

return M
