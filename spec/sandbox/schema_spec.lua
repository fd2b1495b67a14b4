--- The door for what comes from elsewhere: what fits a schema comes through, and nothing else.
local json = require "credenco.sandbox.ground.json"
local schema = require "credenco.sandbox.ground.schema"

local THING = { type = "object", members = {
  name = { type = "string", required = true, min = 1, max = 5 },
  count = { type = "integer", min = 0, max = 9 },
  at = { type = "number" },
  sure = { type = "boolean" },
  list = { type = "array", max = 2, items = { type = "string" } },
  tolerant = { type = "array", items = { type = "integer", lenient = true } },
  hint = { type = "string", lenient = true },
  either = { type = { "string", "object" } },
  even = { type = "integer", check = function(n) return n % 2 == 1 and "must be even" or nil end },
  inner = { type = "object", nulls = "refused", members = { a = { type = "string" } } },
  map = { type = "object", values = { type = "integer" } },
  closed = { type = "object", others = "refused", members = { first = schema.one_of { "a", "b" } } },
  colour = schema.matching("^#%x+$", "must be a colour"),
  anything = schema.ANY,
  each = { type = "array", items = { type = "integer" } },
} }

-- Cases that come through, with a member of that size.
local function text_of(bytes, member)
  local text = ('{"%s":"%s","name":"a"}'):format(member, ("x"):rep(bytes))
  return { text, text }
end
local function list_of(count, member)
  local text = ('{"%s":[%s1],"name":"a"}'):format(member, ("1,"):rep(count - 1))
  return { text, text }
end

--- The text, and what comes through as text, or after "!" what is said of it.
local CASES = {
  { '{"name":"a"}', '{"name":"a"}' },
  { '{"name":"abcde"}', '{"name":"abcde"}' },
  { '{"name":"abcdef"}', "!the thing: name must be at most 5 bytes long" },
  { '{"name":""}', "!the thing: name must not be empty" },
  { "{}", "!the thing: name is missing" },
  { '{"name":null}', "!the thing: name is missing" },
  { '{"name":7}', "!the thing: name must be string, not number" },
  { '{"name":[]}', "!the thing: name must be string, not array" },
  { '{"name":"a","other":1}', '{"name":"a"}' },
  { '{"name":"a","count":9}', '{"count":9,"name":"a"}' },
  { '{"name":"a","count":10}', "!the thing: count must be at most 9" },
  { '{"name":"a","count":-1}', "!the thing: count must be at least 0" },
  { '{"name":"a","count":1.5}', "!the thing: count must be integer, not number" },
  { '{"name":"a","count":1e300}', "!the thing: count must be integer, not number" },
  { '{"name":"a","count":null}', '{"name":"a"}' },
  { '{"name":"a","at":1.5}', '{"at":1.5,"name":"a"}' },
  { '{"name":"a","sure":false}', '{"name":"a","sure":false}' },
  { '{"name":"a","sure":"no"}', "!the thing: sure must be boolean, not string" },
  { '{"name":"a","list":[]}', '{"list":[],"name":"a"}' },
  { '{"name":"a","list":{}}', "!the thing: list must be array, not object" },
  { '{"name":"a","list":["b",null]}', "!the thing: list[2] must be string, not null" },
  { '{"name":"a","list":["b","c","d"]}', "!the thing: list must be at most 2 elements long" },
  { '{"name":"a","tolerant":[1,"x",2]}', '{"name":"a","tolerant":[1,2]}' },
  { '{"name":"a","hint":7}', '{"name":"a"}' },
  { '{"name":"a","either":{"x":1}}', '{"either":{"x":1},"name":"a"}' },
  { '{"name":"a","either":[1]}', "!the thing: either must be string or object, not array" },
  text_of(schema.MAX_BYTES, "either"), text_of(schema.MAX_BYTES + 1, "anything"),
  { text_of(schema.MAX_BYTES + 1, "either")[1], "!the thing: either must be at most 65536 bytes long" },
  list_of(schema.MAX_ITEMS, "each"), list_of(schema.MAX_ITEMS + 1, "anything"),
  { list_of(schema.MAX_ITEMS + 1, "each")[1], "!the thing: each must be at most 10000 elements long" },
  { '{"name":"a","even":3}', "!the thing: even must be even" },
  { '{"name":"a","inner":{"a":null}}', "!the thing: inner.a must be string, not null" },
  { '{"name":"a","inner":{"b":null}}', '{"inner":{},"name":"a"}' },
  { '{"name":"a","map":{"x":1,"y":2}}', '{"map":{"x":1,"y":2},"name":"a"}' },
  { '{"name":"a","map":{"\\n":"s"}}', "!the thing: map.? must be integer, not string" },
  { '{"name":"a","closed":{"first":"b"}}', '{"closed":{"first":"b"},"name":"a"}' },
  { '{"name":"a","closed":{"first":"c"}}', "!the thing: closed.first must be one of a, b" },
  { '{"name":"a","closed":{"frist":"b"}}', "!the thing: closed.frist is unknown; did you mean 'first'?" },
  { '{"name":"a","closed":{"\\n":"b"}}', "!the thing: closed.? is unknown" },
  { '{"name":"a","colour":"#0f"}', '{"colour":"#0f","name":"a"}' },
  { '{"name":"a","colour":"red"}', "!the thing: colour must be a colour" },
  { "[]", "!the thing must be object, not array" },
  { "null", "!the thing must be object, not null" },
  { '{"name"', "!the thing is not usable JSON: \":\" expected" },
  { '{"name":"\255"}', "!the thing is not UTF-8" },
  { '{"name":"a","at":1e400}', "!the thing is not usable JSON: this number is too large" },
  { '{"name":"a","x":' .. ("["):rep(63) .. ("]"):rep(63) .. "}", '{"name":"a"}' },
  { '{"name":"a","x":' .. ("["):rep(64) .. ("]"):rep(64) .. "}", "!the thing is nested more than 64 levels deep" },
}

describe("the schemas for data from others", function()
  for _, case in ipairs(CASES) do
    it("reads " .. case[1]:sub(1, 60), function()
      local value, err = schema.decode(THING, case[1], "the thing")
      assert.equal(case[2], value and json.encode(value) or "!" .. err)
    end)
  end

  it("does not change its arguments", function()
    local given = { name = "a", tolerant = json.array { 1, "x" } }
    schema.read(THING, given, "the thing")
    assert.same({ name = "a", tolerant = { 1, "x" } }, given)
  end)
end)
