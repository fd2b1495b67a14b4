-- Workflows are checked before anything is sent, and say where they are wrong.
local claims = require "credenco.claims"
local files = require "spec.support.files"
local workflow = require "credenco.workflow"

local function load_text(text)
  local folder = files.temporary_folder()
  files.write(folder .. "/w.lua", text)
  local loaded, problems = workflow.load(folder .. "/w.lua")
  files.remove_folder(folder)
  for i, problem in ipairs(problems or {}) do problems[i] = problem:gsub("^.*/w%.lua", "w.lua") end
  return loaded, problems
end

local GOOD = { name = "w", template_id = "t", key = "k", wallet_key = "w", claims = claims.map { a = "a" } }

local function with(changes)
  local definition = {}
  for name, value in pairs(GOOD) do definition[name] = value end
  for name, value in pairs(changes) do definition[name] = value ~= "none" and value or nil end
  return workflow.new(definition)
end

describe("a workflow file", function()
  local cases = {
    { "a misspelt field", 'return {\n  name = "w",\n  on_isued = print,\n}', 'w.lua:3: unknown field "on_isued", did you mean "on_issued"?' },
    { "a missing field", '-- x\nreturn {\n  name = "w",\n}', 'w.lua:2: "key" is missing: a column\'s name, or a function of the record' },
    { "a wrong type", 'return {\n  name = "w",\n  accept = "yes",\n}', 'w.lua:3: "accept" must be a function of the record, not a string' },
    { "a template no request can name", 'return {\n  template_id = "a\\nb",\n}', 'w.lua:2: "template_id" must not hold control bytes' },
    { "a blank behind its template", 'return {\n  template_id = "ebw_oid ",\n}', 'w.lua:2: "template_id" must not begin or end with whitespace' },
    { "a wrong delivery", 'return {\n  delivery = "post",\n}', 'w.lua:2: "delivery" must be "direct", "inbox" or "offer_only", not "post"' },
    { "offers that nobody would get", 'return {\n  delivery = "offer_only",\n}',
      'w.lua:2: "delivery" is "offer_only", which needs "on_issued": only that function gets the offer' },
    { "a step with such offers", 'return {\n  steps = { { delivery = "offer_only" } },\n}', 'w.lua:2: "delivery" in step 1 is "offer_only", which needs' },
    { "a step that would be left out", 'return {\n  steps = { {}, nil, {} },\n}', 'w.lua:2: "steps" must be a list without holes or names: step 2 is missing' },
    { "a step with a name", 'return {\n  steps = { {}, last = {} },\n}', 'w.lua:2: "steps" must be a list without holes or names: step 2 is missing' },
    { "no step", 'return {\n  steps = {},\n}', 'w.lua:2: "steps" is empty' },
    { "broken Lua", "return {\n  name = ,\n}", "w.lua:2: unexpected symbol near ','" },
    { "code that fails", 'local x = nil\nreturn { name = x.y }', "w.lua:2: attempt to index" },
    { "an error that is no text", "-- x\nerror { code = 1 }", "w.lua:2: it threw a table; give `error` a text" },
    { "an error that is nothing", "error(nil)", "w.lua:1: it threw a nil" },
    { "a field named as a variable", 'local claims = 1\nreturn {\n  claims = {},\n}', 'w.lua:3: "claims" must be a mapping' },
    { "a function for a name", 'return {\n  name = print,\n}', 'w.lua:2: "name" must be text, the workflow\'s name, not a function' },
    { "a module that is not there", 'local x = require "no.such"\nreturn x', "w.lua:1: module 'no.such' not found (LUA_PATH" },
    { "no table", "return 5", "w.lua:1: a workflow file returns a table, not a number" },
  }
  for _, case in ipairs(cases) do
    it("with " .. case[1] .. " is refused with its line", function()
      local loaded, problems = load_text(case[2])
      assert.is_nil(loaded)
      assert.truthy(table.concat(problems, "\n"):find(case[3], 1, true), table.concat(problems, "\n"))
    end)
  end

  it("that is not there is said to be so", function()
    local _, problems = workflow.load("/nowhere/w.lua")
    assert.equal("/nowhere/w.lua: No such file or directory", problems[1])
  end)

  it("that is refused prints all that is wrong as one line, also through assert", function()
    for _, load in ipairs {
      function() return workflow.load "/nowhere/w.lua" end,
      function() return workflow.load "spec/workflow/check_spec.lua" end,
      function() return workflow.new { name = "w", kee = "k" } end,
    } do
      local _, problems = load()
      local ok, thrown = pcall(function() return assert(load()) end)
      assert.is_false(ok)
      assert.equal(table.concat(problems, "; "), tostring(thrown))
      assert.is_nil(tostring(thrown):find("\n", 1, true))
    end
  end)

  it("that is a directory is reported as one", function()
    local _, problems = workflow.load(".")
    assert.equal(".: Is a directory", problems[1])
  end)
end)

describe("a workflow", function()
  it("takes columns and functions for its keys", function()
    local loaded = assert(with { key = function(r) return r.a .. r.b end })
    assert.equal("12", loaded.key { a = "1", b = "2" })
    assert.equal("x", loaded.steps[1].wallet_key { w = "x" })
    assert.equal("t", loaded.steps[1].template_id)
    assert.equal("direct", loaded.steps[1].delivery)
  end)

  it("needs no wallet if only the offer is asked for", function()
    assert.truthy(with { wallet_key = "none", delivery = "offer_only", on_issued = print })
    assert.is_nil((with { wallet_key = "none" }))
  end)

  it("with steps gives each of them the common wallet, and refuses a template twice", function()
    local step = { template_id = "a", claims = GOOD.claims }
    local other = { template_id = "b", claims = GOOD.claims, wallet_key = "own" }
    local loaded = assert(workflow.new { name = "w", key = "k", wallet_key = "w", steps = { step, other } })
    assert.equal("1", loaded.steps[1].wallet_key { w = "1", own = "2" })
    assert.equal("2", loaded.steps[2].wallet_key { w = "1", own = "2" })
    local _, problems = workflow.new { name = "w", key = "k", wallet_key = "w", steps = { step, step } }
    assert.matches("step 2 has the template of step 1", problems[1])
  end)

  it("names the columns that it uses", function()
    assert.same({ "k", "w", "a" }, assert(with {}).columns)
  end)
end)
