--- Text from a server: makes it safe to show, and recognises web pages.

local as_utf8 = require "credenco.base.as_utf8"
local core = require "credenco.core"
local json = require "credenco.base.json"

local M = {}

--- A text that can be shown: without an incomplete character at its end, and with "?" for bytes that are not UTF-8.
---@param text string
---@return string
function M.valid_utf8(text)
  if core.utf8_valid(text) then return text end
  local whole = text:gsub("[\192-\255][\128-\191]*$", "")
  return core.utf8_valid(whole) and whole or as_utf8(text)
end

--- Whether a body holds markup, at any position and in any width of characters (a page in UTF-16 has a NUL beside each
--- letter). JSON that quotes markup is not a page.
---@param body string
---@return boolean
function M.is_web_page(body)
  if not body:gsub("%z", ""):find("<[%a!?/]") then return false end
  return json.decode(body) == nil
end

return M
