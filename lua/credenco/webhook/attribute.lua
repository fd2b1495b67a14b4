--- The attributes of a CloudEvent, from any source (CloudEvents 1.0.2, "Context Attributes").

local core = require "credenco.core"
local options = require "credenco.base.options"

local M = {}

M.SPECVERSION = "1.0"
local IDENTIFIERS = { "id", "source", "type" }

--- Whether an attribute may have this name. `data` is the event's content.
---@param name string
---@return boolean
function M.is_name(name)
  return name:find "^[a-z0-9]+$" ~= nil and name ~= "data"
end

-- U+0080 to U+009F are the only characters that UTF-8 writes as C2 and one of these bytes.
local function text_problem(text)
  if not core.utf8_valid(text) then return "is not valid UTF-8" end
  if core.has_control(text) or text:find "\194[\128-\159]" then return "holds control characters" end
end

--- The problem of an event's attributes: an invalid value, or a missing attribute.
---@param attributes table<string, string|number|boolean>
---@return string? problem
function M.problem_of(attributes)
  if attributes.specversion == nil then return "specversion is missing" end
  if attributes.specversion ~= M.SPECVERSION then return "specversion must be " .. M.SPECVERSION end
  for _, name in ipairs(IDENTIFIERS) do
    local value = attributes[name]
    if value == nil then return name .. " is missing" end
    local problem = type(value) ~= "string" and "must be text" or options.identifier(value)
    if problem then return name .. " " .. problem end
  end
  for name, value in pairs(attributes) do
    local problem = type(value) == "string" and text_problem(value)
    if problem then return name .. " " .. problem end
  end
end

return M
