--- What the sandbox reads of others: as much as can be held, and nothing for what it is not.
local json = require "credenco.sandbox.ground.json"

-- { text, as it is written again }, or { text, nil, the error }
local CASES = {
  ["empty arrays and objects"] = { ' [ ] ', "[]" },
  ["empty ones inside"] = { '{"a":[],"b":{},"c":[[]]}', '{"a":[],"b":{},"c":[[]]}' },
  ["text that looks like a mark of ours"] = {
    [==[["\u0001credenco.empty-array\u0001"]]==], [==[["\u0001credenco.empty-array\u0001"]]==],
  },
  ["the last of two members of one name"] = { '{"a":1,"a":2}', '{"a":2}' },
  ["a number of twenty digits, rounded"] = { "[12345678901234567890]", "[1.2345678901234567e+19]" },
  ["a number that vanishes, as zero"] = { "[1e-999]", "[0]" },
  ["100 levels"] = { ("["):rep(100) .. ("]"):rep(100), ("["):rep(100) .. ("]"):rep(100) },
  ["no more than 100 levels"] = { ("["):rep(101), nil, "not usable JSON: nested deeper than 100 levels" },
  ["no number beyond those of Lua"] = { "[1e999]", nil, "not usable JSON: this number is too large" },
  ["no bytes that are not UTF-8"] = { '"\255"', nil, "not UTF-8" },
  ["nothing half written"] = { '{"a"', nil, 'not usable JSON: ":" expected' },
}

describe("the sandbox's JSON", function()
  for name, case in pairs(CASES) do
    it("reads " .. name, function()
      local value, err = json.decode(case[1])
      assert.equal(case[3], err)
      assert.equal(case[2], value and json.encode(value))
    end)
  end

  it("reads without loss if it must", function()
    for text, problem in pairs {
      ['{"a":1,"a":2}'] = "the same name twice in one object",
      ["[12345678901234567890]"] = "this number cannot be held exactly; give it as text",
    } do
      local value, err = json.decode_exactly(text)
      assert.is_nil(value)
      assert.equal("not usable JSON: " .. problem, err)
    end
  end)

  it("says whether a name is there twice", function()
    assert.is_true(json.repeats_a_name '[{"a":1,"a":1}]')
    assert.is_false(json.repeats_a_name '[{"a":1},{"a":1}]')
    assert.is_true(json.repeats_a_name '{"n":12345678901234567890,"a":1,"a":1}')
    assert.is_true(json.repeats_a_name('{"deep":' .. ("["):rep(80) .. ("]"):rep(80) .. ',"a":1,"a":1}'))
  end)
end)
