--- base64url without padding, RFC 4648 section 5, as JOSE uses it.
local M = {}

local TO_URL = { ["+"] = "-", ["/"] = "_", ["="] = "" }
local FROM_URL = { ["-"] = "+", ["_"] = "/" }

---@param bytes string
---@return string
function M.encode(bytes)
  return (ngx.encode_base64(bytes):gsub("[+/=]", TO_URL))
end

---@param text string
---@return string? bytes nil if the text is not base64url
function M.decode(text)
  if type(text) ~= "string" or text:find "[^%w%-_]" then
    return nil
  end
  return ngx.decode_base64((text:gsub("[-_]", FROM_URL)) .. ("="):rep(-#text % 4))
end

return M
