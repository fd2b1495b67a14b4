-- Signals as the C code takes them. What commands do about them: see spec/cli/signals_spec.
local files = require "spec.support.files"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local O_RDWR, O_NONBLOCK = 2, 2048 -- Linux

local function start(shell, lua, env)
  return program.start_command("/bin/sh", { "-c", shell, "sh", uv.exepath(), "-e", lua }, env)
end

describe("signals", function()
  it("stay ignored that the program was started with", function()
    local run = start([[trap '' HUP; exec "$@"]], [[
      local core = require "credenco.core"
      core.signals_listen("last words", 0)
      print(core.signals_ignored "sighup", core.signals_ignored "sigterm")]])
    assert.equal("true\tfalse\n", run:finish().out)
  end)

  it("end the program though nobody reads its last words, and a pipe has no room for them", function()
    local folder = files.temporary_folder()
    finally(function() files.remove_folder(folder) end)
    local path = folder .. "/pipe"
    assert.equal(0, program.run_command("/usr/bin/mkfifo", { path }).code)
    local pipe = assert(uv.fs_open(path, O_RDWR + O_NONBLOCK, 0))
    while uv.fs_write(pipe, ("x"):rep(4096), -1) do end
    local run = start([[exec "$@" 2>"$PIPE"]], [[
      require "credenco.core".signals_listen("last words", 0)
      io.write "ready"
      io.flush()
      io.read "*a"]], { PIPE = path })
    assert(wait.until_true(function() return run:stdout() == "ready" end))
    run:kill "sigint"
    local ended = wait.until_true(function() return run.code end)
    run:kill "sigkill"
    run:finish()
    uv.fs_close(pipe)
    assert.equal(130, ended)
  end)
end)
