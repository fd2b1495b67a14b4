--- The width for output.
local core = require "credenco.core"

local M = {}

local NARROWEST = 20

--- The characters in a line: from COLUMNS, or from the terminal.
---@param fd integer 1 or 2
---@return integer? columns nil without a terminal, or if it does not know
function M.columns(fd)
  local given = tonumber((os.getenv "COLUMNS" or ""):match "^%d+$")
  local columns = given or core.terminal_columns(fd) or 0
  return columns >= NARROWEST and columns or nil
end

return M
