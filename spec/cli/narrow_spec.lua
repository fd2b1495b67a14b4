-- Output in a terminal of 40 columns: only a command to copy may be longer than a line.
local cjson = require "cjson"
local files = require "spec.support.files"
local Misbehaving = require "spec.support.misbehaving"
local narrow = require "credenco.cli.narrow"
local program = require "spec.cli.program"

local WORKFLOW = "spec/pipeline/company.lua"
local COLUMNS = 40

describe("a line for a narrow terminal", function()
  -- text, columns, what becomes of it
  local CASES = {
    ["one that fits"] = { "12345 7890", 10, "12345 7890" },
    ["one that is one too long"] = { "12345 78901", 10, "12345\n  78901" },
    ["one that is indented"] = { " a bcdefg hijklm n", 9, " a bcdefg\n   hijklm\n   n" },
    ["one that is indented by more than a third"] = { "       ab cd", 9, "       ab\n   cd" },
    ["a word that is too long"] = { "a bcdefghijklmn o", 6, "a\n  bcdefghijklmn\n  o" },
    ["several"] = { "abc def\n\nghi jkl", 5, "abc\n def\n\nghi\n jkl" },
    ["characters, not bytes"] = { "caf\195\169 \195\169t\195\169", 8, "caf\195\169 \195\169t\195\169" },
    ["a command, which is to be copied"] = { "  credenco report company.lua", 10, "  credenco report company.lua" },
    ["a command behind words"] = { "  why: credenco report company.lua", 10, "  why: credenco report company.lua" },
    ["columns of text"] = { "name      a b", 40, "name      a b" },
  }
  for name, case in pairs(CASES) do
    it("is broken between words: " .. name, function() assert.equal(case[3], narrow.text(case[1], case[2])) end)
  end

  it("is a row of a table, or a block if that does not fit", function()
    local rows = { { "line", "claim", "found" }, { "2", "name", "caf\195\169" }, { "13", "", "x" } }
    assert.same({ "line  claim  found", "2     name   caf\195\169", "13           x" }, narrow.table(rows, 18))
    assert.same({ "line 2", "  claim: name", "  found: caf\195\169", "line 13", "  found: x" }, narrow.table(rows, 17))
  end)
end)

describe("in 40 columns", function()
  local server, folder, journal
  setup(function()
    server = Misbehaving.start()
    folder = files.temporary_folder()
    journal = folder .. "/j"
    files.write(folder .. "/in.csv", "coc_number,wallet,legal_name,unused\n12345678,w,A,\n123,w,Short,\n87654321,w,,\n")
  end)
  teardown(function()
    server:stop()
    files.remove_folder(folder)
  end)

  local function run(arguments, columns)
    local scenario = server:scenario {
      create = { { act = "answer", status = 422, headers = {}, body = "a reason that is long enough to be broken" } },
    }
    return program.run(arguments, { CREDENCO_BASE_URL = scenario.url, CREDENCO_API_KEY = "k", CREDENCO_JOURNAL = journal,
      COLUMNS = columns and tostring(columns) })
  end

  local COMMANDS = {
    { "claims", "check", WORKFLOW, "%s/in.csv" },
    { "run", WORKFLOW, "%s/in.csv", "--dry-run" },
    { "run", WORKFLOW, "%s/in.csv" },
    { "report" },
    { "explain", "12345678", "--offline" },
    { "explain", "nothing", "--offline" },
    { "doctor" },
    { "config" },
    { "--help" },
  }

  local function has_long_word(line, columns)
    return line:find(("[^ ]"):rep(columns - math.floor(columns / 3))) ~= nil
  end

  it("no line is longer, but commands and words that are", function()
    for _, words in ipairs(COMMANDS) do
      local arguments = {}
      for i, word in ipairs(words) do arguments[i] = word:format(folder) end
      local name = table.concat(arguments, " ")
      local out = run(arguments, COLUMNS).out
      assert.truthy(#out > 0, name)
      for line in out:gmatch "[^\n]+" do
        assert.truthy(#line <= COLUMNS or line:find "credenco %l" or has_long_word(line, COLUMNS), name .. ": " .. line)
      end
    end
  end)

  it("says the same as without a terminal, in a wide one no other line, and the same to programs", function()
    for _, words in ipairs { { "report" }, { "claims", "check", WORKFLOW, folder .. "/in.csv" } } do
      local function letters(text) return (text:gsub("[%s:]+", "")) end
      if words[1] == "report" then assert.equal(letters(run(words).out), letters(run(words, COLUMNS).out)) end
      assert.equal(run(words).out, run(words, 300).out)
      words[#words + 1] = "--json"
      assert.same(cjson.decode(run(words).out), cjson.decode(run(words, COLUMNS).out))
    end
  end)
end)
