-- How a mapping makes claims of a record: which values count as there, and that each mistake is reported once.
local claims = require "credenco.claims"
local json = require "credenco.base.json"

local function one(rule, record)
  local object, problems = claims.map({ claim = rule }):apply(record)
  if object then return object.claim end
  return nil, problems
end

local function fails() error "on purpose" end

describe("a list of claims", function()
  it("may have max_items and not one more", function()
    local rule = claims.list("c", { max_items = 2 })
    assert.same({ "a", "b" }, one(rule, { c = { "a", "b" } }))
    local value, problems = one(rule, { c = { "a", "b", "c" } })
    assert.is_nil(value)
    assert.same({ "a list of 3", "a list of 1 to 2 items" }, { problems[1].kind, problems[1].fits })
  end)

  it("has its default only without items", function()
    local rule = claims.list("c", { default = { "none" } })
    assert.same({ "none" }, one(rule, { c = "" }))
    assert.same({ "a" }, one(rule, { c = "a" }))
  end)

  it("is left out without items unless it is required, and its check is not asked then", function()
    local asked = 0
    local function check() asked = asked + 1 return true end
    assert.is_nil(one(claims.list("c", { required = false, check = check }), { c = "" }))
    assert.equal(0, asked)
    local object = claims.map { claim = claims.list("c", { min_items = 0, check = check }) }:apply { c = "" }
    assert.equal('{"claim":[]}', json.encode(object))
    assert.equal(1, asked)
  end)
end)

describe("a function of the author", function()
  local RULES = {
    ["of text"] = claims.text(fails), ["of text with a default"] = claims.text(fails, { default = "x" }),
    ["of a list"] = claims.list(fails), ["of a claim"] = fails, ["that checks"] = claims.text("c", { check = fails }),
    ["that gives a list's items no form"] = claims.list("c", { of = claims.text { form = fails } }),
  }
  for name, rule in pairs(RULES) do
    it(name .. " is one problem when it throws", function()
      local value, problems = one(rule, { c = "x" })
      assert.same({ nil, 1 }, { value, #problems })
      assert.matches("a function that failed at .*apply_spec%.lua", problems[1].kind)
    end)
  end

  it("gives a reason only beside no value, so that it may end in gsub", function()
    local function without_blanks(record) return record.c:gsub(" ", "") end
    assert.equal("ab", one(without_blanks, { c = "a b" }))
    assert.equal("ab", one(claims.text(without_blanks), { c = "a b" }))
  end)
end)

describe("a column with a dot in its name", function()
  it("comes before a path of that name", function()
    assert.equal(1, one(claims.integer "a.b", { ["a.b"] = 1, a = { b = 2 } }))
  end)

  it("is absent when the path leads through a value that is no record", function()
    for _, through in ipairs { "text", 5, true } do
      local value, problems = one("a.len", { a = through })
      assert.same({ nil, "absent" }, { value, problems[1].kind })
    end
  end)
end)

describe("an optional object", function()
  local function mapping(members)
    return claims.map { inner = claims.object(members, { required = false }), always = claims.constant(1) }
  end

  it("is there with only the second column of a list", function()
    local made = mapping { list = claims.list { "a", "b" } }
    assert.same({ always = 1, inner = { list = { "x" } } }, made:apply { b = "x" })
    assert.same({ always = 1 }, made:apply { a = " " })
  end)

  it("is there with a member that a function computes", function()
    assert.same({ always = 1, inner = { f = 2 } }, mapping { f = function() return 2 end }:apply {})
  end)

  it("is there with a value of an object inside it", function()
    assert.same({ always = 1, inner = { deep = { a = "x" } } }, mapping { deep = { a = "a" } }:apply { a = "x" })
  end)
end)

it("claims without any are an object", function()
  assert.equal("{}", json.encode(claims.map { a = claims.text("a", { required = false }) }:apply {}))
end)

it("a list without items where text is asked for is called an empty list", function()
  local _, problems = one("c", { c = json.array() })
  assert.equal("an empty list", problems[1].kind)
end)
