--- Reasons to refuse a line before it is parsed.

local core = require "credenco.core"

local M = {}

--- Advice for a file with the line ends of an old Macintosh.
M.CARRIAGE_RETURNS = "its lines end in carriage returns alone, as on an old Macintosh: "
  .. "make them line feeds, as in  tr '\\r' '\\n' < FILE > NEW"

--- The problem of the bytes of one line or record, or nil.
---@param raw string
---@return string? flaw
function M.flaw(raw)
  local zero = raw:find("\0", 1, true)
  if not zero and core.utf8_valid(raw) then return nil end
  if zero then
    return ("a NUL byte at byte %d: the file is damaged there, or not UTF-8 text"):format(zero)
  end
  local offset = core.utf8_flaw(raw)
  if offset then
    return ("not UTF-8 at byte %d (0x%02X): save the file as UTF-8"):format(offset, raw:byte(offset))
  end
end

return M
