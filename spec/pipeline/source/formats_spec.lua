local formats = require "credenco.pipeline.source.formats"
local source = require "credenco.pipeline.source"

describe("A format of sources", function()
  it("has a module that opens and decodes, and is the kept format of its own records", function()
    for _, format in ipairs(formats.LIST) do
      local reader = require("credenco.pipeline.source." .. format.name)
      assert.is_function(reader.open)
      assert.is_function(reader.decoder)
      assert.equal(format.name, formats.kept(format.name))
      for _, extension in ipairs(format.extensions) do
        assert.equal(format.name, source.format_of("a/B." .. extension:upper() .. ".gz", ""))
      end
    end
  end)

  it("is JSON Lines in the journal if the source has no bytes of its own", function()
    assert.equal("jsonl", formats.kept "sql")
    assert.equal("jsonl", formats.kept "records")
    assert.same({ a = "1" }, source.decoder "sql" '{"a":"1"}')
  end)
end)
