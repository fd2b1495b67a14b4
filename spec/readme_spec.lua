-- Every example of the README runs, against a sandbox, and its tables name what the code has.
local exit_code = require "credenco.cli.exit_code"
local failures = require "credenco.client.failures"
local files = require "spec.support.files"
local http = require "spec.sandbox.http"
local of_oauth2 = require "credenco.base.oauth2_settings"
local program = require "spec.cli.program"
local settings = require "credenco.base.settings"
local uv = require "luv"
local World = require "spec.sandbox.world"

-- Their examples install things and run this very suite.
local RUN_ELSEWHERE = { ["Two commands"] = true, ["Install"] = true }

---@return table<string, string> sections by title
---@return string[] titles in order
local function read_sections(text)
  local sections, titles = {}, {}
  for title, body in (text:gsub("\n## ", "\n\0") .. "\0"):gmatch "%z([^\n]*)\n([^%z]*)" do
    sections[title], titles[#titles + 1] = body, title
  end
  return sections, titles
end

local SECTIONS, TITLES = read_sections(assert(files.read "README.md"))

local function examples(language)
  local found = {}
  for _, title in ipairs(TITLES) do
    local body = RUN_ELSEWHERE[title] and "" or SECTIONS[title]
    for code in body:gmatch("\n```" .. language .. "\n(.-)```\n") do
      found[#found + 1] = { title = title, code = code }
    end
  end
  return found
end

--- What stands in the first column of the section's tables, in code marks or bare.
local function first_column(title)
  local names = {}
  for cell in SECTIONS[title]:gmatch "\n| ([^|]-) |%f[^|]" do
    for name in cell:gmatch "[%w_]+" do
      names[name] = true
    end
  end
  return names
end

local function missing(wanted, names)
  local list = {}
  for name in pairs(wanted) do
    if not names[name] then
      list[#list + 1] = name
    end
  end
  table.sort(list)
  return list
end

describe("the README's", function()
  local world, folder

  -- The program that the examples call, and Lua with this checkout's module.
  local function shim(name, ...)
    local path = folder .. "/" .. name
    files.write(path, ("#!/bin/sh\nexec %s \"$@\"\n"):format(table.concat({ ... }, " ")))
    assert(os.execute("chmod +x " .. path))
  end

  setup(function()
    world = World.start()
    folder = files.temporary_folder()
    shim("credenco", ("'%s' '%s/bin/credenco'"):format(uv.exepath(), uv.cwd()))
  end)

  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  -- The examples are written for the service itself.
  local function run(command, code)
    local path = folder .. "/example"
    files.write(path, (code:gsub("https://wallet%.credenco%.com", world.base_url)))
    return program.run_command(command, { path }, {
      PATH = folder .. ":" .. os.getenv "PATH",
      CREDENCO_BASE_URL = world.base_url,
      CREDENCO_API_KEY = world.server.api_key,
      CREDENCO_WALLET = world.trusting,
      CREDENCO_ISSUER_DID = world.server.issuer_did,
    })
  end

  for index, example in ipairs(examples "lua") do
    it(("Lua example %d, %s, runs"):format(index, example.title), function()
      local outcome = run(uv.exepath(), example.code)
      assert.same({ 0, "" }, { outcome.code, outcome.err })
      assert.matches("^%S", outcome.out)
      assert.is_nil(outcome.out:find "credenco: ", outcome.out)
    end)
  end

  for code in assert(files.read "docs/operations.md"):gmatch "\n```lua\n(.-)```\n" do
    it("page on operations has an example that runs: " .. code:match "\n(local [^\n]*)", function()
      local outcome = run(uv.exepath(), code)
      assert.same({ 0, "" }, { outcome.code, outcome.err })
      assert.matches("^nil\tcredenco: issue_status: ", outcome.out) -- its example of an issue is not there
    end)
  end

  local function run_in_shell(example)
    return run("/bin/sh", ("set -e; cd '%s'\n"):format(folder) .. example.code)
  end

  it("first script leads from nothing to a credential in the wallet, line by line", function()
    local script, lines = examples("lua")[1], examples("sh")[1]
    assert.same({ "First script", "First script" }, { script.title, lines.title })
    shim("lua5.4", "'" .. uv.exepath() .. "'")
    files.write(folder .. "/first.lua", script.code)
    local look = 'echo "$CREDENCO_WALLET"; '
    local outcome = run_in_shell { code = lines.code:gsub("\nkill ", "\n" .. look .. "echo ") }
    assert.equal(0, outcome.code, outcome.err)
    local url, wallet, pid = outcome.out:match "^%x+%-%x+%-4[%x-]+\n(http://%S+)\n(%S+)\n(%d+)\n$"
    assert.truthy(url, outcome.out)
    local answer = assert(http.request { method = "GET", url = url .. "/sandbox/wallets/" .. wallet })
    uv.kill(tonumber(pid), "sigterm") -- the last line
    assert.truthy(answer.body:find("CoolSoft B.V.", 1, true), answer.body)
  end)

  for index, example in ipairs { select(2, (table.unpack or unpack)(examples "sh")) } do -- luacheck: ignore
    it(("shell example %d, %s, runs"):format(index, example.title), function()
      local outcome = run_in_shell(example)
      assert.equal(0, outcome.code, outcome.err)
      assert.matches("^correlation_id: order%-1\n", outcome.out)
      assert.matches('"status":"issue_completed"', outcome.out)
      assert.matches("\nhttps://issuer%.example/o/1\ncredenco %d", outcome.out)
    end)
  end

  it("examples are all found", function()
    assert.is_true(#examples "lua" >= 5 and #examples "sh" >= 1)
  end)

  it("table of options is that of the code, line by line", function()
    local documented, described = {}, {}
    for line in SECTIONS.Options:gmatch "\n(| `[^\n]*)" do documented[#documented + 1] = line end
    for _, setting in ipairs(settings.LIST) do described[#described + 1] = settings.documented(setting) end
    assert.same(described, documented)
  end)

  it("page about credentials has the members of oauth2, line by line", function()
    local documented, described = {}, {}
    local table_of = files.read("docs/credentials.md"):match "\n## OAuth2\n.-\n(| `.-\n)\n"
    for line in table_of:gmatch "[^\n]+" do documented[#documented + 1] = line end
    for _, setting in ipairs(of_oauth2.LIST) do described[#described + 1] = settings.documented(setting) end
    assert.same(described, documented)
  end)

  for class, spec in pairs { Options = settings.SPEC, OAuth2Options = of_oauth2.SPEC } do
    it("options are all known to editors: " .. class, function()
      local fields = {}
      local described = files.read("lua/credenco/base/settings.lua"):match("%-%-%-@class credenco%." .. class .. "\n(.-)\n\n")
      for name in described:gmatch "%-%-%-@field ([%w_]+)" do fields[name] = true end
      assert.same({}, missing(spec, fields))
      assert.same({}, missing(fields, spec))
    end)
  end

  it("table of errors has every code", function()
    assert.same({}, missing(failures, first_column "Errors"))
  end)

  it("table of exit codes is that of the code", function()
    local codes, documented = {}, first_column "Command line"
    for _, code in pairs(exit_code) do
      if type(code) == "number" then
        codes[tostring(code)] = true
      end
    end
    documented.exit, documented.code = nil, nil -- the head
    assert.same(codes, documented)
  end)
end)
