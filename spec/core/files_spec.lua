-- `core.create_private`: a file that is new, and its owner's alone.
local core = require "credenco.core"
local files = require "spec.support.files"
local uv = require "luv"

describe("create_private", function()
  it("makes a file for its owner, and takes over none that somebody has put there", function()
    local folder = files.temporary_folder()
    finally(function() files.remove_folder(folder) end)
    assert.is_true(core.create_private(folder .. "/file"))
    assert.equal(384, uv.fs_stat(folder .. "/file").mode % 512)
    assert(uv.fs_symlink("nowhere", folder .. "/link"))
    for _, name in ipairs { "/file", "/link" } do
      assert.same({ nil, "File exists" }, { core.create_private(folder .. name) })
    end
    assert.is_nil(uv.fs_stat(folder .. "/nowhere"))
  end)
end)
