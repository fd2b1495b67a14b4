local code_point = require "credenco.base.code_point"

-- RFC 3629, 3: the first and the last character of each length
local CASES = {
  [0] = "\0", [0x7F] = "\127", [0x80] = "\194\128", [0x7FF] = "\223\191", [0x800] = "\224\160\128",
  [0xFFFF] = "\239\191\191", [0x10000] = "\240\144\128\128", [0x10FFFF] = "\244\143\191\191",
}

describe("a code point", function()
  for code, character in pairs(CASES) do
    it(("U+%04X has its character"):format(code), function()
      assert.equal(character, code_point.character(code))
      assert.equal(code, code_point.of(character))
    end)
  end
end)
