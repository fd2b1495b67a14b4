--- Percent coding (RFC 3986, 2.1). A `+` stays a plus sign. For URLs of the client, which have a limit, use `encode` of
--- `credenco.core`.

local M = {}

local RESERVED = "[^A-Za-z0-9%-._~]"

local function code_of(byte)
  return ("%%%02X"):format(byte:byte())
end

local function byte_of(digits)
  return string.char(tonumber(digits, 16))
end

--- Encodes all but the unreserved characters, or the bytes of a class of your own.
---@param text string
---@param class string? a Lua pattern of one byte
---@return string
function M.encode(text, class)
  return (text:gsub(class or RESERVED, code_of))
end

--- Decodes escapes. A `%` without two digits stays as it is.
---@param text string
---@return string
function M.decode(text)
  return (text:gsub("%%(%x%x)", byte_of))
end

---@param text string
---@return boolean whether each `%` has its two digits
function M.is_whole(text)
  return not text:gsub("%%%x%x", ""):find("%", 1, true)
end

return M
