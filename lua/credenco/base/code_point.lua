--- Characters in UTF-8 and their code points (RFC 3629, 3).

local M = {}

local char, floor = string.char, math.floor
local LEAD = { 0, 0xC0, 0xE0, 0xF0 } -- of a character of so many bytes

---@param character string one, valid
---@return integer code
function M.of(character)
  local code = character:byte() - LEAD[#character]
  for at = 2, #character do code = code * 64 + character:byte(at) - 0x80 end
  return code
end

---@param code integer up to 0x10FFFF
---@return string character
function M.character(code)
  if code < 0x80 then return char(code) end
  local bytes, first = "", code
  local count = code < 0x800 and 2 or code < 0x10000 and 3 or 4
  for _ = 2, count do
    bytes = char(0x80 + first % 64) .. bytes
    first = floor(first / 64)
  end
  return char(LEAD[count] + first) .. bytes
end

return M
