--- `credenco version`.
local credenco = require "credenco"

local M = {
  summary = "Print the version.",
  description = "Prints the version, and the Lua it runs on.",
  epilog = "",
}

function M.declare() end

function M.run()
  local engine = jit and jit.version or _VERSION
  return { version = credenco._VERSION, engine = engine }, ("credenco %s (%s)"):format(credenco._VERSION, engine)
end

return M
