--- docs/sandbox.md says what the code does.
local behaviours = require "credenco.sandbox.ground.behaviours"
local faults = require "credenco.sandbox.server.faults"
local sandbox_settings = require "credenco.sandbox.ground.options"
local template_file = require "credenco.sandbox.issuer.template_file"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local page = read "docs/sandbox.md"

local function is_in(text, name)
  return text:find("`" .. name .. "`", 1, true) ~= nil
end

local function section(title)
  return page:match("\n## " .. title .. "\n(.-)\n## ") or page:match("\n## " .. title .. "\n(.*)$")
end

--- The files of a directory of the sandbox, as one text.
local function sources(folder)
  local list = io.popen("cat lua/credenco/sandbox/" .. folder .. "/*.lua")
  local text = list:read "*a"
  list:close()
  return text
end

describe("the sandbox's documentation", function()
  it("names every option, and no other", function()
    local starting = section "Starting it"
    local options = sandbox_settings.read()
    for name in pairs(options) do
      assert.is_true(name == "startup_timeout_ms" or is_in(starting, name), name)
    end
    for names in starting:gmatch "\n| [^|]*| ([^|]+) |" do
      for name in names:gmatch "`([%w_]+)`" do
        assert.is_true(options[name] ~= nil or name == "templates" or name == "nginx", name)
      end
    end
  end)

  it("names every endpoint, effect and change of the faults", function()
    local text = section "Faults"
    for _, list in ipairs { faults.ENDPOINTS, faults.EFFECTS, faults.CHANGES } do
      for _, name in ipairs(list) do
        assert.is_true(is_in(text, name), name)
      end
    end
  end)

  it("names every behaviour and its values, the default first, and no other", function()
    local text, rows = section "Behaviour", 0
    for name, values in text:gmatch "\n| `([%w_]+)` | ([^|]+) |" do
      local row = behaviours.BY_NAME[name]
      local expected = row.values and "`" .. table.concat(row.values, "`, `") .. "`"
        or ("%d, from %d to %d"):format(row.default, row.range[1], row.range[2])
      assert.equal(expected, values, name)
      rows = rows + 1
    end
    assert.equal(#behaviours.LIST, rows)
  end)

  it("names every reason a wallet can have, and no other", function()
    local code, text = sources "wallet", page:match "kept nothing, the `reason` is one of these:(.-)\n\n"
    for name in text:gmatch "`([%w_]+)`" do
      assert.truthy(code:find('"' .. name .. '"', 1, true) or code:find(name .. " =", 1, true), name)
    end
    for name in code:gmatch 'fail%("([%w_]+)"' do
      assert.is_true(is_in(text, name), name)
    end
    for name in code:gmatch 'reason = "([%w_]+)"' do
      assert.is_true(is_in(text, name), name)
    end
  end)

  it("names every path under /sandbox that a program can call", function()
    local text = section "The API"
    for path in read("lua/credenco/sandbox/server/routes.lua"):gmatch '"(/sandbox/[%w]+)' do
      assert.truthy(path == "/sandbox/ready" or path == "/sandbox/settings" or text:find(path, 1, true), path)
    end
  end)

  it("lists the bundled templates with their claims", function()
    local text = section "Templates"
    for _, template in ipairs(assert(template_file.read(template_file.bundled()))) do
      local format, claims = text:match("\n| `" .. template.key .. "` | `([%w_+-]+)` | ([^\n]*) |\n")
      assert.equal(template.format, format, template.key)
      local required, optional = claims:match "^(.*) optional (.*)$"
      local named = 0
      for name, claim in pairs(template.claims) do
        local as_listed = "`" .. name .. "`" .. (claim.type == "string" and "" or " (" .. claim.type .. ")")
        assert.truthy((claim.required and (required or claims) or optional):find(as_listed, 1, true), as_listed)
        named = named + 1
      end
      assert.equal(named, select(2, claims:gsub("`[^`]+`", "")), template.key)
    end
  end)

  it("has a template for an example that the sandbox takes", function()
    local path = os.tmpname()
    local file = io.open(path, "wb")
    file:write((section("Templates"):match "```json\n(.-)```"))
    file:close()
    local templates, err = template_file.read(path)
    os.remove(path)
    assert.truthy(templates, err)
  end)
end)

describe("the sandbox's conformance", function()
  --- The names of all rows of odd issuers.
  local function rows()
    local names = {}
    for _, file in ipairs { "discovery", "issuance", "credentials", "disclosures", "published" } do
      for _, row in ipairs(require("spec.sandbox.odd." .. file)) do names[row[1]] = true end
    end
    return names
  end

  it("is shown by rows that exist", function()
    local names, cited = rows(), 0
    local wallet = read("docs/conformance.md"):match "\n## Wallet\n(.*)$"
    for shown_by in wallet:gmatch "\n| [^\n]* | ([^\n|]*) |" do
      for name in shown_by:gmatch "`([^`]+)`" do
        assert.is_true(names[name], name)
        cited = cited + 1
      end
    end
    assert.is_true(cited > 100)
  end)
end)
