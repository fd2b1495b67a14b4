-- The description of a function that failed: its place, Lua's own message if Lua threw it, and never a value.
local claims = require "credenco.claims"
local place = require "credenco.claims.thrown"

local is_luajit = rawget(_G, "jit") ~= nil
local is_old = is_luajit or _VERSION == "Lua 5.2" -- the name first, as in Lua 5.1
local SECRET = "Jansen"
local HERE = debug.getinfo(1, "S").short_src .. ":"
local record = { secret = SECRET, list = {} }

local function told_of(fn)
  return select(2, xpcall(fn, place))
end

describe("the report of a function that failed has", function()
  -- what fails, what Lua 5.4 says, what LuaJIT says; what the two between say where it is something else
  local cases = {
    { function() return record.x.y end, "index a nil value (field 'x')", "index field 'x' (a nil value)" },
    { function() return "a" .. record.price end,
      "concatenate a nil value (field 'price')", "concatenate field 'price' (a nil value)" },
    { function() return record["KvK-nummer"] .. "" end,
      "concatenate a nil value (field 'KvK-nummer')", "concatenate field 'KvK-nummer' (a nil value)" },
    { function() return record:nope() end, "call a nil value (method 'nope')", "call method 'nope' (a nil value)" },
    { function() return #record.x end, "get length of a nil value (field 'x')", "get length of field 'x' (a nil value)" },
    { function() return record.x + 1 end,
      "perform arithmetic on a nil value (field 'x')", "perform arithmetic on field 'x' (a nil value)" },
    { function() return record.secret * 2 end,
      "mul a 'string' with a 'number'", "perform arithmetic on field 'secret' (a string value)",
      ["Lua 5.3"] = "perform arithmetic on a string value (field 'secret')" },
    { function() return record.secret < 1 end, "compare string with number", "compare string with number" },
    { function() return record.list < {} end, "compare two table values", "compare two table values" },
    { function() for _ in record.x do record.y = nil end end,
      "call a nil value (for iterator 'for iterator')", "call a nil value",
      ["Lua 5.3"] = "call a nil value" },
    { function() return record[record.secret].x end, "index a nil value (field '?')", "index a nil value",
      ["Lua 5.2"] = "index field '?' (a nil value)" },
  }
  for _, case in ipairs(cases) do
    it(("the place and that Lua cannot %s"):format(case[2]), function()
      local told = told_of(case[1])
      assert.matches("^[^:]*thrown_spec.lua:%d+: ", told)
      assert.equal("attempt to " .. (case[_VERSION] or case[is_old and 3 or 2]), told:match("^[^:]*:%d+: (.*)$"))
    end)
  end

  it("a userdata for null", function()
    local null = { kvk = require "credenco".null }
    local index = is_old and "index field 'kvk' (a userdata value)" or "index a userdata value (field 'kvk')"
    for said, fn in pairs {
      [index] = function() return (null.kvk:gsub("%D", "")) end,
      ["compare userdata with number"] = function() return null.kvk < 1 end,
    } do
      assert.equal("attempt to " .. said .. "; JSON's null and SQL's NULL are credenco.null, a userdata",
        told_of(fn):match "^[^:]*:%d+: (.*)$")
    end
    assert.is_nil(told_of(function() return null.userdata.x end):find("null", 1, true))
  end)

  local hidden = {
    ["what the author throws"] = function() error("secret " .. SECRET) end,
    ["what begins as Lua's words do"] = function() error("attempt to " .. SECRET) end,
    ["what has the shape of Lua 5.4's words"] = function() error("attempt to index a nil value (field '" .. SECRET .. "')") end,
    ["what has the shape of LuaJIT's words"] = function() error("attempt to index field '" .. SECRET .. "' (a nil value)") end,
    ["that without a place"] = function() error("attempt to call a nil value (field '" .. SECRET .. "')", 0) end,
    ["an assertion's"] = function() assert(false, "attempt to index a nil value (field '" .. SECRET .. "')") end,
    ["a coroutine's"] = function()
      coroutine.wrap(function() error("attempt to index a nil value (field '" .. SECRET .. "')") end)()
    end,
    ["a metamethod's"] = function()
      return setmetatable({}, { __index = function(_, name) error("attempt to index a " .. name .. " value") end })[SECRET]
    end,
    ["a tail call's"] = function() return error("attempt to call method '" .. SECRET .. "' (a nil value)") end,
    ["a table's"] = function() error(setmetatable({}, { __tostring = function() return "attempt to call a nil value" end })) end,
  }
  -- In LuaJIT nothing is left of a function that ends in a call of another.
  local gone = { ["a tail call's"] = is_luajit }
  for name, fn in pairs(hidden) do
    it("nothing of " .. name .. " but the place", function()
      local told = told_of(fn)
      assert.is_nil(told:find(SECRET, 1, true), told)
      assert.matches(gone[name] and "^an unknown place$" or "^[^:]+:%d+", told)
    end)
  end

  it("the author's own place when our code failed", function()
    local told = told_of(function()
      local date = require("credenco.claims.date").read(record.list, "YYYY-MM-DD")
      return date
    end)
    assert.matches("^[^:]*thrown_spec.lua:%d+", told)
  end)

  it("no place in our code or in its caller's", function()
    local _, problems = claims.map { x = function() return error(SECRET) end }:apply {}
    assert.equal("a function that failed at " .. (is_luajit and "an unknown place" or HERE .. debug.getinfo(1, "l").currentline - 1),
      problems[1].kind)
  end)
end)
