-- `script/build`: a first build takes a while, and somebody may start a second one in the same folder.
local files = require "spec.support.files"

describe("a build", function()
  it("waits for another one in the same directory", function()
    local path = os.tmpname()
    local command = ([[flock build/.lock sh -c 'echo begun >>%s; sleep 0.5; echo first >>%s' &
      until [ -s %s ]; do sleep 0.01; done
      script/build no-such-build 2>/dev/null; echo second >>%s; wait]]):format(path, path, path, path)
    os.execute(command)
    assert.equal("begun\nfirst\nsecond\n", files.read(path))
    os.remove(path)
  end)
end)
