--- UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
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

return M
