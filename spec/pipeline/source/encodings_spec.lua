-- Bytes on their way to text: unpacked and decoded in pieces of any size, and refused where they are damaged.
local bytes = require "credenco.pipeline.source.bytes"
local Desk = require "spec.pipeline.desk"
local encoding = require "credenco.pipeline.source.encoding"
local files = require "spec.support.files"
local program = require "spec.cli.program"
local recode = require "credenco.recode"
local source = require "credenco.pipeline.source"

local TEXT = "id,name\n1,Café €\n2,\240\159\152\128 Zoë\n"

local function to(name, text) return assert(recode.converter(name, "UTF-8"):feed(text)) end

local folder
setup(function() folder = files.temporary_folder() end)
teardown(function() files.remove_folder(folder) end)

-- A stream that hands out pieces of so many bytes, once.
local function in_pieces(text, size)
  local at = 1
  return { read = function()
    local piece = text:sub(at, at + size - 1)
    at = at + size
    return piece ~= "" and piece or nil
  end, close = function() end, would_wait = function() return false end }
end

local function names_of(stream, options)
  options = options or {}
  options.name = "x.csv"
  local opened, err = source.from_bytes(stream, options)
  if not opened then return err end
  local names = {}
  while true do
    local item, item_err = opened:next()
    if item_err then return item_err end
    if not item then return names end
    names[#names + 1] = item.record and item.record.name or item.broken
  end
end

local WANTED = { "Café €", "\240\159\152\128 Zoë" }

describe("a source", function()
  local ways = {
    { "UTF-8", TEXT },
    { "UTF-8 with a mark", "\239\187\191" .. TEXT },
    { "UTF-16LE with a mark", "\255\254" .. to("utf-16le", TEXT) },
    { "UTF-16BE with a mark", "\254\255" .. to("utf-16be", TEXT) },
    { "UTF-32LE with a mark", "\255\254\0\0" .. to("utf-32le", TEXT) },
    { "UTF-16LE that is said", to("utf-16le", TEXT), "UTF-16LE" },
    { "UTF-16 that is said and has a mark", "\255\254" .. to("utf-16le", TEXT), "utf-16" },
    { "UTF-8 that is said", TEXT, "UTF8" },
    { "GB18030", to("gb18030", TEXT), "gb18030" },
  }
  for _, way in ipairs(ways) do
    it("in " .. way[1] .. " is read, in pieces of any size, packed or not", function()
      for _, size in ipairs { 1, 2, 3, 7, 1000 } do
        assert.same(WANTED, names_of(in_pieces(way[2], size), { encoding = way[3] }))
        assert.same(WANTED, names_of(in_pieces(Desk.gzipped(way[2]), size), { encoding = way[3] }))
      end
      assert.same(WANTED, names_of(bytes.of(way[2]), { encoding = way[3] }))
    end)
  end

  it("has its last letter where an encoding holds letters back for the accent behind them", function()
    for name, ending in pairs { ["windows-1258"] = { "Tra", "Tra" }, ["windows-1255"] = { "A\224", "A\215\144" } } do
      for _, size in ipairs { 1, 1000 } do
        assert.same({ ending[2] }, names_of(in_pieces("id,name\n1," .. ending[1], size), { encoding = name }))
      end
      assert.same({ ending[2] }, names_of(bytes.of("id,name\n1," .. ending[1]), { encoding = name }))
    end
  end)

  it("is JSON Lines by the first character that is no blank, in pieces of any size", function()
    for _, size in ipairs { 1, 2, 1000 } do
      local opened = assert(source.from_bytes(in_pieces('\n \n{"name":"A"}\n', size), { name = "standard input" }))
      assert.same({ line = 3, raw = '{"name":"A"}\n', record = { name = "A" } }, opened:next())
    end
  end)

  it("in several packed parts is read to the end of the last", function()
    local packed = Desk.gzipped("id,name\n1,A\n") .. Desk.gzipped("2,B\n")
    for _, size in ipairs { 1, 20, 1000 } do assert.same({ "A", "B" }, names_of(in_pieces(packed, size))) end
    assert.same({ "A", "B" }, names_of(bytes.of(packed .. ("\0"):rep(100))))
  end)

  it("that unpacks to many times its size is read in the room of one line", function()
    local packed = Desk.gzipped("id,name\n" .. ("1," .. ("a"):rep(1000) .. "\n"):rep(30000))
    collectgarbage()
    local before, most = collectgarbage "count", 0
    local opened = assert(source.from_bytes(bytes.of(packed), { name = "x.csv" }))
    for item in opened.next, opened do most = item.line end
    assert.equal(30001, most)
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 2000)
  end)

  local refused = {
    { "whose packed form is cut", function() return Desk.gzipped(TEXT:rep(100)):sub(1, -20) end, "has no end: the file is not complete" },
    { "whose packed form is damaged", function() return (Desk.gzipped(TEXT:rep(100)):gsub("(.*)....", "%1abcd")) end, "is damaged" },
    { "with something behind its packed form", function() return Desk.gzipped(TEXT) .. "plain text behind it" end, "is damaged" },
    { "that is not what is said", function() return to("windows-1252", "id,name\n1,A\n2,Caf\195\169\n") .. "\129" end,
      "not windows%-1252 in line 4 %(0x81%)", "windows-1252" },
    { "with half a character at its end", function() return "\255\254" .. to("utf-16le", "id,name\n1,A\n") .. "x" end,
      "ends in the middle of a character of utf%-16le" },
    { "with half of a pair", function() return "\255\254" .. to("utf-16le", "id,name\n1,") .. "\0\216A\0\n\0" end,
      "not utf%-16le in line 2" },
    { "whose mark says something else", function() return "\239\187\191" .. TEXT end,
      "begins with the byte%-order mark of utf%-8, but %-%-encoding says windows%-1252", "windows-1252" },
  }
  for _, case in ipairs(refused) do
    it(case[1] .. " is refused before any of it is used", function()
      local err = names_of(bytes.of(case[2]()), { encoding = case[4] })
      assert.matches("^x.csv: .*" .. case[3], err)
    end)
  end

  it("that cannot be read twice is refused for the bytes that have arrived", function()
    local latin = to("windows-1252", "id,name\n1,Caf\195\169\n")
    assert.matches("most likely Windows%-1252", names_of(in_pieces(latin, 1000)))
    assert.matches("most likely Windows%-1252", names_of(in_pieces(Desk.gzipped(latin), 1000)))
    assert.same({ "Café" }, names_of(in_pieces(latin, 3), { encoding = "cp1252" }))
  end)

  it("that is UTF-8 but for a few lines costs these lines", function()
    local text = "id,name\n" .. ("1,Café\n"):rep(20000) .. "2,Caf\233\n3,\255\n" .. ("4,Zoë\n"):rep(20000)
    local names = names_of(bytes.of(text))
    assert.equal(40002, #names)
    assert.matches("^not UTF%-8 at byte 6 %(0xE9%)", names[20001])
    assert.matches("^not UTF%-8 at byte 3 %(0xFF%)", names[20002])
    assert.equal("Zoë", names[40002])
  end)

  it("is named once in a wrong encoding, behind any number of plain lines", function()
    local text = "id,name\n" .. ("1,Cafe\n"):rep(20000) .. "2,Caf\233\n"
    assert.matches("not UTF%-8 in line 20002 %(0xE9%), most likely Windows%-1252", names_of(bytes.of(text)))
  end)
end)

describe("the name of an encoding", function()
  it("is refused if the system does not know it, or if it would lose text silently", function()
    assert.is_nil((encoding.named "")) -- an empty option is a mistake of its own: spec/cli/usage_spec.lua
    for _, name in ipairs { "windows1252x", "utf-8//IGNORE", "ascii//TRANSLIT", "a b" } do
      assert.is_nil((encoding.named(name)))
      local done = program.run { "claims", "check", "spec/pipeline/company.lua", "spec/pipeline/company.lua", "--encoding=" .. name }
      assert.equal(2, done.code)
      assert.matches("%-%-encoding: .* is not an encoding that this system knows", done.err)
    end
    assert.has_error(function() source.from_bytes(bytes.of "a\n1\n", { name = "x.csv", encoding = "no such" }) end)
  end)

  it("may be written as people do", function()
    assert.equal("utf-8", encoding.named "UTF8")
    assert.equal("utf-16le", encoding.named "UTF-16")
    assert.equal("iso-8859-15", encoding.named "ISO-8859-15")
  end)

  it("knows the byte-order mark of an encoding, and encodes text again", function()
    assert.equal("\255\254", encoding.mark_of "utf-16le+mark")
    assert.equal("", encoding.mark_of "utf-16le")
    assert.equal("", encoding.mark_of(nil))
    assert.equal("a\0\233\0", encoding.encoded("aé", "utf-16le+mark"))
    assert.equal("a\233", encoding.encoded("aé", "windows-1252"))
    assert.equal("a\255", encoding.encoded("a\255", "utf-8+mark"))
  end)
end)
