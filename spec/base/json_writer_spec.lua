-- The text of values that are fit for JSON; `credenco.base.json` checks that they are, and its spec has numbers.
local core = require "credenco.core"
local json = require "credenco.base.json"
local writer = require "credenco.base.json_writer"

local function write(value) return writer.write(value, json.is_array) end

describe("the writer of JSON", function()
  local CASES = {
    { "members in the order of their names", { b = 1, a = { d = 2, c = 3 } }, '{"a":{"c":3,"d":2},"b":1}' },
    { "nothing of one kind for nothing of another", { json.array(), {}, json.null }, "[[],{},null]" },
    { "what would end a string or a line", '"\\\n\r\t\0\127', [["\"\\\n\r\t\u0000\u007f"]] },
    { "text beyond ASCII as it is, and bytes of no character as question marks", { "é", "\233" }, '["é","?"]' },
    { "numbers that others rounded", { 12345678901234567890, 1e300, 2 ^ 53 + 2 },
      "[1.2345678901234567e+19,1e+300,9007199254740994]" },
    { "whole numbers without an exponent", { 1e15, 1e16 }, "[1000000000000000,10000000000000000]" },
    { "truth", { true, false }, "[true,false]" },
  }
  for _, case in ipairs(CASES) do
    it("writes " .. case[1], function() assert.equal(case[3], write(case[2])) end)
  end

  for name, value in pairs { ["NaN"] = 0 / 0, ["an infinity"] = -math.huge, ["a function"] = print } do
    it("refuses " .. name, function()
      local written, problem = pcall(write, { value })
      assert.is_false(written)
      assert.matches("no JSON for", problem, 1, true)
    end)
  end

  it("writes as many levels as the reader reads, and no more", function()
    local value = {}
    for _ = 2, core.JSON_TOLERANT_DEPTH do value = { value } end
    assert.is_true(pcall(write, value))
    assert.is_false(pcall(write, { value }))
  end)
end)
