--- The text of an attribute in an HTTP header field (CloudEvents HTTP binding 1.0.2, 3.1.3.2).

local percent = require "credenco.base.percent"

local M = {}

local NOT_IN_A_HEADER = '[^!#$&-~]'

-- Older senders put a value with spaces between double quotes (RFC 9110, 5.6.4).
local function unquoted(value)
  if value:sub(1, 1) ~= '"' then return value end
  local inner = value:match '^"(.*)"$'
  if not inner or inner:gsub("\\.", ""):find '["\\]' then return nil end
  return (inner:gsub("\\(.)", "%1"))
end

--- Removes quotation marks, then decodes percent escapes, once.
---@param value string
---@return string? text  nil if its quotation marks or escapes are incomplete
function M.decode(value)
  local text = unquoted(value)
  if not text or not percent.is_whole(text) then return nil end
  return percent.decode(text)
end

--- Encodes a text so that every header field may hold it.
---@param text string
---@return string value
function M.encode(text)
  return percent.encode(text, NOT_IN_A_HEADER)
end

return M
