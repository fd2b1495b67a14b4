--- Base64, RFC 4648.

local core = require "credenco.core"

local M = {}

---@param bytes string
---@return string
function M.encode(bytes)
  return core.base64_encode(bytes)
end

--- Base64 for URLs and file names (RFC 4648, 5), without padding, as in JOSE.
---@param bytes string
---@return string
function M.encode_url(bytes)
  return core.base64_encode(bytes, true)
end

---@param text string padded, without whitespace
---@return string? bytes nil if the text is not base64, or empty
function M.decode(text)
  local body, padding = text:match "^([%w+/]+)(=?=?)$"
  if not body or (#body + #padding) % 4 ~= 0 then return nil end
  return core.base64_decode(body)
end

--- Decodes text without padding, in either alphabet. A last character that completes no byte does not count.
---@param text string
---@return string? bytes
function M.decode_loosely(text)
  return core.base64_decode(text)
end

--- Decodes the text of `encode_url`.
---@param text any
---@return string? bytes nil when the value is not such a text
function M.decode_url(text)
  if type(text) ~= "string" or text:find "[^%w_-]" or #text % 4 == 1 then return nil end
  return core.base64_decode(text)
end

return M
