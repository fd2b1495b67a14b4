-- The CSV and JSON Lines readers, friendly input first, then hostile.
local bytes = require "credenco.pipeline.source.bytes"
local json = require "credenco.base.json"
local source = require "credenco.pipeline.source"

local function items_of(text, options)
  options = options or {}
  options.name = options.name or "x.csv"
  local opened, err = source.from_bytes(bytes.of(text), options)
  if not opened then return nil, err end
  local list = {}
  for item in opened.next, opened do list[#list + 1] = item end
  return list, nil, opened
end

local function records_of(text, options)
  local list = {}
  for i, item in ipairs(assert(items_of(text, options))) do list[i] = item.record or item.broken end
  return list
end

describe("CSV", function()
  local cases = {
    { "reads quoted fields", 'a,b\n"1,2","x""y"\n', { { a = "1,2", b = 'x"y' } } },
    { "reads line breaks inside quotes", 'a,b\n"1\n2",3\n', { { a = "1\n2", b = "3" } } },
    { "reads carriage returns and line feeds", "a,b\r\n1,2\r\n", { { a = "1", b = "2" } } },
    { "finds semicolons", "a;b\n1;2,5\n", { { a = "1", b = "2,5" } } },
    { "takes the comma where another one makes as many columns", "a,b;c\n1,2\n", { { a = "1", ["b;c"] = "2" } } },
    { "takes the comma where there is one column", "a\n1\n", { { a = "1" } } },
    { "finds tabs", "a\tb\n1\t2\n", { { a = "1", b = "2" } } },
    { "steps over a byte-order mark", "\239\187\191a,b\n1,2\n", { { a = "1", b = "2" } } },
    { "steps over a line that names the delimiter", "sep=;\r\na;b\r\n1;2,5\r\n", { { a = "1", b = "2,5" } } },
    { "takes the delimiter of such a line where another one would make as many columns",
      "sep=;\nid;wallet, of whom;name, of company\n1;2;3\n", { { id = "1", ["wallet, of whom"] = "2", ["name, of company"] = "3" } } },
    { "takes it where another one would make more columns", "sep=;\na,b;c,d\n1;2\n", { { ["a,b"] = "1", ["c,d"] = "2" } } },
    { "steps over one behind a byte-order mark, in quotes", '\239\187\191"sep=,"\na,b\n1,2\n', { { a = "1", b = "2" } } },
    { "takes a column of such a name for a column", "sep=,b\n1,2\n", { { ["sep="] = "1", b = "2" } } },
    { "needs no line break at the end", "a,b\n1,2", { { a = "1", b = "2" } } },
    { "passes over blank lines", "a,b\n\n1,2\n\r\n3,4\n", { { a = "1", b = "2" }, { a = "3", b = "4" } } },
    { "gathers a column that is there twice", "a,b,a\n1,2,3\n", { { a = { "1", "3" }, b = "2" } } },
    { "trims the names of columns", " a , b\n1,2\n", { { a = "1", b = "2" } } },
    { "reads empty fields", "a,b\n,2\n1,\n", { { a = "", b = "2" }, { a = "1", b = "" } } },
    { "passes over lines of empty fields", "a;b;c\n;;\n1;2;3\n;;\n", { { a = "1", b = "2", c = "3" } } },
    { "passes over lines of blank fields", 'a,b\n" ",\t\n1,2\n\194\160,\n"   "\n', { { a = "1", b = "2" } } },
    { "passes over lines of other numbers of empty fields", "a,b\n,,,,\n1,2\n,,,", { { a = "1", b = "2" } } },
  }
  for _, case in ipairs(cases) do
    it(case[1], function() assert.same(case[3], records_of(case[2])) end)
  end

  it("gives each record the line it begins on, and its bytes", function()
    local list = items_of('a,b\r\n"1\r\n2",3\r\n4,5')
    assert.equal(2, list[1].line)
    assert.equal('"1\r\n2",3\r\n', list[1].raw)
    assert.equal(4, list[2].line)
    assert.equal("4,5", list[2].raw)
  end)

  it("counts the lines that it skips", function()
    local list = items_of('a,b\n,\n\n" \n",\n1,2\n,\n3\n')
    assert.same({ 6, 8 }, { list[1].line, list[2].line })
    assert.equal("1,2\n", list[1].raw)
    assert.truthy(list[2].broken)
  end)

  it("skips a line of empty fields that comes in pieces", function()
    local parts = { "a,b\n,", "\n1,", "2\n", ",", "\n" }
    local opened = assert(source.from_bytes({ read = function() return table.remove(parts, 1) end, close = function() end,
      would_wait = function() return false end }, { name = "x.csv" }))
    assert.same({ a = "1", b = "2" }, opened:next().record)
    assert.is_nil(opened:next())
  end)

  local broken = {
    { "text behind a closing quote", 'a,b\n"1"x,2\n3,4\n', "text follows a closing quote" },
    { "a quote inside a plain field", 'a,b\n1"x,2\n3,4\n', "a quote inside a field" },
    { "a quote that is never closed", 'a,b\n"1,2\n3,4\n', "a quote is opened and never closed" },
    { "a field too few", "a,b\n1\n3,4\n", "1 field where the header has 2" },
    { "a field too many", "a,b\n1,2,3\n3,4\n", "3 fields where the header has 2" },
    { "the header again", "a,b\na,b\n3,4\n", "the header line again" },
    { "the header again, with blanks", "a,b\n a,b \n3,4\n", "the header line again" },
    { "a NUL byte", "a,b\n1\0,2\n3,4\n", "a NUL byte at byte 2" },
    { "another encoding", "a,b\n\233,2\n5,\195\169\n3,4\n", "not UTF-8 at byte 1 (0xE9)" },
    { "an overlong form", "a,b\n\192\175,2\n5,\195\169\195\169\n3,4\n", "not UTF-8 at byte 1" },
    { "a surrogate", "a,b\n\237\160\128,2\n5,\195\169\195\169\195\169\n3,4\n", "not UTF-8 at byte 1" },
    { "a lone carriage return", "a,b\n1\r,2\n3,4\n", "a carriage return without a line feed" },
  }
  for _, case in ipairs(broken) do
    it(("refuses a line with %s, keeps its bytes, and continues"):format(case[1]), function()
      local list = items_of(case[2])
      assert.equal(2, list[1].line)
      assert.truthy(list[1].broken and list[1].broken:find(case[3], 1, true), list[1].broken)
      assert.equal(case[2]:match("^a,b\n(.-\n)"), list[1].raw)
      assert.same({ a = "3", b = "4" }, list[#list].record)
    end)
  end

  it("loses only one line to a stray quote that another one closes later", function()
    local list = items_of('a,b\n"1,2\n3,4\n5,"6\n7,8\n')
    local good = {}
    for _, item in ipairs(list) do good[#good + 1] = item.record and item.record.a end
    assert.same({ "3", "7" }, good)
  end)

  it("refuses a line over the limit, one byte beyond it, and keeps its beginning", function()
    local limit = 100
    local fits, over = ("x"):rep(limit - 2), ("x"):rep(limit - 1)
    local list = items_of("a,b\n" .. fits .. ",2\n" .. over .. ",2\n3,4\n", { max_record_bytes = limit + 1 })
    assert.equal(fits, list[1].record.a)
    assert.matches("longer than 101 bytes", list[2].broken)
    assert.is_true(list[2].cut)
    assert.same({ a = "3", b = "4" }, list[3].record)
  end)

  it("refuses a file that is not UTF-8 text, with advice", function()
    assert.matches("spreadsheet %(.xlsx.* export it as CSV", select(2, items_of("PK\3\4....")))
    assert.matches("spreadsheet %(.xls%)", select(2, items_of("\208\207\17\224....")))
    assert.matches("compressed: pipe it in, as in  xzcat FILE", select(2, items_of("\2537zXZ....")))
    assert.matches("its compressed form is damaged", select(2, items_of("\31\139\8\0.....................")))
    assert.matches('a SQLite database: .*%-%-query "SELECT', select(2, items_of("SQLite format 3\0....")))
    assert.matches("empty", select(2, items_of("")))
  end)

  it("does not wait for more of a stream than it takes to recognise its format", function()
    for _, parts in ipairs { { "a\n", "1\n" }, { "S\n", "1\n" }, { "SQL", "\n1\n" } } do
      local left = { (table.unpack or unpack)(parts) }
      local opened = assert(source.from_bytes({ read = function() return table.remove(left, 1) end,
        close = function() end, would_wait = function() return false end }, { name = "x.csv" }))
      assert.equal(1, #opened.columns)
      assert.equal(parts[1]:find "\n" and 1 or 0, #left)
    end
  end)

  it("skips blank lines and lines of empty fields above the header", function()
    for _, above in ipairs { "\n", "\r\n \t\r\n", ";;;\n", '"", \n\n', "\239\187\191\n", "\nsep=,\n\n" } do
      local list, _, opened = assert(items_of(above .. "a,b\n1,2\n"))
      assert.same({ a = "1", b = "2" }, list[1].record)
      local _, breaks = above:gsub("\n", "")
      assert.equal(breaks + 2, list[1].line)
      assert.equal(above:find "sep" and "sep=,\na,b\n" or "a,b\n", opened.header)
    end
    assert.matches("^x.csv: the file is empty, or holds only whitespace: a CSV file begins", select(2, items_of "\n,,\n\n"))
  end)

  it("reads the bytes of every record again as the same record", function()
    for _, header in ipairs { "a;b\n", "sep=;\r\na, of c;b, of c\r\n", '"SEP=;"\na, of c;b, of c' .. "\n" } do
      local list, _, opened = items_of(header .. '"1\n2";3\n4;"x;""y"\n')
      assert.equal(header, opened.header)
      local decode = source.decoder("csv", opened.header)
      for _, item in ipairs(list) do
        assert.same(item.record, decode(item.raw))
        assert.is_nil(item.broken)
      end
    end
  end)
end)

describe("JSON Lines", function()
  local function lines(text) return items_of(text, { name = "x.jsonl" }) end

  it("reads an object a line, with numbers, lists and objects as they are", function()
    assert.same({ { a = 1, b = { "x" }, c = { d = true } }, { a = "y" } },
      records_of('{"a":1,"b":["x"],"c":{"d":true}}\n\n{"a":"y"}', { name = "x.jsonl" }))
  end)

  it("keeps empty lists apart from empty objects, and long numbers as they are", function()
    local text = '{"tags":[],"more":{},"deep":[[]],"n":9007199254740992,"m":[0.30000000000000004]}'
    local record = lines(text)[1].record
    for _, name in ipairs { "tags", "more", "deep", "n", "m" } do
      local said = text:match('"' .. name .. '":([^a-z]+)[,}]')
      assert.equal(said, (json.encode(record[name])))
    end
  end)

  local broken = {
    { "half a line", '{"a":1\n{"a":2}\n', "not JSON" },
    { "an array", '[1]\n{"a":2}\n', "no object" },
    { "NaN", '{"a":NaN}\n{"a":2}\n', "not JSON" },
    { "two objects", '{"a":1}{"a":1}\n{"a":2}\n', "not JSON" },
    { "a NUL byte", '{"a":"\0"}\n{"a":2}\n', "NUL byte" },
    { "another encoding", '{"a":"\233"}\n{"a":2,"b":"\195\169"}\n', "not UTF-8" },
    { "too many levels", ('{"a":'):rep(70) .. "1" .. ("}"):rep(70) .. '\n{"a":2}\n', "nested deeper than 64" },
    { "one name twice", '{"a":"1","b":3,"a":"2"}\n{"a":2}\n', "the same name twice in one object (character 16)" },
    { "one name twice within", '{"c":[{"a":null,"a":1}]}\n{"a":2}\n', "the same name twice" },
    { "a number of twenty digits", '{"a":12345678901234567890}\n{"a":2}\n', "cannot be held exactly; give it as text" },
    { "a number next to one that is held", '{"a":9007199254740993}\n{"a":2}\n', "cannot be held exactly" },
    { "more digits than a number has", '{"a":0.12345678901234567890}\n{"a":2}\n', "cannot be held exactly" },
  }
  for _, case in ipairs(broken) do
    it(("refuses %s, quotes none of it, and continues"):format(case[1]), function()
      local list = lines(case[2])
      assert.truthy(list[1].broken:find(case[3], 1, true), list[1].broken)
      assert.equal(2, list[2].record.a)
      assert.equal(case[2]:match("^(.-\n)"), list[1].raw)
    end)
  end
end)

describe("any bytes at all", function()
  local PIECES = { '"', '""', ",", ";", "\n", "\r\n", "\r", "\0", "\255", "a", "b,c", "\195\169", "{", "}", '"a":1', " " }

  local function noise(length)
    local parts = {}
    for i = 1, length do parts[i] = PIECES[math.random(#PIECES)] end
    return table.concat(parts)
  end

  -- Every byte behind the header comes out again, in order: of records and of broken lines. `between` is what may
  -- stand before, between and behind them.
  local function assert_nothing_lost(text, name, between)
    local list, err = items_of(text, { name = name })
    if not list then return assert.is_string(err) end
    local from, line = text:find("\n", 1, true) + 1, 0
    for _, item in ipairs(list) do
      local at = text:find(item.raw, from, true)
      assert.truthy(at, ("bytes of line %d are not in their place in %q"):format(item.line, text))
      assert.is_nil(text:sub(from, at - 1):find("[^" .. between .. "]"), ("lost before line %d in %q"):format(item.line, text))
      assert.is_true(item.line > line)
      assert.is_truthy(item.record or item.broken)
      from, line = at + #item.raw, item.line
    end
    local rest = text:sub(from)
    assert.is_nil(rest:find("[^" .. between .. "]"), ("the bytes %q came out nowhere in %q"):format(rest, text))
  end

  it("come out of the CSV reader as records or as broken lines, none lost, and never an error", function()
    math.randomseed(5)
    for _ = 1, 3000 do assert_nothing_lost("a,b\n" .. noise(math.random(40)), "x.csv", '%s,"') end
  end)

  it("come out of the JSON Lines reader the same way", function()
    math.randomseed(6)
    for _ = 1, 3000 do assert_nothing_lost("\n" .. noise(math.random(40)), "x.jsonl", "%s") end
  end)
end)
