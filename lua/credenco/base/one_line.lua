--- Files that hold one line, such as a key.

local core = require "credenco.core"
local small_file = require "credenco.base.small_file"
local without_bom = require "credenco.base.without_bom"

local M = {}

--- The one line of a text, without the whitespace around it and without a byte-order mark.
---@param text string
---@return string?
---@return string? problem  the end of a sentence
function M.of(text)
  local line = without_bom(text):match "^%s*(.-)%s*$"
  if line == "" then return nil, "holds nothing" end
  if line:find "[\r\n]" then return nil, "holds more than one line" end
  return line
end

--- The one line of a file.
---@param path string
---@return string?
---@return string? problem  the end of a sentence
function M.read(path)
  local text, problem = small_file.read(path)
  if not text then return nil, problem end
  return M.of(text)
end

--- Whether a file can be read more than once. A pipe cannot.
---@param path string
---@return boolean
function M.can_be_read_again(path)
  local place = core.real_path(path)
  return place ~= nil and core.file_type(place) == "file"
end

return M
