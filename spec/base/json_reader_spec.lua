local cjson = require "cjson"
local core = require "credenco.core"
local credenco = require "credenco"
local json = require "credenco.base.json"
local json_reader = require "credenco.base.json_reader"

-- Texts that come out again as they went in.
local EXACT = {
  ["an empty object"] = "{}",
  ["an empty array"] = "[]",
  ["empty ones inside"] = '[{"a":[]},{"b":{}}]',
  ["null"] = '{"a":null}',
  ["booleans"] = "[true,false]",
  ["zero"] = "[0]",
  ["the largest integer every engine holds"] = "[9007199254740992]",
  ["its negative"] = "[-9007199254740992]",
  ["fifteen digits"] = "[123456789012345]",
  ["a tenth"] = "[0.1]",
  ["seventeen digits that a double has"] = "[0.30000000000000004]",
  ["text beyond ASCII"] = '["\195\169 \226\130\172 \240\159\152\128"]',
  ["nesting at the limit"] = ("["):rep(64) .. ("]"):rep(64),
}

-- Texts that mean the same as another one.
local SAME = {
  ["white space"] = { ' \t\r\n{ "a" : [ 1 , 2 ] } \n', '{"a":[1,2]}' },
  ["a fraction that is none"] = { "[1.0]", "[1]" },
  ["an exponent"] = { "[1e2,12.5E-1,1e+2]", "[100,1.25,100]" },
  ["a zero with an exponent"] = { "[0e300]", "[0]" },
  ["the smallest number there is"] = { "[5e-324]", "[4.9406564584124654e-324]" },
  ["zeros at the end of a fraction"] = { "[0.10]", "[0.1]" },
  ["simple escapes"] = { [==["\"\\\/"]==], [==["\"\\/"]==] },
  ["letters for control characters"] = { [==["\b\f\n\r\t"]==], [==["\u0008\u000C\u000a\u000d\u0009"]==] },
  ["a delete character"] = { '["\127"]', [==[["\u007f"]]==] },
  ["a unicode escape"] = { [==["\u00e9\u20AC"]==], '"\195\169\226\130\172"' },
  ["a surrogate pair"] = { [==["\ud83d\ude00"]==], '"\240\159\152\128"' },
  ["the first character of two bytes, and of three"] = { [==["\u0080\u0800"]==], '"\194\128\224\160\128"' },
  ["the first surrogate pair"] = { [==["\ud800\udc00"]==], '"\240\144\128\128"' },
  ["the last surrogate pair"] = { [==["\udbff\udfff"]==], '"\244\143\191\191"' },
  ["the code points around the pairs"] = { [==["\ud7ff\ue000"]==], '"\237\159\191\238\128\128"' },
}

-- Texts that are refused, and where.
local REFUSED = {
  ["nothing"] = { "", "line 1, column 1: not a JSON value" },
  ["an integer that would be rounded"] = { "[9007199254740993]", "line 1, column 2: this number cannot be held exactly" },
  ["more digits than a double has"] = { "[0.12345678901234567890]", "cannot be held exactly" },
  ["an infinite number"] = { "[1e999]", "cannot be held exactly" },
  ["a number that is rounded up to the smallest"] = { "[4e-324]", "cannot be held exactly" },
  ["a number that vanishes"] = { "[1e-999]", "cannot be held exactly" },
  ["a number that vanishes, by an exponent that no integer holds"] = {
    "[1e-18446744073709551617]", "cannot be held exactly" },
  ["many zeros between digits"] = { "[0.1" .. ("0"):rep(100) .. "1]", "cannot be held exactly" },
  ["a leading zero"] = { "[01]", "not a JSON value" },
  ["a lone minus"] = { "[-]", "not a JSON value" },
  ["a fraction without digits"] = { "[1.]", "not a JSON value" },
  ["an exponent without digits"] = { "[1e]", "not a JSON value" },
  ["hexadecimal"] = { "[0x10]", "expected" },
  ["not a number"] = { "[NaN]", "not a JSON value" },
  ["a word"] = { "[nil]", "not a JSON value" },
  ["the start of a word"] = { "t", "not a JSON value" },
  ["two values"] = { "{} {}", "line 1, column 4: nothing may follow" },
  ["a comma too many"] = { "[1,]", "not a JSON value" },
  ["a comma too few"] = { "[1 2]", 'line 1, column 4: "," or "]" expected' },
  ["an array without end"] = { "[1", "expected" },
  ["an object without end"] = { '{"a":1', "expected" },
  ["a name that is no string"] = { "{a:1}", "a member's name expected" },
  ["a missing colon"] = { '{"a" 1}', '":" expected' },
  ["one name twice"] = { '{"a":1,\n "a":2}', "line 2, column 2: the same name twice" },
  ["one name twice, once as null"] = { '{"a":null,"a":2}', "the same name twice" },
  ["a string without end"] = { '["a', "the string has no end" },
  ["a line break in a string"] = { '["a\nb"]', "a control character" },
  ["the last control character in a string"] = { '["\31"]', "a control character" },
  ["a zero byte in a string"] = { '["a\0b"]', "a control character" },
  ["an unknown escape"] = { [==["\x41"]==], "an unknown escape" },
  ["a backslash before a zero byte"] = { '["\\\0"]', "an unknown escape" },
  ["a short unicode escape"] = { [==["\u12"]==], "a broken" },
  ["a unicode escape that is not hexadecimal"] = { [==["\u1g00"]==], "a broken" },
  ["half of a pair"] = { [==["\ud83d"]==], "half of a surrogate pair" },
  ["the other half alone"] = { [==["\ude00"]==], "half of a surrogate pair" },
  ["two second halves"] = { [==["\udc00\udc00"]==], "half of a surrogate pair" },
  ["half of a pair before another escape"] = { [==["\ud83d\u0041"]==], "half of a surrogate pair" },
  ["nesting past the limit"] = { ("["):rep(65) .. ("]"):rep(65), "nested deeper than 64" },
  ["nesting far past the limit"] = { ("["):rep(100000), "nested deeper than 64" },
}

describe("the exact JSON reader", function()
  for name, text in pairs(EXACT) do
    it("keeps " .. name, function()
      assert.equal(text, json.encode((assert(json_reader.read(text)))))
    end)
  end

  for name, case in pairs(SAME) do
    it("understands " .. name, function()
      local value = assert(json_reader.read(case[1]))
      assert.same(json_reader.read(case[2]), value)
    end)
  end

  for name, case in pairs(REFUSED) do
    it("refuses " .. name, function()
      local value, err = json_reader.read(case[1])
      assert.is_nil(value)
      assert.is_truthy(err:find(case[2], 1, true), err)
    end)
  end

  it("rounds in the modes that say so, and takes the last member of a name in those that say so", function()
    local repeated, beyond = '{"a":1,"a":2}', "9007199254740993"
    for _, case in ipairs { { nil, nil, nil }, { "rounding", nil, 2 ^ 53 }, { "tolerant", 2, 2 ^ 53 }, { "digits", 2, beyond } } do
      local mode = case[1]
      local object = json_reader.value(repeated, mode)
      assert.same({ case[2], case[3] }, { object and object.a, (json_reader.value(beyond, mode)) })
      assert.is_nil((json_reader.value("1e999", mode)))
      local levels = mode and core.JSON_TOLERANT_DEPTH or core.JSON_DEPTH
      assert.is_table((json_reader.value(("["):rep(levels) .. ("]"):rep(levels), mode)))
      assert.is_nil((json_reader.value(("["):rep(levels + 1) .. ("]"):rep(levels + 1), mode)))
    end
  end)

  it("gives an integer for a whole number without a point, where the engine has integers", function()
    assert.equal(tostring(1.0), tostring((json_reader.value "1.0")))
    assert.equal(tostring(100), tostring((json_reader.value "1e2")))
  end)

  it("has no other mark of arrays than a metatable", function()
    assert.is_false(pcall(core.json_read, "[]", "no table"))
  end)

  it("reads what lua-cjson reads", function()
    local text = '{"id":"90004760","n":[1,2.5,-3],"deep":{"a":{"b":[{"c":"\\u00e9"}]}},"t":true}'
    assert.same(cjson.decode(text), json_reader.read(text))
  end)

  it("gives null as the library's null", function()
    assert.equal(credenco.null, json_reader.read "null")
  end)

  it("does not repeat what it read", function()
    local _, err = json_reader.read '{"name": "very personal" oops'
    assert.is_nil(err:find("personal", 1, true))
  end)
end)
