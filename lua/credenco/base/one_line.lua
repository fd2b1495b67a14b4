--- Files that hold one line, such as a key.

local core = require "credenco.core"

local M = {}

local MAX_BYTES = 65536
local BYTE_ORDER_MARK = "^\239\187\191"

--- The one line of a text, without the whitespace around it and without a byte-order mark.
---@param text string
---@return string?
---@return string? problem  the end of a sentence
function M.of(text)
  local line = text:gsub(BYTE_ORDER_MARK, ""):match "^%s*(.-)%s*$"
  if line == "" then return nil, "holds nothing" end
  if line:find "[\r\n]" then return nil, "holds more than one line" end
  return line
end

--- The one line of a file.
---@param path string
---@return string?
---@return string? problem  the end of a sentence
function M.read(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, "cannot be opened: " .. err end
  local text
  text, err = file:read(MAX_BYTES + 1)
  file:close()
  if err then return nil, "cannot be read: " .. err end
  if #(text or "") > MAX_BYTES then return nil, ("is longer than %d bytes"):format(MAX_BYTES) end
  return M.of(text or "")
end

--- Whether a file can be read again and again. A pipe cannot.
---@param path string
---@return boolean
function M.can_be_read_again(path)
  local place = core.real_path(path)
  return place ~= nil and core.file_type(place) == "file"
end

return M
