-- The program with standard streams that are closed: what it opens must not take their places, or the work would be
-- done and the process aborted at its end (libuv), or a socket would get what is printed.
local files = require "spec.support.files"

local STREAMS = { { "standard input", "<&-" }, { "standard output", ">&-" }, { "all of them", "<&- >&-" } }

describe("with closed standard streams", function()
  local folder
  before_each(function() folder = files.temporary_folder() end)
  after_each(function() files.remove_folder(folder) end)

  local function ended_with(arguments, closing)
    local command = ("{ script/lua bin/credenco %s %s 2>%s/said; } 2>/dev/null; echo $?"):format(
      arguments, closing, folder)
    local pipe = io.popen(("bash -c '%s' 3>&1 | tail -n 1"):format(command))
    local status = tonumber(pipe:read "*a")
    pipe:close()
    return status, files.read(folder .. "/said")
  end

  for _, stream in ipairs(STREAMS) do
    local name, closing = stream[1], stream[2]
    it("a sandbox that cannot run ends as ever: " .. name, function()
      local status, said = ended_with("sandbox --port 1 --nginx /nonexistent", closing)
      assert.equal("", said:match "Assertion.*" or "")
      assert.equal(2, status)
    end)
  end

  it("a result that cannot be written is an error", function()
    local status, said = ended_with("version", ">&-")
    assert.equal("credenco: cannot write the result: Bad file descriptor\n", said)
    assert.equal(1, status)
  end)

  it("claims that cannot be read are an error", function()
    local status, said = ended_with("claims check --json - -", "<&-")
    assert.equal("", said:match "Assertion.*" or "")
    assert.is_true(status == 1 or status == 2)
  end)
end)
