-- The manual pages: they are those of the code, and roff has nothing against them.
local commands = require "credenco.cli.commands"
local files = require "spec.support.files"
local parser = require "credenco.cli.parser"
local program = require "spec.cli.program"

local FOLDER = "docs/man/"
-- The pages have neither a date nor a version, so that they change only with what they say.
local ACCEPTED = "missing date, using \"\": TH"

describe("the manual", function()
  local made
  setup(function() made = require "script.docs.man" () end)

  local function names()
    local list = {}
    for name in pairs(made) do list[#list + 1] = name end
    table.sort(list)
    return list
  end

  -- The messages of a command about all pages.
  local function said(command, ...)
    local arguments = { ... }
    for _, name in ipairs(names()) do arguments[#arguments + 1] = FOLDER .. name end
    local done = program.run_command(command, arguments)
    return done.out, done.err
  end

  it("has a page for the program and one for each command", function()
    assert.truthy(made["credenco.1"])
    for _, name in ipairs(commands.NAMES) do assert.truthy(made[("credenco-%s.1"):format(name)], name) end
    assert.equal(#commands.NAMES + 1, #names())
  end)

  it("is that of the code: script/write-docs writes it", function()
    for _, name in ipairs(names()) do assert.equal(made[name], (files.read(FOLDER .. name)), name) end
    local listed = program.run_command("/bin/ls", { FOLDER }).out
    assert.equal(table.concat(names(), "\n") .. "\n", listed)
  end)

  it("names every option and argument of each command, and its examples", function()
    local shown = said("/usr/bin/mandoc", "-T", "ascii", "-O", "width=200"):gsub(".\b", ""):gsub("%s+", " ")
    for _, name in ipairs(commands.NAMES) do
      local heading = ("credenco-%s(1) "):format(name):upper():gsub("[-()]", "%%%0")
      local text = assert(shown:match(heading .. "User Commands " .. heading .. "(.-)" .. heading), name)
      for _, option in ipairs(parser.of(name, commands.load(name))._options) do
        assert.truthy(text:find("[ ,]" .. option._name:gsub("%-", "%%-")), name .. " " .. option._name)
      end
      local examples = commands.load(name).epilog:match "Examples?:\n(.-)\n\n" or ""
      assert.truthy(text:find((examples:gsub("%s+", " ")), 1, true), name .. ": " .. examples)
    end
  end)

  it("is fine with mandoc", function()
    for line in said("/usr/bin/mandoc", "-T", "lint", "-W", "warning"):gmatch "[^\n]+" do
      assert.truthy(line:find(ACCEPTED, 1, true), line)
    end
  end)

  it("is fine with groff", function()
    if not files.read "/usr/bin/groff" then return pending "groff is not installed" end
    local _, warnings = said("/usr/bin/groff", "-man", "-Tutf8", "-ww")
    assert.equal("", warnings)
  end)
end)
