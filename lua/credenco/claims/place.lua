--- Where a function of the workflow's author failed: file and line, and nothing of what it said, which may quote
--- the record.

local MOST_LEVELS = 50
local UNKNOWN = "an unknown place"

-- What looks like a place in a message is one only if it is on the stack: "at 12:30: ..." may be the record's.
---@param problem any
---@return string place a message handler's answer
return function(problem)
  local said = type(problem) == "string" and problem:match("^(.-:%d+):")
  local nearest
  for level = 2, MOST_LEVELS do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    local place = info.currentline > 0 and ("%s:%d"):format(info.short_src, info.currentline)
    if place and place == said then return place end
    nearest = nearest or place
  end
  return nearest or UNKNOWN
end
