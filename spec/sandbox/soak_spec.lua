--- Many direct issues at once; spec/sandbox/soak.lua with more of them is a program.
local cjson = require "cjson"
local soak = require "spec.sandbox.soak"

describe("many direct issues at once", function()
  it("are all kept, none twice, while other calls get their responses", function()
    local report = soak.run(400, 32)
    assert.is_true(soak.is_good(report), cjson.encode(report))
  end)
end)
