-- Spins in a LuaJIT whose compiled loops over pairs do not end in a finalizer: such as Debian 12's, 2.1-20230119. Those of
-- Debian 13 (2.1.1737090214) and of current OpenResty (2.1.1710398010) are sound. It needs nothing of credenco.
local function walk(t)
  for _ in pairs(t) do end -- luacheck: ignore
end

for _ = 1, 100 do walk { 1, 2 } end -- now it is compiled
getmetatable(newproxy(true)).__gc = function() walk { 1, x = 2 } end -- luacheck: ignore
collectgarbage()
