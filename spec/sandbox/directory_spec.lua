--- The private directories of sandboxes, and which of them the next sandbox removes.
local directory = require "credenco.sandbox.host.directory"
local files = require "spec.support.files"
local uv = require "luv"

local DEAD_PID = 2 ^ 22 + 1 -- one more than Linux gives out (pid_max)
local NOBODY = 65534

describe("the directories of sandboxes", function()
  local base, kept

  before_each(function()
    base, kept = files.temporary_folder(), os.getenv "TMPDIR"
    uv.os_setenv("TMPDIR", base)
  end)
  after_each(function()
    if kept then uv.os_setenv("TMPDIR", kept) else uv.os_unsetenv "TMPDIR" end
    files.remove_folder(base)
  end)

  local function names()
    local list = {}
    for name in uv.fs_scandir_next, uv.fs_scandir(base) do list[#list + 1] = name end
    table.sort(list)
    return list
  end

  local function make(name)
    assert(uv.fs_mkdir(base .. "/" .. name, 448))
    files.write(base .. "/" .. name .. "/file", "")
  end

  local function left_of(pid) return ("credenco-sandbox-%d-abcdef"):format(pid) end

  it("are swept away when their program is gone", function()
    make(left_of(DEAD_PID))
    directory.sweep()
    assert.same({}, names())
  end)

  it("are left alone when their program runs, or they are no directories of a sandbox", function()
    make(left_of(uv.os_getpid()))
    make("credenco-sandbox-abcdef")
    make(left_of(DEAD_PID) .. "-mine")
    make("elsewhere")
    assert(uv.fs_symlink(base .. "/elsewhere", base .. "/" .. left_of(DEAD_PID)))
    local before = names()
    directory.sweep()
    assert.same(before, names())
    assert.equal("", files.read(base .. "/elsewhere/file"))
  end)

  it("are left alone when they are another user's", function()
    if uv.os_get_passwd().uid ~= 0 then return end -- only root can give a directory away
    make(left_of(DEAD_PID))
    assert(uv.fs_chown(base .. "/" .. left_of(DEAD_PID), NOBODY, NOBODY))
    directory.sweep()
    assert.same({ left_of(DEAD_PID) }, names())
  end)

  it("have a name that is not too long for a socket in it", function()
    local dir = assert(directory.create())
    directory.remove(dir)
    local long = base .. "/" .. ("d"):rep(103)
    assert(uv.fs_mkdir(long, 448))
    uv.os_setenv("TMPDIR", long)
    local none, err = directory.create()
    assert.is_nil(none)
    assert.matches("too long for a socket in it: set TMPDIR", err)
    assert.is_nil(uv.fs_scandir_next(uv.fs_scandir(long)))
  end)
end)
