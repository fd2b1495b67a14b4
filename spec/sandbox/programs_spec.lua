--- The sandbox in other people's tests: `credenco sandbox --env`, and the recipes of docs/sandbox.md as they stand there.
local files = require "spec.support.files"
local pages = require "spec.support.pages"
local program = require "spec.cli.program"
local uv = require "luv"
local wait = require "spec.support.wait"

local RECIPES = assert(files.read "docs/sandbox.md"):match "\n## In your tests\n(.-)\n## "

local function recipe(language)
  return RECIPES:match("```" .. language .. "\n(.-)```")
end

describe("a sandbox for tests", function()
  local folder, environment

  local function program_file(name, text)
    files.write(folder .. "/" .. name, text)
    assert(uv.fs_chmod(folder .. "/" .. name, tonumber("700", 8)))
  end

  setup(function()
    folder = files.temporary_folder()
    environment = { PATH = folder .. ":" .. os.getenv "PATH", TMPDIR = folder }
    program_file("credenco", ("#!/bin/sh\nexec '%s' '%s/bin/credenco' \"$@\"\n"):format(uv.exepath(), uv.cwd()))
  end)
  teardown(function() files.remove_folder(folder) end)

  local function shell(code)
    return program.run_command("/bin/sh", { "-c", code }, environment)
  end

  -- A sandbox has a folder of its own as long as it runs.
  local function is_gone()
    local entries = uv.fs_scandir(folder)
    for name in function() return uv.fs_scandir_next(entries) end do
      if name:find "sandbox" then return false end
    end
    return true
  end

  it("prints an environment that a shell evaluates, with any variables set before", function()
    local outcome = shell [[
      export CREDENCO_API_KEY_FILE=/nowhere CREDENCO_CA_FILE=/nowhere CREDENCO_TOKEN_URL=https://a.example
      export CREDENCO_PROFILE=prod CREDENCO_CLIENT_CERT=/nowhere CREDENCO_HEADERS_FILE=/nowhere
      export CREDENCO_PRIVATE_KEY_FILE=/nowhere CREDENCO_JOURNAL=postgres://db.example/production
      eval "$(credenco sandbox --env)"
      env | grep ^CREDENCO_ | sort
      credenco trust --wallet "$CREDENCO_WALLET" --did "$CREDENCO_ISSUER_DID" --name Sandbox --json
      kill "$CREDENCO_SANDBOX_PID"]]
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    local names = {}
    for name in outcome.out:gmatch "CREDENCO_([%w_]+)=" do names[#names + 1] = name end
    assert.same({ "API_KEY", "BASE_URL", "ISSUER_DID", "SANDBOX_PID", "WALLET" }, names)
    assert.matches('"direct_issue_allowed":true', outcome.out)
    assert.is_true(wait.until_true(is_gone))
  end)

  it("serves https there, too", function()
    local outcome = shell [[
      eval "$(credenco sandbox --env --tls)"
      credenco issue --wallet "$CREDENCO_WALLET" --template any --claim a=b; kill "$CREDENCO_SANDBOX_PID"]]
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("correlation_id", outcome.out)
  end)

  it("prints it as JSON as well", function()
    local outcome = shell [[credenco sandbox --env --json]]
    local pid = outcome.out:match '"CREDENCO_SANDBOX_PID":"(%d+)"'
    uv.kill(tonumber(pid), "sigterm")
    assert.equal(0, outcome.code)
  end)

  it("ends with 2 or 7, and says why, if it cannot start", function()
    local taken = uv.new_tcp()
    taken:bind("127.0.0.1", 0)
    taken:listen(1, function() end)
    finally(function() taken:close() end)
    for code, arguments in pairs { [2] = "--templates /nowhere", [7] = "--port " .. taken:getsockname().port } do
      local outcome = shell("credenco sandbox --env " .. arguments)
      assert.same({ code, "" }, { outcome.code, outcome.out })
      assert.matches("^credenco: cannot %w+", outcome.err)
    end
  end)

  it("is started and stopped by the lines of Lua", function()
    local chapter = pages.chapter("docs/sandbox.md", "Starting it")
    program_file("start.lua", (chapter:match "```lua\n(.-)```":gsub("port = 8180", "")))
    local outcome = program.run_command(uv.exepath(), { folder .. "/start.lua" }, environment)
    assert.same({ 0, "" }, { outcome.code, outcome.err })
    assert.matches("^http://127%.0%.0%.1:%d+\tsandbox%-api%-key\tdid:web:", outcome.out)
  end)

  it("is started and stopped by the lines for a shell", function()
    local outcome = shell(recipe "sh")
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("correlation_id", outcome.out)
    assert.is_true(wait.until_true(is_gone))
  end)

  it("is started and stopped by the lines for a Makefile", function()
    program_file("busted", 'exec credenco issue --wallet "$CREDENCO_WALLET" --template any --claim a=b --json\n')
    files.write(folder .. "/Makefile", recipe "make")
    local outcome = shell(("make -s -C '%s' test"):format(folder))
    os.remove(folder .. "/busted")
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("^{.*correlation_id", outcome.out)
    assert.is_true(wait.until_true(is_gone))
  end)

  it("is started and stopped by the lines for busted", function()
    local path = folder .. "/recipe_spec.lua"
    files.write(path, recipe "lua" .. 'it("runs", function() assert.truthy(server.wallets[1].key) end)\n')
    local outcome = program.run_command(uv.exepath(), { "/usr/bin/busted", "-o", "TAP", path }, environment)
    assert.same({ 0, "ok 1 - runs\n1..1\n" }, { outcome.code, outcome.out })
    assert.is_true(wait.until_true(is_gone))
  end)
end)
