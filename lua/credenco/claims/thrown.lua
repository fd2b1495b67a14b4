--- Describes the error of a function of the workflow's author: its file and line and, if Lua itself threw it, Lua's
--- message, such as `attempt to index a nil value (field 'x')`. Such a message holds only types and the program's own
--- names. A message that the function throws itself may quote the record, and is left out.

local forbidden = require "credenco.base.forbidden"

local MOST_LEVELS = 50
local UNKNOWN = "an unknown place"

-- Lua 5.4 does string arithmetic in this C library, LuaJIT does it in the VM.
local ARITHMETIC = {}
for name, fn in pairs(getmetatable "") do ARITHMETIC[fn] = name end

local NULL = "; JSON's null and SQL's NULL are credenco.null, a userdata"

-- The author wrote the messages of `error` and `assert`, whatever they look like.
local function words_of(problem, raiser)
  local ours = forbidden.message_in(problem)
  if ours then return ours end
  if type(problem) ~= "string" or raiser.what == "C" and not ARITHMETIC[raiser.func] then return nil end
  local words = problem:match ": (attempt to .*)$"
  local types = words and words:gsub("%l%l+ '[^']*'", "") -- without the names of fields
  return types and types:find "userdata" and words .. NULL or words
end

local OUR_DIRECTORY = debug.getinfo(1, "S").source:match("^(.*[/\\])claims[/\\]") or "@?"

-- A text in a message that looks like a place counts only if it is on the stack: "at 12:30: ..." may be the record's.
-- The author's functions are those between here and our call. LuaJIT has no frame for a function that ends in `return
-- error(...)`.
local function place_of(problem)
  local said = type(problem) == "string" and problem:match("^(.-:%d+):")
  local nearest
  for level = 3, MOST_LEVELS do
    local info = debug.getinfo(level, "Slf")
    if not info or info.func == xpcall then break end
    local told = info.currentline > 0 and info.source:find(OUR_DIRECTORY, 1, true) ~= 1
    local place = told and ("%s:%d"):format(info.short_src, info.currentline)
    if place and place == said then return place end
    nearest = nearest or place
  end
  return nearest or UNKNOWN
end

---@param problem any
---@return string place for xpcall
return function(problem)
  local place, words = place_of(problem), words_of(problem, debug.getinfo(2, "Sf"))
  return words and place .. ": " .. words or place
end
