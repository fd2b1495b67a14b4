-- Attributes in headers: CloudEvents HTTP binding 1.0.2, 3.1.3.2.
local header_value = require "credenco.webhook.header_value"

describe("an attribute in a header", function()
  local decoded = {
    { "plain", "plain" },
    { "Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀" },
    { "%c3%a9", "é" },
    { "%61bc", "abc" },
    { "%2541", "%41" },
    { '"with spaces"', "with spaces" },
    { [["a \"quote\" and \\"]], [[a "quote" and \]] },
    { '"%20"', " " },
    { '""', "" },
    { "a+b", "a+b" },
  }
  for _, case in ipairs(decoded) do
    it("is decoded once: " .. case[1], function() assert.equal(case[2], header_value.decode(case[1])) end)
  end

  for _, value in ipairs { "%", "100%", "%4", "%zz", '"', '"a', '"a"b"', [["a\"]] } do
    it("is refused: " .. value, function() assert.is_nil(header_value.decode(value)) end)
  end

  it("is written as the binding's own example, and read again with any contents", function()
    assert.equal("Euro%20%E2%82%AC%20%F0%9F%98%80", header_value.encode "Euro € 😀")
    local all = {}
    for byte = 0, 255 do all[#all + 1] = string.char(byte) end
    local text = table.concat(all)
    local value = header_value.encode(text)
    assert.is_nil(value:find '[^!#-~]')
    assert.equal(text, header_value.decode(value))
  end)
end)
