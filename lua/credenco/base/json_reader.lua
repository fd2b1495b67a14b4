--- Reads JSON without loss: a value that Lua cannot hold exactly is an error.
---
--- lua-cjson reads `[]` and `{}` as the same empty table, rounds 9007199254740993, and keeps the last of
--- two members with one name. The issuer must get the claims exactly as in the file.

local core = require "credenco.core"
local json = require "credenco.base.json"

local M = {}

local ARRAY = getmetatable(json.array())

--- Reads one value. Arrays become credenco.array, also empty ones; null becomes credenco.null.
---@param text string UTF-8
---@param mode "exact"|"rounding"|"tolerant"|nil  exact; "rounding" takes numbers that no double holds and more levels,
---  "tolerant" also the last of several members of one name
---@return any value nil when the text cannot be read so
---@return string? problem repeats nothing of the text
---@return integer? at the place of the byte that shows it
function M.value(text, mode)
  return core.json_read(text, ARRAY, mode)
end

--- Reads a document that a person wrote, and names the place of a problem.
---@param text string UTF-8
---@return any value nil if the text cannot be read exactly
---@return string? err the place and the reason; repeats nothing of the text
function M.read(text)
  local value, problem, at = M.value(text)
  if not problem then return value end
  local before = text:sub(1, at - 1)
  local _, newlines = before:gsub("\n", "")
  return nil, ("line %d, column %d: %s"):format(newlines + 1, #before:match("[^\n]*$") + 1, problem)
end

return M
