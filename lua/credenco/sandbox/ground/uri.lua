--- Percent coding and query strings. A `+` is a plus: form-style decoding breaks URLs.
local M = {}

local function encode_byte(char)
  return ("%%%02X"):format(char:byte())
end

--- Everything but the unreserved characters of RFC 3986 is encoded, in upper-case hex.
function M.encode(text)
  return (text:gsub("[^%w%-._~]", encode_byte))
end

local function decode_byte(hex)
  return string.char(tonumber(hex, 16))
end

function M.decode(text)
  return (text:gsub("%%(%x%x)", decode_byte))
end

--- The parameters of a raw query string; of a repeated name the first counts.
---@return table<string, string>
function M.query(text)
  local parameters = {}
  for pair in (text or ""):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name = M.decode(name)
    parameters[name] = parameters[name] or M.decode(value)
  end
  return parameters
end

--- A form body (application/x-www-form-urlencoded), where a `+` is a space, as OAuth reads it (RFC 6749, 3.2): a
--- parameter without a value is none, and one that is repeated is an error.
---@param text string
---@return table<string, string>? parameters
---@return string? err
function M.form(text)
  local parameters, seen = {}, {}
  for pair in text:gsub("%+", "%%20"):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name = M.decode(name)
    if seen[name] then
      return nil, "a parameter is given more than once"
    end
    seen[name], parameters[name] = true, value ~= "" and M.decode(value) or nil
  end
  return parameters
end

--- The decoded segments of a raw path: "/a/b%2Fc" is { "a", "b/c" }.
---@return string[]
function M.segments(path)
  local segments = {}
  for segment in path:gmatch "[^/]+" do
    segments[#segments + 1] = M.decode(segment)
  end
  return segments
end

return M
