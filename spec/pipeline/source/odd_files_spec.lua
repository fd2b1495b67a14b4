-- Small files of the kinds that registers come as, each through `claims check` and through `run`: what is issued, what
-- is refused, and that the check has shown what the run refuses.
local cjson = require "cjson"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local program = require "spec.cli.program"

local WORKFLOW = [[
local claims = require "credenco.claims"
return { name = "odd", key = "id", template_id = "ebw_oid", delivery = "offer_only", on_issued = function() end,
  claims = %s }
]]
local MAPPING = [[claims.map { id = "id", name = "name", issuing_authority = claims.constant "C",
  issuing_country = claims.constant "NL" }]]

-- ASCII in characters of several bytes.
local function wide(text, unit) return (text:gsub(".", unit)) end

-- { name, bytes, expected }: `issued`, `failed` and `repeats` of a run that is made, or `refused`, words of what stops
-- it before anything is sent; `warned` and `shown`, words of the check.
local CASES = {
  { "plain", "id,name\n1,A\n2,B", { issued = 2 } },
  { "a mark, semicolons and quotes", '\239\187\191id;name\r\n1;"A;B"\r\n', { issued = 1 } },
  { "a line that names the delimiter", "sep=;\r\nid;name\r\n1;A\r\n", { issued = 1 } },
  { "a line break in a column's name", '"id","na\nme"\n1,A\n', { refused = 'column \\?"name\\?" is used', columns = true } },
  { "a column of such a name", '"id","na\nme",name\n1,x,A\n', { issued = 1, shown = "columns not used: na\\nme" } },
  { "a quote that is closed lines later", 'id,name\n1,"A\n2,B\n3,C"\n4,D',
    { issued = 2, warned = "line 2: spans 3 lines" } },
  { "carriage returns alone", "id,name\r1,A\r2,B\r", { refused = "carriage returns alone" } },
  { "carriage returns alone, and quotes", '"id","name"\r"1","A"\r"2","B"\r', { refused = "carriage returns alone" } },
  { "carriage returns alone between objects", '{"id":"1","name":"A"}\r{"id":"2","name":"B"}\r', { refused = "carriage returns alone" } },
  { "a carriage return alone among line feeds", "id,name\r\n1,A\r2,B\r\n3,C\n", { issued = 1, failed = 1 } },
  { "a carriage return in quotes", 'id,name\n1,"A\rB"\n', { issued = 1 } },
  { "objects and Windows line ends", '{"id":"1","name":"A"}\r\n{"id":"2","name":"B"}\r\n', { issued = 2 } },
  { "a NUL byte", "id,name\n1,A\0B", { failed = 1 } },
  { "Windows-1252", "id,name\n1,Caf\233", { refused = "most likely Windows%-1252: run it with %-%-encoding windows%-1252" } },
  { "an encoding of DOS", "id,name\n1,Caf\130\n2,Zo\137\n", { refused = "%-%-encoding cp850" } },
  { "UTF-16 with tabs", "\255\254i\0d\0\t\0n\0a\0m\0e\0\n\0001\0\t\0A\0\n\0", { issued = 1 } },
  { "UTF-16, the other order", "\254\255\0i\0d\0,\0n\0a\0m\0e\0\n\0001\0,\0A\0\n", { issued = 1 } },
  { "UTF-32 without a mark", wide("id,name\n1,A\n", "%1\0\0\0"), { refused = "%-%-encoding utf%-32le" } },
  { "UTF-32 without a mark, the other order", wide("id,name\n1,A\n", "\0\0\0%1"), { refused = "%-%-encoding utf%-32be" } },
  { "half of a pair in UTF-16", "\255\254" .. wide("id,name\n1,A", "%1\0") .. "\0\216" .. wide("B\n", "%1\0"),
    { refused = "not utf%-16le in line 2" } },
  { "UTF-16 without a mark", "i\0d\0,\0n\0a\0m\0e\0\n\0001\0,\0A\0\n\0", { refused = "%-%-encoding utf%-16le" } },
  { "text that was decoded twice", "id,name\n1,Caf\195\131\194\169", { issued = 1, warned = 'line 2: column "name" was decoded twice' } },
  { "a quotation mark that was", "id,name\n1,A\195\162\226\130\172\226\132\162s", { issued = 1, warned = "decoded twice" } },
  { "letters that look a little like it", "id,name\n1,\195\131rico S\195\163o \194\169\n", { issued = 1 } },
  { "a letter that was lost", "id,name\n1,Caf\239\191\189", { issued = 1, warned = "U%+FFFD" } },
  { "a control character in a name", "id,name\n1,A\7B\n", { issued = 1, warned = 'column "name" has the control character 0x07' } },
  { "a vertical tab in a name", "id,name\n1,A\11B\n", { issued = 1, warned = "control character 0x0B" } },
  { "an escaped control character", '{"id":"1","name":"A\\u0000B"}\n', { issued = 1, warned = "control character 0x00" } },
  { "a short escape of one", '{"id":"1","name":"A\\bB"}\n', { issued = 1, warned = "control character 0x08" } },
  { "a control character in a key", '{"id":"1\\u0000","name":"A"}\n', { failed = 1, shown = "text that must not hold control bytes", warned = "0x00" } },
  { "a soft hyphen in a name", "id,name\n1,Ca\194\173fe", { issued = 1, warned = "invisible character U%+00AD as character 3" } },
  { "an unseen character behind a key", "id,name\n90000001\226\128\139,A\n90000001,B", { issued = 1, repeats = 1 } },
  { "one within a key", "id,name\n9000\226\128\1410001,A\n90000001,B", { issued = 1, failed = 1,
    shown = "without the invisible or unusual character U%+200D", warned = "U%+200D" } },
  { "a word joiner, a thin space and a next-line character behind keys",
    "id,name\n1\226\129\160,A\n1\226\128\137,B\n1\194\133,C\n1\226\128\168,D\n1\226\128\142,E\n1,F", { issued = 1, repeats = 5, warned = "U%+200E" } },
  { "a soft hyphen within a key", "id,name\n1\194\1732,A\n", { failed = 1, shown = "U%+00AD", warned = "U%+00AD" } },
  { "a line separator within a key", "id,name\n1\226\128\1682,A\n", { failed = 1, shown = "U%+2028", warned = "U%+2028" } },
  { "a word joiner behind a column's name", "id\226\129\160,\194\173name\n1,A\n", { issued = 1 } },
  { "a control character of ISO 8859 within a key", "id,name\n1\194\1462,A\n", { failed = 1, shown = "U%+0092", warned = "U%+0092" } },
  { "a quotation mark of Windows-1252 that was read as ISO 8859", "id,name\n1,A\194\146s\n", { issued = 1, warned = "U%+0092" } },
  { "a variation selector within a key", "id,name\n1\243\160\132\1282,A\n", { failed = 1, shown = "U%+E0100", warned = "U%+E0100" } },
  { "a vowel separator within a key", "id,name\n1\225\160\1392,A\n", { failed = 1, shown = "U%+180B", warned = "U%+180B" } },
  { "a wide space within a key", "id,name\n9000\226\128\1310001,A\n", { failed = 1, shown = "U%+2003" } },
  { "an unseen character behind a column's name", "id\226\128\139,name\226\128\142\n1,A\n", { issued = 1 } },
  { "two marks", "\239\187\191\239\187\191id,name\n1,A\n", { issued = 1 } },
  { "an unseen character in a column's name", "i\226\128\139d,name\n1,A\n", { refused = 'column \\?"id\\?" is used', columns = true,
    shown = "i<U%+200B>d" } },
  { "a column that is there twice", "id,name,id\n1,A,2", { failed = 1, shown = 'column "id" occurs 2 times' } },
  { "fields too many and too few", "id,name\n1,A,extra\n2", { failed = 2 } },
  { "the header of a second file", "id,name\n1,A\n\239\187\191id,name\n2,B\n", { issued = 2, failed = 1, shown = "the header line again" } },
  { "a value that is its column's name", "id,name\n1,name\nid,B\n", { issued = 2 } },
  { "no keys", 'id,name\n,A\n" ",B', { failed = 2 } },
  { "leading zeros", "id,name\n00123,A\n123,B", { issued = 2 } },
  { "a number that a spreadsheet shortened", "id,name\n9.0004E+07,A", { issued = 1, warned = "a spreadsheet shortened" } },
  { "an empty list", '{"id":"1","name":"A","tags":[]}\n', { issued = 1, claims = "function(r) return { id = r.id, name = r.name, "
    .. 'issuing_authority = require "credenco.base.json".encode(r.tags), issuing_country = "NL" } end',
    shown = 'issuing_authority: "%[%]"' } },
  { "a name twice", '{"id":"1","name":"A","id":"2"}\n', { failed = 1, shown = "the same name twice" } },
  { "a number of twenty digits", '{"id":12345678901234567890,"name":"A"}\n', { failed = 1, shown = "cannot be held exactly" } },
  { "an array of objects", '[{"id":"1"}]', { refused = "it begins with an array" } },
  { "one over several lines", '[\n{"id":"1","name":"A"},\n{"id":"2","name":"B"}\n]\n', { refused = "it begins with an array" } },
  { "an object over several lines", '{\n  "id": "1",\n  "name": "A"\n}\n', { refused = "jq %-c %. FILE" } },
  { "two objects on a line", '{"id":"1","name":"A"}{"id":"2","name":"B"}\n', { failed = 1, shown = "nothing may follow" } },
  { "escapes that nobody sees", '{"id":"1","name":"A\\u200bB"}\n', { issued = 1, warned = "U%+200B" } },
  { "a mark in front of an object", '\239\187\191{"id":"1","name":"A"}\n', { issued = 1 } },
  { "lists in lists in lists", '{"id":"1","name":"A","x":' .. ("["):rep(2000) .. ("]"):rep(2000) .. "}\n",
    { failed = 1, shown = "nested deeper than 64 levels" } },
  { "a number beyond all numbers", '{"id":"1","name":"A","x":1e400}\n', { failed = 1, shown = "cannot be held exactly" } },
  { "a number that is nearly nothing", '{"id":"1","name":"A","x":1e-400}\n', { failed = 1, shown = "cannot be held exactly" } },
  { "zeros of both signs for keys", '{"id":0,"name":"A"}\n{"id":-0.0,"name":"B"}\n', { failed = 1, repeats = 1 } },
  { "a zero below zero", '{"id":"1","name":"A","x":-0}\n', { issued = 1 } },
  { "no number", '{"id":"1","name":NaN}\n', { failed = 1, shown = "not a JSON value" } },
  { "half of a pair in an escape", '{"id":"1","name":"A\\ud800"}\n', { failed = 1, shown = "half of a surrogate pair" } },
  { "a name twice, once in escapes", '{"id":"1","name":"A","n\\u0061me":"B"}\n', { failed = 1, shown = "the same name twice" } },
  { "commas between objects", '{"id":"1","name":"A"},\n{"id":"2","name":"B"},\n', { failed = 2 } },
  { "a name twice once it is trimmed", "id,name,name \n1,A,B\n", { failed = 1, shown = 'column "name" occurs 2 times' } },
  { "a comma at the end of every line", "id,name,\n1,A,\n", { issued = 1 } },
  { "a header and no line", "id,name\n", { issued = 0 } },
  { "a quote that is never closed", 'id,name\n1,"A\n', { failed = 1, shown = "opened and never closed" } },
  { "a header whose quote is never closed", '"id,name\n1,A\n', { refused = "opened and never closed" } },
  { "a line that is too long", "id,name\n1," .. ("A"):rep(1100000) .. "\n2,B\n", { issued = 1, failed = 1, shown = "longer than 1048576 bytes" } },
  { "a key that is too long", "id,name\n" .. ("k"):rep(255) .. ",A\n" .. ("k"):rep(256) .. ",B\n", { issued = 1, failed = 1, shown = "255 bytes" } },
  { "a surrogate in UTF-8", "id,name\n1,A\237\160\128B\n2,\195\169\195\169\195\169\195\169\n", { issued = 1, failed = 1, shown = "not UTF%-8 at byte 4" } },
  { "what was packed", Desk.gzipped "id,name\n1,A\n", { issued = 1 } },
  { "two packed parts", Desk.gzipped "id,name\n1,A\n" .. Desk.gzipped "2,B\n", { issued = 2 } },
  { "a packed part that is cut", Desk.gzipped("id,name\n1,A\n"):sub(1, -6), { refused = "the file is not complete" } },
  { "something behind what was packed", Desk.gzipped "id,name\n1,A\n" .. "junk", { refused = "damaged" } },
  { "what was packed twice", Desk.gzipped(Desk.gzipped "id,name\n1,A\n"), { refused = "compressed twice" } },
  { "a spreadsheet", "PK\3\4\20\0\6\0", { refused = "export it as CSV" } },
  { "an archive", "7z\188\175\39\28\0\4", { refused = "an archive %(7z%)" } },
  { "a web page", "<html><table><tr><td>id</td></tr></table></html>\n", { refused = "a web page, whatever its name: export it as CSV" } },
  { "a spreadsheet of XML", '<?xml version="1.0"?>\n<Workbook/>\n', { refused = "XML, whatever its name: export it as CSV" } },
  { "nothing", "", { refused = "empty" } },
}

describe("a file with", function()
  local desk = Desk.use()

  -- At the same time: they share nothing.
  local function checked_and_run(path)
    local check = program.start({ "claims", "check", desk.folder .. "/w.lua", path }, desk.env)
    local run = program.start({ "run", desk.folder .. "/w.lua", path, "--json" }, desk.env)
    check:finish_input()
    run:finish_input()
    return check:finish(), run:finish()
  end

  local function assert_refused(wanted, checked, ran)
    assert.equal(2, ran.code, ran.err)
    assert.matches(wanted.refused, ran.err)
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
    assert.equal(wanted.columns and 4 or 2, checked.code)
    assert.matches(wanted.refused, checked.out .. checked.err)
  end

  local function assert_ran(wanted, checked, ran)
    local failed = wanted.failed or 0
    local totals = cjson.decode(ran.out).totals
    assert.same({ wanted.issued or 0, failed, wanted.repeats or 0 }, { totals.issued, totals.failed, totals.skipped })
    assert.equal(failed > 0 and 4 or 0, ran.code, ran.err)
    assert.equal(ran.code, checked.code, checked.out .. checked.err)
    local fit = failed == 1 and "1 does not" or failed .. " do not"
    assert.truthy(checked.out:find(fit, 1, true), checked.out)
  end

  for _, case in ipairs(CASES) do
    it(case[1], function()
      local wanted = case[3]
      files.write(desk.folder .. "/w.lua", WORKFLOW:format(wanted.claims or MAPPING))
      local path = desk.folder .. (case[2]:find "^[\239\187\191]*[%[{]" and "/in.jsonl" or "/in.csv")
      files.write(path, case[2])
      local checked, ran = checked_and_run(path)
      if wanted.refused then assert_refused(wanted, checked, ran) else assert_ran(wanted, checked, ran) end
      if wanted.shown then assert.matches(wanted.shown, checked.out) end
      if wanted.warned then
        assert.matches("warning: .*" .. wanted.warned, checked.out)
      else
        assert.is_nil(checked.out:find("warning:", 1, true), checked.out)
      end
    end)
  end
end)
