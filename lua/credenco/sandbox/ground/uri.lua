--- Query strings, forms and paths. A `+` stays a plus sign: form-style decoding breaks URLs.
local percent = require "credenco.base.percent"

local M = {}

--- The parameters of a raw query string. The first of repeated names counts.
---@return table<string, string>
function M.query(text)
  local parameters = {}
  for pair in (text or ""):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name = percent.decode(name)
    parameters[name] = parameters[name] or percent.decode(value)
  end
  return parameters
end

--- A form body (application/x-www-form-urlencoded), where a `+` is a space, as in OAuth (RFC 6749, 3.2): a parameter
--- without a value counts as absent, and a repeated one is an error.
---@param text string
---@return table<string, string>? parameters
---@return string? err
function M.form(text)
  local parameters, seen = {}, {}
  for pair in text:gsub("%+", "%%20"):gmatch "[^&]+" do
    local name, value = pair:match "^([^=]*)=?(.*)$"
    name = percent.decode(name)
    if seen[name] then
      return nil, "a parameter is given more than once"
    end
    seen[name], parameters[name] = true, value ~= "" and percent.decode(value) or nil
  end
  return parameters
end

--- The decoded segments of a raw path: "/a/b%2Fc" is { "a", "b/c" }.
---@return string[]
function M.segments(path)
  local segments = {}
  for segment in path:gmatch "[^/]+" do
    segments[#segments + 1] = percent.decode(segment)
  end
  return segments
end

return M
