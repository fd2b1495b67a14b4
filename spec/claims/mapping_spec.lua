-- Claim mapping: what each rule accepts, what it makes of it, and how it says what does not fit.
local claims = require "credenco.claims"
local date = require "credenco.claims.date"
local files = require "spec.support.files"
local json = require "credenco.base.json"
local prepare = require "credenco.pipeline.prepare"

local function one(rule, record)
  local object, problems = claims.map({ claim = rule }):apply(record)
  if object then return object.claim end
  return nil, problems[1]
end

describe("a claim rule", function()
  local cases = {
    { "trims text", claims.text "c", "  a b ", "a b" },
    { "keeps blanks when told to", claims.text("c", { trim = false }), " a ", " a " },
    { "trims blanks that are not ASCII", claims.text "c", "\194\160\226\128\175a b\226\128\135\227\128\128\239\187\191 ", "a b" },
    { "keeps blanks that are not ASCII inside", claims.text "c", "a\194\160b", "a\194\160b" },
    { "keeps characters that share bytes with blanks", claims.text "c", "\194\161\195\160", "\194\161\195\160" },
    { "keeps blanks that are not ASCII when told to", claims.text("c", { trim = false }), "a\194\160", "a\194\160" },
    { "trims them around a number", claims.integer "c", "\194\16042\226\128\175", 42 },
    { "trims them around a date", claims.date "c", "2024-02-29\194\160", "2024-02-29" },
    { "takes the default of text of such blanks only", claims.text("c", { default = "none" }), "\194\160 \227\128\128", "none" },
    { "collapses inner blanks", claims.text("c", { form = "collapse" }), "a   b", "a b" },
    { "applies several forms in their order", claims.text("c", { form = { "alphanumeric", "upper" } }), "nl-12 a", "NL12A" },
    { "applies a function as a form", claims.text("c", { form = function(t) return t .. "!" end }), "a", "a!" },
    { "counts characters, not bytes", claims.text("c", { length = 4 }), "caf\195\169", "caf\195\169" },
    { "takes one of a list", claims.text("c", { one_of = { "NL", "BE" } }), "BE", "BE" },
    { "reads a whole number", claims.integer "c", " +42 ", 42 },
    { "reads the last whole number before 2^53", claims.integer "c", "9007199254740991", 9007199254740991 },
    { "reads it as a number", claims.number "c", "-9007199254740991", -9007199254740991 },
    { "reads 15 digits", claims.number "c", "123456789012.125", 123456789012.125 },
    { "reads more digits that a double keeps", claims.number "c", "0.30000000000000004", 0.1 + 0.2 },
    { "reads digits that say nothing", claims.number "c", "+0001.50000000000000000000", 1.5 },
    { "reads nothing in many digits", claims.number "c", "-0.00000000000000000000", 0 },
    { "reads a decimal comma", claims.number("c", { decimal = "," }), "-1,25", -1.25 },
    { "reads yes as true", claims.boolean "c", "YES", true },
    { "reads own words as false", claims.boolean("c", { yes = { "Ja" }, no = { "Nee" } }), "nee", false },
    { "passes a boolean on", claims.boolean "c", true, true },
    { "writes a date as ISO 8601", claims.date("c", { notation = "DD-MM-YYYY" }), "29-2-2024", "2024-02-29" },
    { "knows the leap year at the turn of four centuries", claims.date "c", "2000-02-29", "2000-02-29" },
    { "passes a number of a JSON record on", claims.integer "c", 7, 7 },
    { "takes the default of an empty value", claims.text("c", { default = "none" }), "  ", "none" },
    { "leaves out what is not required", claims.text("c", { required = false }), "", nil },
    { "splits a list", claims.list("c", { separator = ";" }), "a; b;;c", { "a", "b", "c" } },
    { "gathers a repeated column", claims.list "c", { "a", "", "b" }, { "a", "b" } },
    { "reads a list's items by a rule", claims.list("c", { separator = ",", of = claims.integer {} }), "1,2", { 1, 2 } },
    { "drops what a unique list has twice", claims.list("c", { separator = ",", unique = true }), "a,b,a", { "a", "b" } },
    { "writes a constant", claims.constant "NL", "whatever", "NL" },
  }
  for _, case in ipairs(cases) do
    local name, rule, given, expected = case[1], case[2], case[3], case[4]
    it(name, function()
      local value, problem = one(rule, { c = given })
      assert.is_nil(problem)
      assert.same(expected, value)
    end)
  end
end)

local EXACT_WHOLE = "a whole number from -9007199254740991 to 9007199254740991"
local EXACT = "a number of at most 15 digits, because more would be rounded"

describe("a value that does not fit", function()
  local cases = {
    { "absent text", claims.text "c", nil, "absent", "text" },
    { "empty text", claims.text "c", "", "empty", "text" },
    { "text of blanks that are not ASCII", claims.text "c", "\194\160 \239\187\191", "only whitespace", "text" },
    { "JSON's null", claims.text "c", require "cjson".null, "absent", "text" },
    { "text that is too short", claims.text("c", { length = 8 }), "1234567", "text of 7 characters", "text of 8 characters" },
    { "text that is too long", claims.text("c", { max_length = 2 }), "abc", "text of 3 characters", "text of 1 to 2 characters" },
    { "empty text of a greatest length", claims.text("c", { max_length = 200 }), "", "empty", "text of 1 to 200 characters" },
    { "empty text of a least length of none", claims.text("c", { min_length = 0 }), "", "empty", "text of at least 1 character" },
    { "text of more than one character", claims.text("c", { max_length = 1 }), "ab", "text of 2 characters", "text of 1 character" },
    { "text that may be absent and is too long", claims.text("c", { max_length = 2, required = false }), "abc",
      "text of 3 characters", "text of at most 2 characters" },
    { "required text of which a form leaves nothing", claims.text("c", { form = "digits", max_length = 9 }), "none",
      "empty after its form", "text of 1 to 9 characters" },
    { "text that misses its pattern", claims.text("c", { pattern = "^%d+$" }), "x", "text of 1 character", "text that matches ^%d+$" },
    { "text that is too much for its pattern", claims.text("c", { pattern = ("a?"):rep(300), fits = "few" }),
      ("a"):rep(300), "text of 300 characters", "few" },
    { "text that is not in the list", claims.text("c", { one_of = { "NL", "BE" } }), "DE", "text of 2 characters", "one of: NL, BE" },
    { "text of which a form leaves too little", claims.text("c", { form = "digits", length = 8 }), "9,10E+07",
      "text of 5 characters after its form", "text of 8 characters" },
    { "text of which a form leaves nothing", claims.text("c", { form = "digits", length = 8 }), "none", "empty after its form", "text of 8 characters" },
    { "text that its form makes none of", claims.text("c", { form = function() end }), "a", "absent after its form", "text" },
    { "text that its form turns into a number", claims.text("c", { form = { tonumber, "lower" } }), "5",
      "absent after its form", "text" },
    { "a fraction of JSON where a whole number is asked for", claims.integer "c", 1.5, "a number with decimals",
      "a whole number" },
    { "infinity", claims.number "c", math.huge, "a number with decimals", "a number" },
    { "text that is too long without its blanks", claims.text("c", { length = 2 }), " abc ", "text of 3 characters", "text of 2 characters" },
    { "text that is not UTF-8", claims.text "c", "\255", "text that is not UTF-8", "text" },
    { "a number where text is asked for", claims.text "c", 12, "a whole number", "text" },
    { "a fraction where a whole number is asked for", claims.integer "c", "1.5", "text of 3 characters", "a whole number" },
    { "2^53", claims.integer "c", "9007199254740992", "text of 16 characters", EXACT_WHOLE },
    { "a number beyond 2^53", claims.integer "c", "-9007199254740993", "text of 17 characters", EXACT_WHOLE },
    { "a number far beyond 2^53", claims.number "c", "9007199254740993000", "text of 19 characters", EXACT_WHOLE },
    { "a number of JSON beyond 2^53", claims.number "c", 2 ^ 60, "a whole number", EXACT_WHOLE },
    { "a number beyond 2^53 and the most", claims.integer("c", { max = 9 }), "9007199254740993", "text of 16 characters",
      "a whole number of at most 9" },
    { "more digits than a number keeps", claims.number "c", "123456789012.123456", "text of 19 characters", EXACT },
    { "digits that would vanish", claims.number("c", { decimal = "," }), "0,10000000000000001", "text of 19 characters", EXACT },
    { "a number too small to be one", claims.number "c", "0." .. ("0"):rep(400) .. "1", "text of 403 characters", EXACT },
    { "a number below the least", claims.integer("c", { min = 1 }), "0", "text of 1 character", "a whole number of at least 1" },
    { "hexadecimal", claims.integer "c", "0x10", "text of 4 characters", "a whole number" },
    { "a decimal point for a comma", claims.number("c", { decimal = "," }), "1.5", "text of 3 characters", "a number with a decimal comma" },
    { "a day that no calendar has", claims.date "c", "2023-02-29", "a day that is not in the calendar",
      "a day of the calendar, written as YYYY-MM-DD" },
    { "a leap day of a century that has none", claims.date "c", "1900-02-29", "a day that is not in the calendar",
      "a day of the calendar, written as YYYY-MM-DD" },
    { "a day that no calendar has, as registers write it", claims.date("c", { notation = "DD-MM-YYYY" }), "31-02-2020",
      "a day that is not in the calendar", "a day of the calendar, written as DD-MM-YYYY" },
    { "a list that is too short", claims.list("c", { separator = ",", min_items = 2 }), "a", "a list of 1", "a list of at least 2 items" },
    { "a list with a hole", claims.list("c", { of = claims.integer() }), { 1, nil, 3 }, "a list with a hole", "a list of at least 1 item" },
    { "a list with a long hole", claims.list "c", { [1] = "a", [9] = "b" }, "a list with a hole", "a list of at least 1 item" },
    { "an object where a list is asked for", claims.list("c", { required = false }), { a = "b" }, "an object", "a list of at least 0 items" },
    { "what the check refuses", claims.text("c", { check = function() return false end, fits = "an IBAN" }), "x", "text of 1 character", "an IBAN" },
  }
  for _, case in ipairs(cases) do
    it(("is reported by its kind, never its value: %s"):format(case[1]), function()
      local value, problem = one(case[2], { c = case[3] })
      assert.is_nil(value)
      assert.equal(case[4], problem.kind)
      assert.equal(case[5], problem.fits)
      assert.equal("claim", problem.path)
    end)
  end
end)

describe("a mapping", function()
  it("reports every problem of a record at once, each with its path and column", function()
    local mapping = claims.map {
      id = claims.text("coc", { length = 8 }),
      address = { city = "city", zip = claims.text("zip", { pattern = "^%d+$" }) },
      directors = claims.list({ "d1", "d2" }, { of = claims.text { max_length = 3 } }),
    }
    local _, problems = mapping:apply { coc = "1", zip = "x", d1 = "abc", d2 = "abcd" }
    local seen = {}
    for i, problem in ipairs(problems) do seen[i] = problem.path .. "/" .. tostring(problem.column) end
    assert.same({ "address.city/city", "address.zip/zip", "directors[2]/nil", "id/coc" }, seen)
  end)

  it("leaves an optional object out when the record has nothing of it, and requires all of it otherwise", function()
    local mapping = claims.map { a = "a", address = claims.object({ city = "city", zip = "zip" }, { required = false }) }
    assert.same({ a = "1" }, mapping:apply { a = "1", city = "", zip = " " })
    local _, problems = mapping:apply { a = "1", city = "Utrecht" }
    assert.equal("address.zip", problems[1].path)
  end)

  it("reads nested records by a path", function()
    assert.same({ city = "Utrecht" }, claims.map { city = "address.city" }:apply { address = { city = "Utrecht" } })
  end)

  it("takes the result of a function, and the problem in its words", function()
    local mapping = claims.map { both = function(r) if r.ok then return { r.ok } end return nil, "there is no ok" end }
    assert.same({ both = { 1 } }, mapping:apply { ok = 1 })
    local _, problems = mapping:apply {}
    assert.same({ path = "both", kind = "no value", refused = "there is no ok" }, problems[1])
  end)

  it("reports the text of a check as a reason, and not as a description of valid values", function()
    local function check() return false, "IBAN check digits are wrong" end
    local mapping = claims.map { iban = claims.text("c", { check = check, fits = "an IBAN" }),
      list = claims.list("c", { check = check }), item = claims.list("c", { of = claims.text { check = check } }) }
    local _, problems = mapping:apply { c = "x" }
    assert.same({ path = "iban", column = "c", kind = "text of 1 character", refused = "IBAN check digits are wrong" }, problems[1])
    assert.equal('iban (column "c"): text of 1 character, refused: IBAN check digits are wrong', prepare.describe { problems[1] })
    for _, problem in ipairs(problems) do
      assert.equal("IBAN check digits are wrong", problem.refused)
      assert.is_nil(problem.fits)
    end
  end)

  it("turns a function that throws into a problem that quotes no value", function()
    local _, problems = claims.map { x = function(r) error("secret " .. r.c) end }:apply { c = "12345" }
    assert.matches("a function that failed at .*mapping_spec.lua:%d+$", problems[1].kind)
    assert.is_nil(problems[1].kind:find("12345", 1, true))
  end)

  it("does so with a form that throws, in a list's items as well", function()
    local form = function(text) error("secret " .. text) end
    local mapping = claims.map { x = claims.text("c", { form = { "upper", form } }),
      y = claims.list("c", { of = claims.text { form = form } }) }
    local _, problems = mapping:apply { c = "Jansen" }
    assert.same({ "x", "y[1]" }, { problems[1].path, problems[2].path })
    for _, problem in ipairs(problems) do
      assert.matches("^a function that failed at .*mapping_spec.lua:%d+$", problem.kind)
    end
  end)

  it("gives each record tables of its own", function()
    local mapping = claims.map { a = claims.constant { b = { 1 } }, c = claims.list("c", { default = { "x" } }),
      d = claims.computed(function() end, { default = { e = 1 } }) }
    local first = mapping:apply {}
    first.a.b[1], first.c[1], first.d.e = "another's", "another's", "another's"
    assert.same({ a = { b = { 1 } }, c = { "x" }, d = { e = 1 } }, mapping:apply {})
  end)

  it("takes false from a list's columns as the value that it is", function()
    local mapping = claims.map { flags = claims.list({ "a", "b", "c" }, { of = claims.boolean() }) }
    assert.same({ flags = { true, false } }, mapping:apply { a = true, b = false })
  end)

  it("changes neither the record nor its own default", function()
    local record, default = { c = "" }, { "x" }
    claims.map { list = claims.list("c", { default = default }) }:apply(record)
    assert.same({ c = "" }, record)
    assert.same({ "x" }, default)
  end)

  it("names the columns it uses", function()
    local mapping = claims.map { a = "one", b = { c = claims.list { "two", "three" } }, d = claims.constant(1) }
    assert.same({ "one", "three", "two" }, mapping:columns())
  end)
end)

describe("nothing with a minus", function()
  for _, rule in ipairs { claims.integer "c", claims.number "c" } do
    for _, given in ipairs { "-0", "-000", -0.0 } do
      it(("is 0: %s as %s"):format(given, rule.options.fits), function()
        assert.equal('{"claim":0}', json.encode { claim = one(rule, { c = given }) })
      end)
    end
  end
end)

describe("a pattern", function()
  for pattern, text in pairs {
    ["^[]]%]$"] = "]]", ["^[^]]$"] = "x", ["^[%]a-]+$"] = "]-a", ["(a(b))%2%1"] = "abbab", ["()a"] = "a", ["%f[%w]x%f[%W]"] = "x",
    ["%b()"] = "(x)", ["%b[)"] = "[x)", ["^%(%[%%$"] = "([%", ["[[(]"] = "(", ["^*+?-$"] = "*", ["%q"] = "q",
  } do
    it("may be " .. pattern, function()
      assert.equal(text, one(claims.text("c", { pattern = pattern }), { c = text }))
    end)
  end
end)

describe("a range of one", function()
  it("is a range", function()
    assert.equal(1, one(claims.integer("c", { min = 1, max = 1 }), { c = "1" }))
    assert.equal("a", one(claims.text("c", { min_length = 1, max_length = 1 }), { c = "a" }))
    assert.same({ "a" }, one(claims.list("c", { min_items = 1, max_items = 1 }), { c = "a" }))
    assert.is_nil(one(claims.text("c", { length = 0, required = false }), { c = "" }))
  end)
end)

local endless = {}
endless.inner = endless

describe("a mapping's author", function()
  local mistakes = {
    { "an unknown option", function() claims.text("c", { lenght = 3 }) end, "claims.text: unknown option 'lenght', did you mean 'length'?" },
    { "an option of the wrong type", function() claims.text("c", { length = "3" }) end, "claims.text: length must be integer, not string" },
    { "a number of no least", function() claims.number("c", { min = 0 / 0 }) end, "min must be number, not NaN" },
    { "text of a half character", function() claims.text("c", { length = 1.5 }) end, "length must be integer, not number" },
    { "text of endless length", function() claims.text("c", { max_length = math.huge }) end, "max_length must be integer, not number" },
    { "text of less than nothing", function() claims.text("c", { min_length = -1 }) end, "min_length must be at least 0" },
    { "a list of a half item", function() claims.list("c", { min_items = 1.5 }) end, "min_items must be integer, not number" },
    { "a list without end", function() claims.list("c", { max_items = math.huge }) end, "max_items must be integer, not number" },
    { "a list of no number", function() claims.list("c", { max_items = 0 / 0 }) end, "max_items must be integer, not NaN" },
    { "a list that is split by nothing", function() claims.list("c", { separator = "" }) end, "claims.list: separator: must not be empty" },
    { "a pattern Lua cannot read", function() claims.text("c", { pattern = "%" }) end, "claims.text: pattern" },
    { "a pattern's set without an end", function() claims.text("c", { pattern = "^a[bc" }) end, "pattern: a '[' has no ']'" },
    { "a pattern's capture without an end", function() claims.text("c", { pattern = "^x(y" }) end, "pattern: a '(' has no ')'" },
    { "a pattern's end of no capture", function() claims.text("c", { pattern = "^[(]%(x)" }) end, "pattern: a ')' has no '('" },
    { "a pattern's border without a set", function() claims.text("c", { pattern = "^abc%f" }) end, "pattern: '%f' takes a set" },
    { "a pattern's balance of one", function() claims.text("c", { pattern = "%b(" }) end, "pattern: '%b' takes two" },
    { "a pattern that repeats no capture", function() claims.text("c", { pattern = "^x%1" }) end, "pattern: '%1' is not a complete capture" },
    { "a pattern that repeats a capture within it", function() claims.text("c", { pattern = "(a%1)" }) end, "pattern: '%1' is not a complete capture" },
    { "a pattern of too many captures", function() claims.text("c", { pattern = ("()"):rep(33) }) end, "pattern: more than 32" },
    { "a form that is none", function() claims.text("c", { form = "uper" }) end, '"uper" is neither a function nor one of' },
    { "a word for yes that is no text", function() claims.boolean("c", { yes = { 1 } }) end,
      "claims.boolean: yes: must be a list of texts, and has a number" },
    { "a word for no that is no text", function() claims.boolean("c", { no = { "n", false } }) end, "no: must be a list of texts" },
    { "a choice that is no text", function() claims.text("c", { one_of = { "1", true } }) end,
      "claims.text: one_of: must be a list of texts, and has a boolean" },
    { "a constant in itself", function() claims.constant(endless) end,
      "claims.constant: the value cannot be a claim: nested deeper than 64 levels" },
    { "a default that is no claim", function() claims.list("c", { default = { print } }) end,
      "claims.list: the default cannot be a claim: a function has no JSON form" },
    { "a notation that is none", function() claims.date("c", { notation = "YY" }) end, '"YY" is none of' },
    { "a whole number of no range", function() claims.integer("c", { min = 5, max = 1 }) end, "claims.integer: min (5) is above max (1)" },
    { "a number of no range", function() claims.number("c", { min = 0.5, max = 0.25 }) end, "min (0.5) is above max (0.25)" },
    { "text of no length", function() claims.text("c", { min_length = 3, max_length = 2 }) end, "min_length (3) is above max_length (2)" },
    { "required text of no characters", function() claims.text("c", { max_length = 0 }) end, "min_length (1) is above max_length (0)" },
    { "a list of no size", function() claims.list("c", { min_items = 3, max_items = 2 }) end,
      "claims.list: min_items (3) is above max_items (2)" },
    { "a required list of no items", function() claims.list("c", { max_items = 0 }) end, "min_items (1) is above max_items (0)" },
    { "a range of a list's items that is none", function() claims.list("c", { of = claims.integer { min = 2, max = 1 } }) end,
      "min (2) is above max (1)" },
    { "a rule that is none", function() claims.map { a = 5 } end, 'claim "a": a rule is' },
    { "a rule without a column", function() claims.map { a = claims.text {} } end, 'claim "a": its rule names no column' },
    { "a claim without a name", function() claims.map { "a" } end, "a claim's name must be text" },
    { "an empty column", function() claims.text "" end, "not an empty name" },
    { "items that name a column", function() claims.list("c", { of = claims.text "d" }) end, 'option "of" must be a rule without' },
    { "items that are objects", function() claims.list("c", { of = claims.object {} }) end, 'option "of" must be a rule without' },
    { "a list of no columns", function() claims.list {} end, "claims.list: no column is named" },
    { "a column that computes", function() claims.computed "c" end, "claims.computed: the first argument is a function" },
    { "a constant of nothing", function() claims.constant(nil) end, "claims.constant: a value is missing" },
    { "an object of one column", function() claims.object "c" end, "claims.object: the first argument is a table" },
  }
  for _, mistake in ipairs(mistakes) do
    it("is reported for " .. mistake[1] .. " at its own line", function()
      local ok, err = pcall(mistake[2])
      assert.is_false(ok)
      assert.matches("mapping_spec.lua:" .. debug.getinfo(mistake[2], "S").linedefined .. ":", err)
      assert.truthy(err:find(mistake[3], 1, true), err)
    end)
  end
end)

describe("the notations of dates", function()
  it("are all in the docs, the default first", function()
    local options = files.read("docs/pipeline.md"):match "| `claims.date%(column, options%)` |[^|]*|([^\n]*)|"
    local told = {}
    for name in options:gmatch "`(%u[%u/.%-]+)`" do told[#told + 1] = name end
    assert.equal("YYYY-MM-DD", told[1])
    table.sort(told)
    assert.same(date.notations(), told)
  end)
end)
