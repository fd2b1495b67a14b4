local base64 = require "credenco.base.base64"

-- RFC 4648, 10
local VECTORS = {
  ["Zg=="] = "f", ["Zm8="] = "fo", ["Zm9v"] = "foo",
  ["Zm9vYg=="] = "foob", ["Zm9vYmE="] = "fooba", ["Zm9vYmFy"] = "foobar",
  ["AP+/"] = "\0\255\191",
}

describe("base64", function()
  for text, bytes in pairs(VECTORS) do
    it("reads " .. text, function()
      assert.equal(bytes, base64.decode(text))
    end)

    it("writes " .. text, function()
      assert.equal(text, base64.encode(bytes))
    end)
  end

  it("writes nothing for nothing", function()
    assert.equal("", base64.encode "")
  end)

  it("for URLs has two letters of its own, and no padding", function()
    assert.equal("AP-_", base64.encode_url "\0\255\191")
    assert.equal("Zg", base64.encode_url "f")
    assert.equal("\0\255\191", base64.decode_url "AP-_")
    assert.equal("f", base64.decode_url "Zg")
  end)

  it("for URLs is refused with padding, in the other alphabet, and with a character too many", function()
    for _, value in ipairs { "Zg==", "AP+/", "Zm9vZ", "Zm 9v", 1, {} } do assert.is_nil(base64.decode_url(value)) end
  end)

  it("is read loosely in either alphabet and without a last character that completes no byte", function()
    assert.equal("\0\255\191", base64.decode_loosely "AP+/")
    assert.equal("\0\255\191", base64.decode_loosely "AP-_")
    assert.equal("foo", base64.decode_loosely "Zm9vZ")
    assert.equal("f", base64.decode_loosely "Zg")
  end)

  for name, text in pairs {
    ["nothing"] = "", ["a length that is no multiple of four"] = "Zm9", ["other characters"] = "Zm9*",
    ["padding in the middle"] = "Zg==Zg==", ["white space"] = "Zm9v\n", ["too much padding"] = "Z===",
  } do
    it("refuses " .. name, function()
      assert.is_nil(base64.decode(text))
    end)
  end
end)
