--- Base64, RFC 4648: reading only.
local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local VALUE = {}
for index = 1, #ALPHABET do
  VALUE[ALPHABET:sub(index, index)] = index - 1
end

local function decode_quad(a, b, c, d)
  local bits = ((VALUE[a] * 64 + VALUE[b]) * 64 + (VALUE[c] or 0)) * 64 + (VALUE[d] or 0)
  local bytes = string.char(math.floor(bits / 65536), math.floor(bits / 256) % 256, bits % 256)
  return bytes:sub(1, c == "=" and 1 or d == "=" and 2 or 3)
end

---@param text string padded, without white space
---@return string? bytes nil when the text is not base64, or empty
function M.decode(text)
  local body, padding = text:match "^([%w+/]+)(=?=?)$"
  if not body or (#body + #padding) % 4 ~= 0 then
    return nil
  end
  return (text:gsub("(.)(.)(.)(.)", decode_quad))
end

return M
