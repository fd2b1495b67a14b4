-- Every example of the README and of docs/ runs, against a sandbox, and the pages made from the code are those of the code.
local files = require "spec.support.files"
local http = require "spec.sandbox.http"
local pages = require "spec.support.pages"
local pkey = require "openssl.pkey"
local program = require "spec.cli.program"
local uv = require "luv"
local World = require "spec.sandbox.world"

-- The spec that runs the examples of each page: this file, or another.
local HERE = { "README.md", "docs/client.md", "docs/command-line.md", "docs/credentials.md", "docs/errors.md",
  "docs/getting-started.md", "docs/operations.md" }
local ELSEWHERE = {
  ["docs/nginx.md"] = "spec/nginx/docs_spec.lua",
  ["docs/pipeline.md"] = "spec/pipeline/docs_spec.lua",
  ["docs/reference.md"] = "spec/claims/mapping_spec.lua", -- the heads of modules
  ["docs/sandbox.md"] = "spec/sandbox/programs_spec.lua",
  ["docs/webhook.md"] = "spec/nginx/docs_spec.lua",
}

-- They install things, and run this very suite.
local NOT_RUN = { ["Two commands"] = true, ["Install"] = true }

-- Commands on this page need node_exporter's folder, or a journal.
local NOT_IN_SHELL = { ["docs/operations.md"] = true }

-- These show a call whose issue is not there, or make a client and no call.
local MAY_FAIL = { ["docs/credentials.md"] = true, ["docs/operations.md"] = true }

local function examples(language)
  local found = {}
  for _, page in ipairs(HERE) do
    for _, example in ipairs(pages.examples(page, language)) do
      if not NOT_RUN[example.title] and not (language == "sh" and NOT_IN_SHELL[page]) then found[#found + 1] = example end
    end
  end
  return found
end

local function named(example)
  return ("%s, %s: %s"):format(example.page, example.title, example.code:match "\n(local client[^\n]*)" or example.code:match "[^\n]*")
end

describe("the documentation's", function()
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
    shim("lua5.4", "'" .. uv.exepath() .. "'")
    local key = pkey.new({ type = "EC", curve = "prime256v1" }):toPEM "private"
    for _, name in ipairs { "client.key", "client.pem", "key.pem" } do files.write(folder .. "/" .. name, key) end
  end)

  teardown(function()
    world:stop()
    files.remove_folder(folder)
  end)

  -- The examples are written for the service itself, and for files in /etc.
  local function run(command, code)
    local path = folder .. "/example"
    files.write(path, (code:gsub("https://wallet%.credenco%.com", world.base_url):gsub("/etc/issuer", folder)))
    return program.run_command(command, { path }, {
      PATH = folder .. ":" .. os.getenv "PATH",
      CREDENCO_BASE_URL = world.base_url,
      CREDENCO_API_KEY = world.server.api_key,
      CREDENCO_WALLET = world.trusting,
      CREDENCO_ISSUER_DID = world.server.issuer_did,
    })
  end

  local function run_in_shell(code)
    return run("/bin/sh", ("set -e; cd '%s'\n"):format(folder) .. code)
  end

  for _, example in ipairs(examples "lua") do
    it("Lua runs: " .. named(example), function()
      local outcome = run(uv.exepath(), example.code)
      assert.same({ 0, "" }, { outcome.code, outcome.err })
      if not MAY_FAIL[example.page] then
        assert.matches("^%S", outcome.out)
        assert.is_nil(outcome.out:find "credenco: ", outcome.out)
      end
    end)
  end

  for _, example in ipairs(examples "sh") do
    it("shell commands run: " .. named(example), function()
      if example.page == "README.md" then files.write(folder .. "/first.lua", examples("lua")[1].code) end
      local outcome = run_in_shell(example.code)
      assert.equal(0, outcome.code, outcome.err)
    end)
  end

  it("first script leads from nothing to a credential in the wallet, line by line", function()
    local script, lines = pages.examples("README.md", "lua")[1], pages.examples("README.md", "sh")[2]
    assert.same({ "First script", "First script" }, { script.title, lines.title })
    files.write(folder .. "/first.lua", script.code)
    local look = 'echo "$CREDENCO_WALLET"; '
    local outcome = run_in_shell((lines.code:gsub("\nkill ", "\n" .. look .. "echo ")))
    assert.equal(0, outcome.code, outcome.err)
    local url, wallet, pid = outcome.out:match "^%x+%-%x+%-4[%x-]+\n(http://%S+)\n(%S+)\n(%d+)\n$"
    assert.truthy(url, outcome.out)
    local response = assert(http.request { method = "GET", url = url .. "/sandbox/wallets/" .. wallet })
    uv.kill(tonumber(pid), "sigterm") -- the last line
    assert.truthy(response.body:find("CoolSoft B.V.", 1, true), response.body)
  end)

  it("commands on the page about the command line do what it says", function()
    local outcome = run_in_shell(pages.examples("docs/command-line.md", "sh")[1].code)
    assert.equal(0, outcome.code, outcome.err)
    assert.matches("^correlation_id: order%-1\n", outcome.out)
    assert.matches('"status":"issue_completed"', outcome.out)
    assert.matches("\nhttps://issuer%.example/o/1\ncredenco %d", outcome.out)
  end)

  it("pages with examples each have a spec that runs them", function()
    local run_here, unknown = {}, {}
    for _, page in ipairs(HERE) do run_here[page] = true end
    for _, page in ipairs(pages.all()) do
      local has_examples = files.read(page):find "\n```%a+\n"
      if has_examples and not run_here[page] and not ELSEWHERE[page] then unknown[#unknown + 1] = page end
    end
    assert.same({}, unknown)
    for _, spec in pairs(ELSEWHERE) do assert.truthy(files.read(spec), spec) end
  end)

  for _, page in ipairs { "commands", "reference" } do
    it(("page docs/%s.md is that of the code: script/write-docs writes it"):format(page), function()
      assert.equal(require("script.docs." .. page)(), (files.read(("docs/%s.md"):format(page))))
    end)
  end
end)
