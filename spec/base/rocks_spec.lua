-- What to do about a rock that is missing.
local rocks = require "credenco.base.rocks"

local OWN = _VERSION:match "%d%.%d"

describe("the advice about a missing rock", function()
  local CASES = {
    { "names this Lua's version", "module 'lpeg' not found:\n\tno field package.preload['lpeg']", OWN },
    { "names the version of the Lua that looked, such as nginx's",
      "module 'lpeg' not found:\n\tno file '/usr/local/share/lua/5.1/lpeg.lua'\n\tno file './lpeg.so'", "5.1" },
  }
  for _, case in ipairs(CASES) do
    it(case[1], function()
      assert.equal(("needs lpeg: luarocks --lua-version=%s install lpeg, or apt-get install lua-lpeg"):format(case[3]),
        rocks.advice(case[2]))
    end)
  end
end)
