--- A sandbox for the tests of this folder: `script/lua spec/conformance/serve.lua [--tls]`.
-- Prints its ready line as JSON and runs until it is told to stop.
local sandbox = require "credenco.sandbox"

local ok, err = sandbox.run { json = true, tls = arg[1] == "--tls" }
if not ok then
  io.stderr:write(err, "\n")
  os.exit(1, true)
end
os.exit(0, true)
