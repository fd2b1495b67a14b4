--- Where a function of the workflow's author failed: file and line, and Lua's own words where it was Lua that
--- complained, as `attempt to index a nil value (field 'x')`. Those hold types and the program's own names. What a
--- function throws itself may quote the record, and is left out.

local forbidden = require "credenco.base.forbidden"

local MOST_LEVELS = 50
local UNKNOWN = "an unknown place"

-- Lua 5.4 has string's arithmetic here, LuaJIT has it in itself.
local ARITHMETIC = {}
for name, fn in pairs(getmetatable "") do ARITHMETIC[fn] = name end

local NULL = "; JSON's null and SQL's NULL are credenco.null, a userdata"

-- What `error` and `assert` throw has been written by the author, whatever it looks like.
local function words_of(problem, raiser)
  if type(problem) == "string" and problem:sub(-#forbidden.EXIT) == forbidden.EXIT then return forbidden.EXIT end
  if type(problem) ~= "string" or raiser.what == "C" and not ARITHMETIC[raiser.func] then return nil end
  local words = problem:match ": (attempt to .*)$"
  local types = words and words:gsub("%l%l+ '[^']*'", "") -- without the names of fields
  return types and types:find "userdata" and words .. NULL or words
end

local OUR_FOLDER = debug.getinfo(1, "S").source:match("^(.*[/\\])claims[/\\]") or "@?"

-- What looks like a place in a message is one only if it is on the stack: "at 12:30: ..." may be the record's. The
-- author's functions end where they were called from; LuaJIT has nothing left of one that ends in `return error(...)`.
local function place_of(problem)
  local said = type(problem) == "string" and problem:match("^(.-:%d+):")
  local nearest
  for level = 3, MOST_LEVELS do
    local info = debug.getinfo(level, "Slf")
    if not info or info.func == xpcall then break end
    local told = info.currentline > 0 and info.source:find(OUR_FOLDER, 1, true) ~= 1
    local place = told and ("%s:%d"):format(info.short_src, info.currentline)
    if place and place == said then return place end
    nearest = nearest or place
  end
  return nearest or UNKNOWN
end

---@param problem any
---@return string place a message handler's answer
return function(problem)
  local place, words = place_of(problem), words_of(problem, debug.getinfo(2, "Sf"))
  return words and place .. ": " .. words or place
end
