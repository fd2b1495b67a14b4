-- One register as five programs save it: the same outcomes from each, and its refused lines back byte for byte.
local cjson = require "cjson"
local database = require "credenco.journal.database"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"
local recode = require "credenco.recode"

local ROWS = 2000
local NAMES = { "Café René", "Jansen & Zn.", 'Bakkerij "De Korenaar"', "Zoë, Noë & Chloë", "Plain BV", "€uro; “Groep”" }
local WORKFLOW = [[
local claims = require "credenco.claims"
return { name = "register", key = "id", template_id = "ebw_oid", wallet_key = "wallet", delivery = "inbox", claims = claims.map {
  id = "id", name = "name", issuing_authority = claims.constant "C", issuing_country = claims.constant "NL" } }
]]

local function to(encoding, text) return assert(recode.converter(encoding, "UTF-8"):feed(text)) end

-- How each program saves text: delimiter, line end, mark, encoding, and what is done to the whole.
local SAVED = {
  { name = "UTF-8", file = "r.csv" },
  { name = "UTF-8 with a byte-order mark and semicolons", file = "r.csv", delimiter = ";", eol = "\r\n", mark = "\239\187\191" },
  { name = "Windows-1252", file = "r.csv", delimiter = ";", eol = "\r\n", encoding = "windows-1252", said = true },
  { name = "UTF-16LE with tabs", file = "r.txt", delimiter = "\t", eol = "\r\n", mark = "\255\254", encoding = "utf-16le" },
  { name = "gzip", file = "r.csv.gz", whole = Desk.gzipped },
}

local function quoted(field)
  return field:find '[",;\t\n]' and '"' .. field:gsub('"', '""') .. '"' or field
end

-- Line `i` of the register: most are right, some repeat a key, some cannot be read, some lack their name.
local function fields_of(i, wallet, corrected)
  local id = ("%08d"):format(i % 50 == 0 and i - 25 or i)
  local name = NAMES[i % #NAMES + 1]
  if not corrected and i % 40 == 7 then return { id, "x", "one too many", wallet } end
  if not corrected and i % 90 == 11 then return { id, "", wallet } end
  return { id, name, wallet }
end

local function line_of(saved, i, wallet, corrected)
  local parts = {}
  for n, field in ipairs(fields_of(i, wallet, corrected)) do parts[n] = quoted(field) end
  if not corrected and i % 40 == 23 then parts[2] = 'Stray "quote' end
  local text = table.concat(parts, saved.delimiter or ",") .. (saved.eol or "\n")
  return saved.encoding and to(saved.encoding, text) or text
end

local function header_of(saved)
  local text = table.concat({ "id", "name", "wallet" }, saved.delimiter or ",") .. (saved.eol or "\n")
  return (saved.mark or "") .. (saved.encoding and to(saved.encoding, text) or text)
end

describe("a register of 2,000 rows", function()
  local desk = Desk.use()
  local credenco = desk.credenco
  before_each(function() desk.write("w.lua", WORKFLOW) end)

  local function write(saved, name, lines)
    local text = header_of(saved) .. table.concat(lines)
    files.write(desk.folder .. "/" .. name, saved.whole and saved.whole(text) or text)
  end

  local function run(saved, name)
    local done = credenco("run", desk.folder .. "/w.lua", desk.folder .. "/" .. name, "--json",
      saved.said and "--encoding=windows-1252" or "--attempts=5")
    return done, cjson.decode(done.out).totals
  end

  local function outcomes()
    local db = assert(database.open(desk.folder .. "/j.journal", { read_only = true }))
    local rows = assert(db:rows "SELECT line, key, state, COALESCE(code, '') FROM credenco_record ORDER BY line, key")
    db:close()
    for i, row in ipairs(rows) do rows[i] = ("%d %s %s %s"):format(row[1], row[2], row[3], row[4]) end
    return rows
  end

  local wanted

  for _, saved in ipairs(SAVED) do
    it("saved as " .. saved.name .. " comes out the same, and its refused lines come back as they were", function()
      local lines, refused, corrected = {}, {}, {}
      for i = 1, ROWS do
        lines[i] = line_of(saved, i, desk.world.trusting)
        if i % 40 == 7 or i % 40 == 23 or i % 90 == 11 then
          refused[#refused + 1] = lines[i]
          corrected[#corrected + 1] = line_of(saved, i, desk.world.trusting, true)
        end
      end
      write(saved, saved.file, lines)
      local done, totals = run(saved, saved.file)
      assert.equal(4, done.code, done.err)
      assert.equal(ROWS, totals.issued + totals.failed + totals.skipped)
      local came = outcomes()
      assert.equal(ROWS, #came)
      wanted = wanted or came
      assert.same(wanted, came)

      local given = credenco("rejects", desk.folder .. "/w.lua", "--output", desk.folder .. "/rejects.csv")
      assert.equal(0, given.code, given.err)
      assert.equal(header_of(saved) .. table.concat(refused), files.read(desk.folder .. "/rejects.csv"))
      assert.equal(saved.said == true, given.out:find("run it with --encoding windows-1252", 1, true) ~= nil, given.out)

      write({ mark = saved.mark, encoding = saved.encoding, delimiter = saved.delimiter, eol = saved.eol }, "corrected.csv",
        corrected)
      done, totals = run(saved, "corrected.csv")
      assert.equal(0, done.code, done.err)
      assert.equal(0, totals.failed)
      assert.equal(ROWS, totals.issued + totals.skipped)
    end)
  end

  it("in another encoding than it says is refused before anything is sent, with advice", function()
    local saved = { encoding = "windows-1252" }
    write(saved, "r.csv", { line_of(saved, 1, desk.world.trusting), line_of(saved, 3, desk.world.trusting), line_of(saved, 6, desk.world.trusting) })
    for _, words in ipairs { { "run" }, { "claims", "check" } } do
      words[#words + 1], words[#words + 2] = desk.folder .. "/w.lua", desk.folder .. "/r.csv"
      local done = credenco((table.unpack or unpack)(words)) -- luacheck: ignore 143 113
      assert.equal(2, done.code)
      assert.matches("r%.csv: not UTF%-8 in line 3 %(0xEB%), most likely Windows%-1252: run it with %-%-encoding windows%-1252",
        done.err)
    end
    assert.is_nil(files.read(desk.folder .. "/j.journal"))
  end)
end)
