--- Any bytes as text that both databases hold: UTF-8 without NUL stays as it is, everything else becomes
--- hexadecimal after a mark.

local hex = require "credenco.base.hex"
local text_check = require "credenco.pipeline.source.text_check"

local M = {}

local MARK = "\\x"

---@param bytes string
---@return string
function M.encode(bytes)
  if bytes:sub(1, #MARK) ~= MARK and not text_check.flaw(bytes) then return bytes end
  return MARK .. hex.encode(bytes)
end

local function byte_of(pair)
  return string.char(tonumber(pair, 16))
end

---@param text string
---@return string
function M.decode(text)
  if text:sub(1, #MARK) ~= MARK then return text end
  return (text:sub(#MARK + 1):gsub("%x%x", byte_of))
end

return M
