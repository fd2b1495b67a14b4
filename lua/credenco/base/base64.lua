--- Base64, RFC 4648.
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

local function character(value)
  return ALPHABET:sub(value + 1, value + 1)
end

local function encode_triple(a, b, c)
  local bits = (a:byte() * 256 + (b:byte() or 0)) * 256 + (c:byte() or 0)
  return character(math.floor(bits / 262144)) .. character(math.floor(bits / 4096) % 64)
    .. (b == "" and "=" or character(math.floor(bits / 64) % 64)) .. (c == "" and "=" or character(bits % 64))
end

---@param bytes string
---@return string
function M.encode(bytes)
  return (bytes:gsub("(.)(.?)(.?)", encode_triple))
end

local FOR_URLS = { ["+"] = "-", ["/"] = "_", ["="] = "" }

--- Base64 for URLs and file names (RFC 4648, 5), without padding, as in JOSE.
---@param bytes string
---@return string
function M.encode_url(bytes)
  return (M.encode(bytes):gsub("[+/=]", FOR_URLS))
end

---@param text string padded, without whitespace
---@return string? bytes nil if the text is not base64, or empty
function M.decode(text)
  local body, padding = text:match "^([%w+/]+)(=?=?)$"
  if not body or (#body + #padding) % 4 ~= 0 then
    return nil
  end
  return (text:gsub("(.)(.)(.)(.)", decode_quad))
end

return M
