-- `credenco report`.
local cjson = require "cjson"
local database = require "credenco.journal.database"
local Desk = require "spec.pipeline.desk"
local files = require "spec.support.files"

local WORKFLOW = Desk.WORKFLOW

describe("a report", function()
  local desk = Desk.use()
  local credenco, csv, line, lines = desk.credenco, desk.csv, desk.line, desk.lines

  it("report that a cause has several messages", function()
    credenco("run", WORKFLOW, csv { "1", '2,x,"Open', "3" })
    assert.matches("3 failed  broken_line at source\n +2: 1 field .-\n +1: a quote is opened.-\n +what to do",
      credenco("report").out)
    local causes = cjson.decode(credenco("report", "--json").out).causes
    assert.same({ 2, 2 }, { causes[1].messages, causes[1].examples[1].count })
    credenco("run", WORKFLOW, csv { "1", '2,x,"Open', "3", '4,x,B"ad', '5,x,"a" b', "6,x" .. ",y\rz" })
    assert.matches("\n +and %d other messages?, see %-%-csv FILE\n", credenco("report").out)
  end)

  it("say that the journal knows nothing of a workflow", function()
    credenco("run", WORKFLOW, csv { line(1) })
    files.write(desk.folder .. "/w.lua", 'return { name = "w", template_id = "t", key = "k", wallet_key = "w", claims = function() end }')
    local done = credenco("report", desk.folder .. "/w.lua")
    assert.equal(2, done.code)
    assert.matches("the journal holds no records of the workflow w; it holds those of companies", done.err)
  end)

  it("report how many records have causes beyond the ten most frequent", function()
    files.write(desk.folder .. "/w.lua", [[
return { name = "w", template_id = "t", key = "coc_number", wallet_key = "wallet",
  accept = function() return false end, claims = function(record) return record end }
]])
    assert.equal(0, credenco("run", desk.folder .. "/w.lua", csv(lines(12))).code)
    local db = assert(database.open(desk.folder .. "/j.journal"))
    assert(db:execute "UPDATE credenco_record SET code = code || line")
    db:close()
    assert.matches("\n +2 for other reasons: every record is written with %-%-csv FILE", credenco("report").out)
    assert.equal(2, cjson.decode(credenco("report", "--json").out).other)
  end)
end)
