local files = require "spec.support.files"
local small_file = require "credenco.base.small_file"

describe("a small file", function()
  it("has at most 65536 bytes", function()
    local folder = files.temporary_folder()
    finally(function() files.remove_folder(folder) end)
    files.write(folder .. "/fits", ("x"):rep(65536))
    files.write(folder .. "/large", ("x"):rep(65537))
    assert.equal(65536, #small_file.read(folder .. "/fits"))
    assert.same({ nil, "is longer than 65536 bytes" }, { small_file.read(folder .. "/large") })
  end)
end)
