--- Makes text of any bytes into text that JSON, Prometheus and terminals take.

local core = require "credenco.core"

--- The same text if it is UTF-8; otherwise the text with a "?" in place of each byte beyond ASCII.
---@param text string
---@return string
return function(text)
  if core.utf8_valid(text) then return text end
  return (text:gsub("[\128-\255]", "?"))
end
