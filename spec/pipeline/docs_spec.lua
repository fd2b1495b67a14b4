-- The examples of docs/pipeline.md run in the order in which a reader meets them.
local files = require "spec.support.files"
local pages = require "spec.support.pages"
local program = require "spec.cli.program"
local uv = require "luv"
local World = require "spec.sandbox.world"

local PAGE = "docs/pipeline.md"
local SOME_FAILED = 4 -- an exit code

local function example(title, language)
  for _, found in ipairs(pages.examples(PAGE, language)) do
    if found.title == title then return found.code end
  end
end

describe("the page about pipelines", function()
  local world, folder

  setup(function()
    world = World.start()
    folder = files.temporary_folder()
    files.write(folder .. "/company.lua", example("The first run", "lua"))
    files.write(folder .. "/companies.csv", files.read "examples/pipeline/companies.csv")
    files.write(folder .. "/credenco", ("#!/bin/sh\nexec '%s' '%s/bin/credenco' \"$@\"\n"):format(uv.exepath(), uv.cwd()))
    assert(uv.fs_chmod(folder .. "/credenco", tonumber("700", 8)))
  end)

  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  local function run(command, code)
    files.write(folder .. "/example", code)
    return program.run_command(command, { folder .. "/example" }, {
      PATH = folder .. ":" .. os.getenv "PATH", CREDENCO_BASE_URL = world.base_url, CREDENCO_API_KEY = world.server.api_key,
    })
  end

  local function shell(code) return run("/bin/sh", ("set -e; cd '%s'\n"):format(folder) .. code) end

  it("leads through a first run", function()
    local outcome = shell(example("The first run", "sh"))
    assert.equal(0, outcome.code, outcome.err)
    assert.equal(4, #world:wallet(world.trusting).credentials)
  end)

  it("has commands for afterwards, each of which does something", function()
    files.write(folder .. "/companies.csv", files.read "examples/pipeline/companies.csv" .. "1;Wrong number;active;w\n")
    shell "credenco run company.lua companies.csv"
    for line in example("Afterwards", "sh"):gmatch "[^\n]+" do
      local outcome = shell(line)
      assert.is_true(outcome.code == 0 or outcome.code == SOME_FAILED, line .. ": " .. outcome.err)
    end
    assert.matches("1;Wrong number;active;w", assert(files.read(folder .. "/rejects.csv")), 1, true)
  end)

  it("has a program that issues from Lua", function()
    world:call("POST", "/sandbox/reset")
    local outcome = run(uv.exepath(), ("require('luv').chdir '%s'\n"):format(folder) .. example("From Lua", "lua"))
    assert.same({ 0, "4\n" }, { outcome.code, outcome.out }, outcome.err)
  end)
end)
