local hex = require "credenco.base.hex"

describe("hexadecimal digits", function()
  it("are two for each byte, and lead back to it", function()
    assert.equal("00ff0a", hex.encode "\0\255\n")
    for byte = 0, 255 do
      local text = string.char(byte)
      assert.equal(text, hex.decode(hex.encode(text)))
      assert.equal(text, hex.decode(hex.encode(text):upper()))
    end
    assert.equal("", hex.decode "")
  end)

  it("are nothing else", function()
    for _, text in ipairs { "0", "0g", "0x00", " 00", "0 " } do assert.is_nil((hex.decode(text))) end
  end)
end)
