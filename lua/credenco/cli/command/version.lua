--- `credenco version`.
local core = require "credenco.core" -- not the library, which needs lua-cjson

local M = {
  description = "Prints the version of credenco, and of the Lua that runs it.",
  epilog = "",
}

function M.run()
  local engine = jit and jit.version or _VERSION
  return { version = core.version, engine = engine }, ("credenco %s (%s)"):format(core.version, engine)
end

return M
