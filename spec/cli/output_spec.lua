-- Files the program writes: private, and complete or not there.
local files = require "spec.support.files"
local output = require "credenco.cli.output"
local program = require "spec.cli.program"
local uv = require "luv"

describe("a file that is written", function()
  local folder, path

  before_each(function()
    folder = files.temporary_folder()
    path = folder .. "/report"
  end)
  after_each(function() files.remove_folder(folder) end)

  local function mode_of(file) return uv.fs_stat(file).mode % 512 end
  local function names()
    local list, scan = {}, uv.fs_scandir(folder)
    for name in function() return uv.fs_scandir_next(scan) end do list[#list + 1] = name end
    table.sort(list)
    return list
  end

  it("is for its owner only, even if everybody could read the one before", function()
    assert(output.write(path, "first"))
    assert.same({ "first", 384 }, { files.read(path), mode_of(path) })
    assert(uv.fs_chmod(path, 420))
    local reader = assert(io.open(path))
    assert(output.write(path, "secret"))
    assert.same({ "secret", 384 }, { files.read(path), mode_of(path) })
    assert.equal("first", reader:read "*a") -- who had it open does not see the new content
    reader:close()
  end)

  it("replaces an older file only when it is complete, and leaves nothing if it is given up", function()
    files.write(path, "old")
    local begun = assert(output.open(path))
    assert(begun:write(("new"):rep(100000)))
    assert.equal("old", files.read(path))
    begun:discard()
    assert.same({ "old", { "report" } }, { files.read(path), names() })
  end)

  it("leaves the other names of the file that was there as they are", function()
    files.write(path, "old")
    assert(uv.fs_link(path, folder .. "/other"))
    assert(output.write(path, "new"))
    assert.same({ "new", "old" }, { files.read(path), files.read(folder .. "/other") })
  end)

  it("replaces the target of a link, which may not exist yet, and not the link", function()
    for _, content in ipairs { "old", false } do
      local target = folder .. "/target"
      if content then files.write(target, content) end
      assert(uv.fs_symlink("target", path))
      assert(output.write(path, "new"))
      assert.same({ "new", 384, "link" }, { files.read(target), mode_of(target), uv.fs_lstat(path).type })
      os.remove(path)
      os.remove(target)
    end
  end)

  it("is written to if it is a pipe or a device", function()
    local shell = ("%s -e 'assert(require(\"credenco.cli.output\").write(\"/dev/stdout\", \"said\"))' | cat")
    local done = program.run_command("/bin/sh", { "-c", shell:format(uv.exepath()) })
    assert.same({ 0, "said", "" }, { done.code, done.out, done.err })
    assert(output.write("/dev/null", "said"))
  end)

  it("leaves nothing when a signal ends the program", function()
    files.write(path, "old")
    local script = ([[
      local core, path = require "credenco.core", ...
      core.signals_listen("interrupted", 0)
      assert(require("credenco.cli.output").open(path)):write "new"
      assert(require("credenco.cli.pipeline.new_files").new():create(path .. ".new")):write "new"
      assert(require("credenco.cli.output").write(path .. ".complete", "new"))
      local uv = require "luv"
      uv.kill(uv.os_getpid(), "sigint")]])
    local done = program.run_command(uv.exepath(), { "-", path }, nil, script)
    assert.same({ 130, "interrupted" }, { done.code, done.err })
    assert.same({ "old", { "report", "report.complete" } }, { files.read(path), names() })
  end)

  it("says which file cannot be written, and leaves nothing", function()
    local _, missing = output.write(folder .. "/none/report", "x")
    assert.equal(folder .. "/none/report: No such file or directory", missing)
    local _, full = output.write("/dev/full", ("x"):rep(100000))
    assert.equal("/dev/full: No space left on device", full)
    local _, taken = output.write(folder, "x")
    assert.equal(folder .. ": Is a directory", taken)
    assert.same({}, names())
  end)
end)
