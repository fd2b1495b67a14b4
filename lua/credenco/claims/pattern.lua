--- Checks a Lua pattern when the mapping is loaded. Lua itself finds a mistake only when a text leads it there, perhaps
--- in the middle of a run.

local MOST_CAPTURES = 32 -- LUA_MAXCAPTURES

-- The position behind the set that begins at `at`, or nil. A bracket in first place belongs to the set.
local function past_set(pattern, at)
  at = at + (pattern:sub(at + 1, at + 1) == "^" and 2 or 1)
  repeat
    if at > #pattern then return nil end
    at = at + (pattern:sub(at, at) == "%" and 2 or 1)
  until pattern:sub(at, at) == "]"
  return at + 1
end

-- Checks the start of an item of several characters: the position behind it, or nil and the problem.
local ITEMS = {}

ITEMS["["] = function(pattern, at)
  local past = past_set(pattern, at)
  if not past then return nil, "a '[' has no ']'" end
  return past
end

ITEMS["("] = function(_, at, captures)
  captures.count = captures.count + 1
  if captures.count > MOST_CAPTURES then return nil, ("more than %d captures"):format(MOST_CAPTURES) end
  captures.open[#captures.open + 1] = captures.count
  return at + 1
end

ITEMS[")"] = function(_, at, captures)
  local index = table.remove(captures.open)
  if not index then return nil, "a ')' has no '('" end
  captures.closed[index] = true
  return at + 1
end

ITEMS["%"] = function(pattern, at, captures)
  local what = pattern:sub(at + 1, at + 1)
  if what == "" then return nil, "it ends in '%'" end
  if what == "b" and #pattern < at + 3 then return nil, "'%b' takes two characters" end
  if what == "b" then return at + 4 end
  if what == "f" and pattern:sub(at + 2, at + 2) ~= "[" then return nil, "'%f' takes a set in brackets" end
  if what == "f" then return ITEMS["["](pattern, at + 2) end
  if what:find("%d") and not captures.closed[tonumber(what)] then
    return nil, ("'%%%s' is not a complete capture there"):format(what)
  end
  return at + 2
end

---@param pattern string
---@return string? flaw
return function(pattern)
  local captures = { count = 0, open = {}, closed = {} }
  local at, flaw = 1, nil
  while at and at <= #pattern do
    local item = ITEMS[pattern:sub(at, at)]
    if item then at, flaw = item(pattern, at, captures) else at = at + 1 end
  end
  if flaw then return flaw end
  if captures.open[1] then return "a '(' has no ')'" end
end
