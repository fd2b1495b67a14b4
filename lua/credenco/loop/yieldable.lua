--- Whether Lua can yield here. Lua 5.2 cannot say, so there this module finds out.

local core = require "credenco.core"

local WHY = "Lua cannot yield here (a callback of gsub or sort, a metamethod, a finalizer, a debug hook): "
  .. "make the call elsewhere"

-- C functions that Lua 5.2 can yield across.
local YIELDABLE = { [pcall] = true, [xpcall] = true, [dofile] = true }

local OWN_LEVEL = 2

local function is_below_c()
  local level = OWN_LEVEL
  local frame = debug.getinfo(level, "Sf")
  while frame do
    if frame.what == "C" and not YIELDABLE[frame.func] then return true end
    level = level + 1
    frame = debug.getinfo(level, "Sf")
  end
  return false
end

-- Hooks are not called in a finalizer or in a hook.
local function is_without_hooks()
  local hook, mask, count = debug.gethook()
  local called = false
  debug.sethook(function() called = true end, "", 1)
  debug.sethook(hook, mask, count)
  return not called
end

local is_yieldable = core.is_yieldable or function()
  return not is_below_c() and not is_without_hooks()
end

---@return true?
---@return string? why not
return function()
  if is_yieldable() then return true end
  return nil, WHY
end
