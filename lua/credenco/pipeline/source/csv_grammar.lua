--- The grammar of a CSV record (RFC 4180) for each delimiter, and the reason if text does not follow it.

local lpeg = require "lpeg"

local M = {}

--- The delimiters to try if no line names one.
---@type string[]
M.DELIMITERS = { ",", ";", "\t" }

local QUOTE = lpeg.P '"'
local QUOTED = QUOTE * (lpeg.P '""' + (1 - QUOTE)) ^ 0 * QUOTE
local LINE_BREAK = lpeg.P "\r\n" + lpeg.P "\n"

local function plain(delimiter)
  return (1 - lpeg.S(delimiter .. '"\r\n')) ^ 0
end

local function record_of(delimiter)
  local quoted = QUOTE * lpeg.Cs((lpeg.P '""' / '"' + (1 - QUOTE)) ^ 0) * QUOTE
  local field = quoted + lpeg.C(plain(delimiter))
  return lpeg.Ct(field * (lpeg.P(delimiter) * field) ^ 0) * LINE_BREAK * lpeg.Cp()
end

-- Steps over complete fields, to find where and why a record is broken.
local function field_skipper(delimiter)
  return ((QUOTED + plain(delimiter)) * lpeg.P(delimiter)) ^ 0 * lpeg.Cp()
end

--- A pattern for each delimiter: matches a record with its line break, and gives its fields and the position behind it.
---@type table<string, userdata>
M.records = {}

local skippers = {}
for _, delimiter in ipairs(M.DELIMITERS) do
  M.records[delimiter], skippers[delimiter] = record_of(delimiter), field_skipper(delimiter)
end

local behind_quoted = QUOTED * lpeg.Cp()

--- Why no record begins at `from`, and the position of the flaw. A flaw at the end of the text may vanish with more
--- bytes.
---@param text string
---@param from integer
---@param delimiter string
---@return string why
---@return integer at
function M.diagnose(text, from, delimiter)
  local at = skippers[delimiter]:match(text, from)
  if text:sub(at, at) == '"' then
    local closing = behind_quoted:match(text, at)
    if not closing then return "a quote is opened and never closed", #text end
    return 'text follows a closing quote: write a quote inside a field twice, as ""', closing
  end
  local odd = text:find('["\r\n]', at) or #text
  if text:sub(odd, odd) == '"' then
    return "a quote inside a field that does not begin with one: quote the whole field", odd
  end
  return "a carriage return without a line feed", odd
end

return M
