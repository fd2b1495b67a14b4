local jsonl = require "credenco.pipeline.source.jsonl"

describe("a line of JSON Lines", function()
  it("is one object, and nothing else that JSON has", function()
    assert.same({ a = 1 }, jsonl.decode ' {"a":1}')
    for _, line in ipairs { "[]", '[{"a":1}]', "1", "null", '"a"' } do
      assert.same({ nil, "JSON, but no object: every line must be one object in braces" }, { jsonl.decode(line) })
    end
  end)
end)
