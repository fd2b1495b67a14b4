--- Makes text of any bytes into text that JSON, Prometheus and terminals take.

local core = require "credenco.core"

--- The same text where it is UTF-8; else with a "?" for each byte beyond ASCII.
---@param text string
---@return string
return function(text)
  if core.utf8_valid(text) then return text end
  return (text:gsub("[\128-\255]", "?"))
end
