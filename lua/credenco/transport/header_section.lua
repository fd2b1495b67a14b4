--- A request's header fields in their form on the wire, written once for each table: a client uses the same few tables
--- again and again, and never changes one.

local core = require "credenco.core"

local NONE = {}
local WEAK_KEYS = { __mode = "k" }

--- Makes the function that writes them.
---@param user_agent string?  for headers without one
---@return fun(headers: table<string, string>?): any, string?  prepared fields, or nil and a code
return function(user_agent)
  local written = setmetatable({}, WEAK_KEYS)

  return function(headers)
    headers = headers or NONE
    local fields, code = written[headers], nil
    if not fields then
      local named = { ["user-agent"] = user_agent }
      for name, value in pairs(headers) do named[name] = value end
      fields, code = core.fields(named)
      written[headers] = fields
    end
    return fields, code
  end
end
