--- The Lua that credenco does not run on. PUC Lua 5.1 cannot yield across `pcall`, which `issue_many` and OAuth2 do:
--- everything would load, and later calls would fail. LuaJIT, which also calls itself "Lua 5.1", can.

local M = {}

--- Why this Lua cannot run credenco; nil when it can.
---@return string?
function M.refusal()
  if _VERSION ~= "Lua 5.1" or rawget(_G, "jit") then return nil end
  return "credenco does not run on PUC Lua 5.1, which cannot yield across pcall: use Lua 5.2 to 5.5 or LuaJIT"
end

return M
