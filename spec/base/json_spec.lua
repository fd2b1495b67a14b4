-- Claims arrive exactly as given, or nothing is sent.
local cjson = require "cjson"
local json = require "credenco.base.json"
local comma_locale = require "spec.support.comma_locale"

local function nested(levels)
  local value = { leaf = true }
  for _ = 2, levels do value = { value } end
  return value
end

describe("credenco.json writes", function()
  local exact = {
    { "the largest exact integer", 9007199254740992, "9007199254740992" },
    { "the smallest exact integer", -9007199254740992, "-9007199254740992" },
    { "fifteen digits", 123456789012345, "123456789012345" },
    { "a tenth", 0.1, "0.1" },
    { "a double that needs 17 digits", 0.1 + 0.2, "0.30000000000000004" },
    { "a short decimal", 9.95, "9.95" },
    { "a whole number that is a float", 3.0, "3" },
    { "a very small number", 5e-324, "4.9406564584125e-324" },
    { "text beyond ASCII", "é", '"é"' },
    { "a slash", "a/b", '"a/b"' },
    { "a quote and a backslash", '"\\', [["\"\\"]] },
    { "a line break and a NUL", "\n\0", [["\n\u0000"]] },
    { "true", true, "true" },
    { "null", json.null, "null" },
    { "an empty object", {}, "{}" },
    { "an empty object that says so", json.object {}, "{}" },
    { "an empty array", json.array {}, "[]" },
    { "a list", { 1, "a", false }, '[1,"a",false]' },
    { "nulls in a list", { json.null, json.null }, "[null,null]" },
    { "an object in an object", { a = { b = 1 } }, '{"a":{"b":1}}' },
    { "text that looks like a placeholder", { '1:1"', 0.1 + 0.2 }, [=[["1:1\"",0.30000000000000004]]=] },
    { "big and small numbers side by side", { 2 ^ 53, 0.1, 1 }, "[9007199254740992,0.1,1]" },
    { "an empty array deep inside", { { a = { json.array {} } } }, '[{"a":[[]]}]' },
    { "a key that looks like a number", { ["1"] = 1 }, '{"1":1}' },
    { "a table that hides its metatable", setmetatable({ a = 1 }, { __metatable = "hidden" }), '{"a":1}' },
    { "a table whose metatable only inherits from one that stands in for others",
      setmetatable({ a = 1 }, setmetatable({}, { __index = { __pairs = print, __len = print } })), '{"a":1}' },
  }
  for _, case in ipairs(exact) do
    it(case[1], function()
      local text = assert(json.encode(case[2]))
      assert.equal(case[3], (text:gsub("\\/", "/")))
    end)
  end

  it("numbers that lua-cjson reads back as the same number", function()
    math.randomseed(20261123)
    for _ = 1, 2000 do
      local number = (math.random() - 0.5) * 10 ^ math.random(-20, 12)
      assert.equal(number, cjson.decode("[" .. json.encode(number) .. "]")[1])
    end
  end)

  it("64 levels and not one more", function()
    assert.is_string(json.encode(nested(64)))
    local text, problem = json.encode(nested(65))
    assert.is_nil(text)
    assert.equal("nested deeper than 64 levels", problem)
  end)

  it("all levels in a new coroutine, whose stack is small", function()
    local written = coroutine.wrap(function() return json.encode(nested(64)) end)()
    assert.equal(64, select(2, written:gsub("[[{]", "")))
    local text = ("["):rep(100) .. ("]"):rep(100)
    assert.is_table(coroutine.wrap(function() return json.decode(text) end)())
  end)

  it("a part of a document with as many levels as it has left", function()
    assert.is_string(json.encode(nested(66), 2))
    assert.is_nil(json.encode(nested(67), 2))
  end)

  it("the object's own fields, in both ways of writing", function()
    local made = setmetatable({ name = "A" }, { __index = { greet = print } })
    assert.equal('{"name":"A"}', json.encode(made))
    assert.equal('[{"name":"A"},9007199254740992]', json.encode { made, 2 ^ 53 })
  end)

  it("a table without changing it", function()
    local items = { 1 }
    local marked = json.array(items)
    assert.is_nil(getmetatable(items))
    assert.not_equal(items, marked)
  end)
end)

describe("credenco.json refuses", function()
  local loop = {}
  loop.inner = loop
  local refused = {
    { "an integer past 2^53", { a = { b = { 1, 2 ^ 53 + 2 } } }, ".a.b[2]" },
    { "a negative integer past 2^53", { a = -2 ^ 53 - 2 }, ".a" },
    { "a whole number far past 2^53", { a = 1e300 }, ".a" },
    { "NaN", { a = 0 / 0 }, ".a" },
    { "an infinity", { -math.huge }, "[1]" },
    { "invalid UTF-8", { name = "\255" }, ".name" },
    { "an overlong form", { name = "\192\175" }, ".name" },
    { "half a surrogate pair", { name = "\237\160\128" }, ".name" },
    { "a key that is invalid UTF-8", { a = { ["\255"] = 1 } }, ".a" },
    { "a hole in a list", { list = { 1, nil, 3 } }, ".list" },
    { "an item far behind the others of a list", { list = { 1, [1000] = 3 } }, ".list" },
    { "a hole beside a name that is a number", { list = { 1, nil, 3, ["2"] = 2 } }, ".list" },
    { "a hole beside a zeroth item", { list = { 1, nil, 3, [0] = 0 } }, ".list" },
    { "a hole beside a later item", { list = { 1, nil, 3, [7] = 7 } }, ".list" },
    { "a hole beside a fraction", { list = { 1, nil, 3, [1.5] = 1 } }, ".list" },
    { "a fraction among a list's numbers", { list = { 1, 2, [1.5] = 3 } }, ".list" },
    { "a list with names", { mixed = { 1, name = 2 } }, ".mixed" },
    { "a key that is no text", { [true] = 1 }, "" },
    { "a fraction as key", { [1.5] = 1 }, "" },
    { "an array with names", { a = json.array { name = 1 } }, ".a" },
    { "an object with numbers", { a = json.object { 1 } }, ".a" },
    { "a function", { a = { fn = print } }, ".a.fn" },
    { "a coroutine", { a = coroutine.create(print) }, ".a" },
    { "a file", { a = io.stdout }, ".a" },
    { "a table inside itself", loop, (".inner"):rep(64) },
    { "a table that shows others to pairs", { a = setmetatable({}, { __pairs = function() return next, { 1 } end }) }, ".a" },
    { "a list that lies about its length", { a = setmetatable({ 1, 2 }, { __len = function() return 1 end }) }, ".a" },
    { "an empty table with its contents elsewhere", { a = setmetatable({}, { __index = { name = 1 } }) }, ".a" },
  }
  it("infinities as such, not as large numbers", function()
    for _, number in ipairs { math.huge, -math.huge } do
      local _, problem = json.encode(number)
      assert.equal("NaN and infinities have no JSON form", problem)
    end
  end)

  for _, case in ipairs(refused) do
    it(case[1] .. ", and says where", function()
      local text, problem, path = json.encode(case[2])
      assert.is_nil(text)
      assert.is_string(problem)
      assert.equal(case[3], path)
    end)
  end
end)

describe("credenco.json in a locale of its program's with a decimal comma", function()
  local has_locale = comma_locale.use()

  it("writes and reads points", function()
    if not has_locale() then return pending(comma_locale.NEEDS) end
    assert.equal("[1.5,[0.1,2]]", json.encode { 1.5, { 0.1, 2 } })
    assert.equal("[1e-20,0.1234567890123456,2.5e-07]", json.encode { 1e-20, 0.1234567890123456, 2.5e-7 })
    assert.equal("0.5", json.encode(0.5))
    assert.same({ 1.5, 2 }, json.decode "[1.5,2]")
    assert.equal("[1.5]", json.encode { 1.5 })
    os.setlocale "C"
    assert.same({ 1.5, 2 }, json.decode "[1.5,2]")
    assert.equal("[1.5,0.25]", json.encode { 1.5, 0.25 })
  end)
end)

describe("credenco.json reads", function()
  it("nothing but JSON", function()
    for _, text in ipairs { "", "{", "<html>", "NaN", "[NaN]", "{} {}", '"\n"' } do
      assert.is_nil(json.decode(text))
    end
    assert.is_nil(json.decode(nil))
    assert.is_false(json.decode "false")
  end)

  it("null as credenco.null", function()
    assert.equal(json.null, json.decode('{"a":null}').a)
  end)

  it("100 levels and not one more", function()
    local function levels(count) return json.decode(("["):rep(count) .. ("]"):rep(count)) end
    assert.is_table(levels(100))
    assert.is_nil(levels(101))
  end)

  it("arrays as credenco.array, so that an empty one stays one", function()
    assert.equal('{"a":[],"b":{}}', json.encode(json.decode '{"b":{},"a":[]}'))
  end)

  it("an integer that no number holds as text", function()
    local text = [[{"a":9007199254740993,"b":[-12345678901234567890,1e20,1.2345678901234567890,9007199254740991],
      "12345678901234567890":"\\\"12345678901234567890"}]]
    local value = json.decode(text)
    assert.same({ "9007199254740993", "-12345678901234567890", 1e20, 1.2345678901234567890, 9007199254740991 },
      { value.a, value.b[1], value.b[2], value.b[3], value.b[4] })
    assert.equal('\\"12345678901234567890', value["12345678901234567890"])
    assert.is_nil(json.decode('{"a":12345678901234567890'))
    assert.is_nil(json.decode('["12345678901234567890\\'))
  end)
end)

-- OpenResty's lua-cjson marks lists its own way; Debian's knows no marks. Its names stand in for it here.
describe("credenco.json, beside a lua-cjson with marks", function()
  local marked, array_mt, empty_array_mt, no_items

  setup(function()
    array_mt, empty_array_mt = cjson.array_mt or {}, cjson.empty_array_mt or {}
    no_items = cjson.empty_array or debug.upvalueid(function() return cjson end, 1) -- luacheck: ignore
    package.loaded.cjson = setmetatable(
      { array_mt = array_mt, empty_array_mt = empty_array_mt, empty_array = no_items }, { __index = cjson })
    package.loaded["credenco.base.json"] = nil
    marked = require "credenco.base.json"
    package.loaded.cjson, package.loaded["credenco.base.json"] = cjson, json
  end)

  it("writes a table that is marked as a list as a list", function()
    assert.equal("[]", marked.encode(setmetatable({}, array_mt)))
    assert.equal("[1,2]", marked.encode(setmetatable({ 1, 2 }, array_mt)))
    assert.equal("[]", marked.encode(setmetatable({}, empty_array_mt)))
    assert.equal('{"a":1}', marked.encode(setmetatable({ a = 1 }, empty_array_mt)))
    assert.equal("[]", marked.encode(no_items))
    assert.equal('{"a":[],"b":[[]]}', (marked.encode { a = no_items, b = { setmetatable({}, array_mt) } }
      :gsub('{"b":(.*),"a":(.*)}', '{"a":%2,"b":%1}')))
  end)

  it("refuses names in a table that is marked as a list", function()
    local text, problem = marked.encode(setmetatable({ a = 1 }, array_mt))
    assert.is_nil(text)
    assert.equal("a table has either text keys or numbers from 1 on", problem)
  end)

  it("knows such lists for lists, and nothing for none", function()
    assert.is_false(json.is_array(nil))
    assert.is_true(marked.is_array(setmetatable({}, array_mt)))
    assert.is_false(marked.is_array(setmetatable({ a = 1 }, empty_array_mt)))
  end)
end)
