--- Percent coding (RFC 3986, 2.1). A `+` is a plus. `credenco.core`'s `encode` encodes everything but the unreserved
--- characters.

local M = {}

local function code_of(byte)
  return ("%%%02X"):format(byte:byte())
end

local function byte_of(digits)
  return string.char(tonumber(digits, 16))
end

--- Encodes the bytes of a class.
---@param text string
---@param class string a Lua pattern of one byte
---@return string
function M.encode(text, class)
  return (text:gsub(class, code_of))
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
