-- The columns of a mapping: those that every record needs, those that are lists, and those that functions read.
local claims = require "credenco.claims"
local columns = require "credenco.claims.columns"

describe("the columns of a mapping", function()
  local function found(collect, fields)
    local seen = {}
    collect(claims.map(fields).root, seen)
    return seen
  end

  it("are needed by every record unless a claim has a default, is optional or may be an empty list", function()
    assert.same({ name = true, list = true, inner = true }, found(columns.needed, {
      name = "name", list = claims.list "list", deep = { inner = "inner" },
      with_default = claims.text("default", { required = true, default = "x" }),
      optional = claims.text("optional", { required = false }),
      may_be_empty = claims.list("empty", { min_items = 0 }),
      left_out = claims.object({ a = "a" }, { required = false }),
    }))
  end)

  it("are lists in objects, too", function()
    assert.same({ a = true, b = true }, found(columns.lists, {
      a = claims.list "a", deep = { b = claims.list "b" }, c = "c", several = claims.list { "d", "e" },
    }))
  end)

  it("are noticed as a function reads them, and the record has them all", function()
    local seen = {}
    local record = columns.watched({ a = 1, b = 2 }, seen)
    assert.same({ 1, nil }, { record.a, record.c })
    assert.same({ a = true, c = true }, seen)
    local heeds_pairs = false
    for _ in pairs(setmetatable({}, { __pairs = function() return next, { true } end })) do heeds_pairs = true end
    if not heeds_pairs then return end -- Lua 5.1
    local values = {}
    for name, value in pairs(record) do values[name] = value end
    assert.same({ a = 1, b = 2 }, values)
  end)

  it("without a name do not count as unused", function()
    assert.same({ {}, { "b" } }, { columns.compare({ "a" }, { "a", "", "b" }) })
  end)

  it("are read by a path only where records contain records", function()
    assert.same({ { "a.b" }, { "a" } }, { columns.compare({ "a.b" }, { "a" }) })
    assert.same({ {}, {} }, { columns.compare({ "a.b" }, { "a" }, true) })
  end)
end)
