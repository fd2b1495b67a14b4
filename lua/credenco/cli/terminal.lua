--- How wide what is written may be.
local core = require "credenco.core"

local M = {}

local NARROWEST = 20

--- The characters of a line: what COLUMNS says, else the terminal.
---@param fd integer 1 or 2
---@return integer? columns nil where there is no terminal, or it does not know
function M.columns(fd)
  local given = tonumber((os.getenv "COLUMNS" or ""):match "^%d+$")
  local columns = given or core.terminal_columns(fd) or 0
  return columns >= NARROWEST and columns or nil
end

return M
