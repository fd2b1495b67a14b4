--- Refuses a Lua that cannot run credenco. `issue_many` and OAuth2 yield across `pcall`, which PUC Lua 5.1 cannot:
--- there everything would load, and later calls would fail. LuaJIT can, although it also calls itself "Lua 5.1".

local M = {}

--- Why this Lua cannot run credenco; nil if it can.
---@return string?
function M.refusal()
  if _VERSION ~= "Lua 5.1" or rawget(_G, "jit") then return nil end
  return "credenco does not run on PUC Lua 5.1, which cannot yield across pcall: use Lua 5.2 to 5.5 or LuaJIT"
end

return M
