--- What text files are refused for, in words that say what to do.

local core = require "credenco.core"
local utf8_text = require "credenco.pipeline.utf8_text"

local M = {}

local BOM = "\239\187\191"
local FOREIGN = {
  { "\255\254", "the file is UTF-16, not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")" },
  { "\254\255", "the file is UTF-16, not UTF-8: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")" },
  { "PK\3\4", "the file is a spreadsheet or an archive, not text: export it as CSV (UTF-8)" },
  { "SQLite format 3", 'the file is a SQLite database: say what to read of it, as --query "SELECT * FROM company"' },
  { "\31\139", "the file is compressed: pipe it in, as in  zcat FILE | credenco run WORKFLOW -" },
}

-- Whether it takes more bytes to know what these are the first of. A stream may be long in giving them.
local function is_unclear(text)
  for _, foreign in ipairs(FOREIGN) do
    if #text < #foreign[1] and foreign[1]:sub(1, #text) == text then return true end
  end
  return #text < #BOM and BOM:sub(1, #text) == text
end

--- Looks at the first bytes: steps over a byte-order mark, refuses what is no UTF-8 text.
---@param window credenco.pipeline.Buffer
---@return string? flaw
function M.beginning(window)
  while is_unclear(window.text) do
    local more, err = window:fill()
    if err then return err end
    if not more then break end
  end
  for _, foreign in ipairs(FOREIGN) do
    if window.text:sub(1, #foreign[1]) == foreign[1] then return foreign[2] end
  end
  if window.text:sub(1, #BOM) == BOM then window.from = #BOM + 1 end
end

--- What is wrong with the bytes of one line or record.
---@param raw string
---@return string? flaw
function M.flaw(raw)
  local zero = raw:find("\0", 1, true)
  if not zero and core.utf8_valid(raw) then return nil end
  if zero then
    return ("a NUL byte at byte %d: the file is damaged there, or not UTF-8 text"):format(zero)
  end
  local offset = utf8_text.first_invalid(raw)
  if offset then
    return ("not UTF-8 at byte %d (0x%02X): save the file as UTF-8"):format(offset, raw:byte(offset))
  end
end

return M
