--- Any bytes as text that both databases can hold: UTF-8 without NUL stays as it is, anything else becomes hexadecimal
--- behind a mark.

local core = require "credenco.core"
local hex = require "credenco.base.hex"

local M = {}

local MARK = "\\x"

local function is_text(bytes)
  return core.utf8_valid(bytes) and not bytes:find("\0", 1, true)
end

---@param bytes string
---@return string
function M.encode(bytes)
  if bytes:sub(1, #MARK) ~= MARK and is_text(bytes) then return bytes end
  return MARK .. hex.encode(bytes)
end

---@param text string
---@return string
function M.decode(text)
  if text:sub(1, #MARK) ~= MARK then return text end
  return hex.decode(text:sub(#MARK + 1)) or text
end

return M
