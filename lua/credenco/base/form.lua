--- Names and values as a URL's query and a form have them, `+` and space percent-encoded (RFC 3986, 2.1).

local core = require "credenco.core"
local sorted_keys = require "credenco.base.sorted_keys"

local encode = core.encode

--- In the order of the names.
---@param fields table<string, string>
---@return string? text nil when a part is too long to be encoded
return function(fields)
  local parts = {}
  for i, name in ipairs(sorted_keys(fields)) do
    local encoded, value = encode(name), encode(fields[name])
    if not encoded or not value then return nil end
    parts[i] = encoded .. "=" .. value
  end
  return table.concat(parts, "&")
end
