-- The tables of docs/ name what the code has.
local exit_code = require "credenco.cli.exit_code"
local failures = require "credenco.client.failures"
local files = require "spec.support.files"
local of_oauth2 = require "credenco.base.oauth2_settings"
local pages = require "spec.support.pages"
local settings = require "credenco.base.settings"

local function missing(wanted, names)
  local list = {}
  for name in pairs(wanted) do
    if not names[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

local function rows(chapter)
  local found = {}
  for line in chapter:gmatch "\n(| `[^\n]*)" do found[#found + 1] = line end
  return found
end

local function described(list)
  local lines = {}
  for i, setting in ipairs(list) do lines[i] = settings.documented(setting) end
  return lines
end

describe("the documentation", function()
  it("has the options of the code, line by line", function()
    assert.same(described(settings.LIST), rows(pages.chapter("docs/client.md", "Options")))
  end)

  it("has the members of oauth2, line by line", function()
    assert.same(described(of_oauth2.LIST), rows(pages.chapter("docs/credentials.md", "OAuth2")))
  end)

  for class, spec in pairs { Options = settings.SPEC, OAuth2Options = of_oauth2.SPEC } do
    it("has options that are all known to editors: " .. class, function()
      local fields = {}
      local declared = files.read("lua/credenco/base/settings.lua"):match("%-%-%-@class credenco%." .. class .. "\n(.-)\n\n")
      for name in declared:gmatch "%-%-%-@field ([%w_]+)" do fields[name] = true end
      assert.same({}, missing(spec, fields))
      assert.same({}, missing(fields, spec))
    end)
  end

  it("has every code of an error, and no other", function()
    local documented = {}
    for name in pairs(pages.first_column("docs/errors.md", "Codes")) do documented[name] = true end
    documented.code = nil -- the head
    assert.same({}, missing(failures, documented))
    assert.same({}, missing(documented, failures))
  end)

  it("has the exit codes of the code", function()
    local codes, documented = {}, pages.first_column("docs/command-line.md", "Exit codes")
    for _, code in pairs(exit_code) do
      if type(code) == "number" then codes[tostring(code)] = true end
    end
    documented.exit, documented.code = nil, nil -- the head
    assert.same(codes, documented)
  end)
end)
