--- The header fields that a user may add to requests: the option `headers`.

local auth_schemes = require "credenco.base.auth_schemes"
local core = require "credenco.core"

local M = {}

-- Fields that this library writes itself, or that another option sets.
local OURS = {
  accept = "is set by the client", authorization = "is for api_key and oauth2",
  ["content-type"] = "is set by the client", ["user-agent"] = "is the option user_agent", host = "is set by the client",
  connection = "is set by the client", ["content-length"] = "is set by the client",
  ["transfer-encoding"] = "is set by the client", te = "is set by the client", trailer = "is set by the client",
  upgrade = "is set by the client", expect = "is set by the client", ["keep-alive"] = "is set by the client",
  ["proxy-authorization"] = "is for the option proxy", ["proxy-connection"] = "is set by the client",
  ["accept-encoding"] = "would change the responses", range = "would change the responses",
  traceparent = "is the option traceparent",
}
for _, scheme in ipairs(auth_schemes.LIST) do OURS[scheme.field] = OURS[scheme.field] or "is for api_key" end

-- Servers allow about as much for all header fields of a request.
local ALL_MAX_BYTES = 16384

local function shown(name)
  return "'" .. tostring(name):gsub("[%c\127-\255]", "?") .. "'"
end

local function problem_with_one(name, value)
  if type(name) ~= "string" then return "must have names" end
  local ours = OURS[name:lower()]
  if ours then return ("must not have %s, which %s"):format(shown(name), ours) end
  if type(value) ~= "string" then return ("must have text for %s, not %s"):format(shown(name), type(value)) end
  if value == "" then return ("must have text for %s"):format(shown(name)) end
  if core.has_control(value) then return ("must not hold control bytes in %s"):format(shown(name)) end
  if not core.fields { [name] = value } then return ("cannot have %s"):format(shown(name)) end
end

--- Says why such a table is not valid, or nil. Shows no value.
---@param headers table<string, string>
---@return string?
function M.problem_with(headers)
  local bytes, seen, problem = 0, {}, nil
  for name, value in pairs(headers) do
    local found = problem_with_one(name, value)
    local folded = type(name) == "string" and name:lower() or name
    if not found and seen[folded] then found = ("must not have %s twice"):format(shown(folded)) end
    if found and (not problem or found < problem) then problem = found end
    seen[folded] = true
    if not found then bytes = bytes + #name + #value + 4 end
  end
  if not problem and bytes > ALL_MAX_BYTES then
    problem = ("must have at most %d bytes in all"):format(ALL_MAX_BYTES)
  end
  return problem
end

--- Reads the lines `Name: value` of a text. Ignores empty lines, and lines that begin with #.
---@param text string
---@return table<string, string>? headers
---@return string? problem  the end of a sentence; shows no value
function M.parse(text)
  local headers, number = {}, 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    local name, value = line:match "^([^%s:]+):[ \t]*(.-)[ \t]*$"
    if name and headers[name] then return nil, ("has %s twice"):format(shown(name)) end
    if name then
      headers[name] = value
    elseif line:find "%S" and not line:find "^#" then
      return nil, ("must have 'Name: value' in line %d"):format(number)
    end
  end
  return headers
end

return M
