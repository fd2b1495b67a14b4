--- The parts of a Content-Type that matter for an event (RFC 9110, 8.3.1).

local M = {}

local TOKEN = "[%w!#$%%&'*+.^_`|~-]+"
local TYPE = "^%s*(" .. TOKEN .. "/" .. TOKEN .. ")%s*(.*)$"
local PARAMETER = "^(" .. TOKEN .. ")=(.*)$"
local VALUE, QUOTED_VALUE = "^(" .. TOKEN .. ")%s*(.*)$", '^"([^"\\]*)"%s*(.*)$'

-- The next parameter, if there is one, and the text behind it; nil if it cannot be read.
local function parameter_of(text)
  local rest = text:match "^;%s*(.*)$"
  if not rest then return nil end
  local name, behind = rest:match(PARAMETER)
  if not name then return rest end
  local value, after = behind:match(VALUE)
  if not value then value, after = behind:match(QUOTED_VALUE) end
  return after, name:lower(), value
end

---@class credenco.MediaType
---@field name string      type and subtype, in lower case
---@field charset string?  in lower case

--- Reads a Content-Type. Refuses one with two charsets, which can be read in two ways.
---@param text string
---@return credenco.MediaType?  nil if it cannot be read
function M.read(text)
  local name, rest = text:match(TYPE)
  if not name then return nil end
  local charset, parameter, value
  while rest ~= "" do
    rest, parameter, value = parameter_of(rest)
    if not rest or charset and parameter == "charset" then return nil end
    if parameter == "charset" then charset = value:lower() end
  end
  return { name = name:lower(), charset = charset }
end

--- Whether its content is JSON (JSON event format 1.0.2, 3.1.1).
---@param media_type credenco.MediaType
---@return boolean
function M.is_json(media_type)
  return media_type.name:find "/json$" ~= nil or media_type.name:find "%+json$" ~= nil
end

--- Whether its text is UTF-8: by its charset, of which ASCII is a part, or as JSON without one.
---@param media_type credenco.MediaType
---@return boolean
function M.is_utf8(media_type)
  local charset = media_type.charset
  return charset == nil or charset == "utf-8" or charset == "us-ascii"
end

return M
