-- What the journal forgets, because a person decided so.
local files = require "spec.support.files"
local journal = require "credenco.journal"
local retry = require "credenco.journal.retry"

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, input, updated)
VALUES ('w', ?, ?, ?, ?, ?, ?, ?, 0)]]

describe("what the journal forgets", function()
  local folder, held
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true }))
  end)
  after_each(function()
    held:close()
    files.remove_folder(folder)
  end)

  local function fill(record)
    assert(held.db:execute(FILL, record.run or 1, record.key or "", record.copy or "", record.line or 1, record.state,
      record.step or 1, record.input))
  end

  local function left(column)
    local names = {}
    for i, row in ipairs(assert(held.db:rows(("SELECT %s FROM credenco_record ORDER BY %s"):format(column, column)))) do
      names[i] = row[1]
    end
    return names
  end

  it("is no skipped record of which a step was issued, nor a repetition of a key", function()
    fill { key = "at its first step", state = "skipped" }
    fill { key = "at a later step", state = "skipped", step = 2 }
    fill { key = "repeated", copy = "line 2", state = "skipped" }
    fill { key = "failed", state = "failed" }
    assert.equal(1, retry.forget_skipped(held.db, "w", {}))
    assert.same({ "at a later step", "failed", "repeated" }, left "key")
  end)

  it("is of the lines without a key only those that are in a file now", function()
    fill { copy = "in the file", line = 3, state = "failed", input = "x" }
    fill { copy = "added since", line = 4, state = "failed", input = "x" }
    fill { copy = "of another run", run = 2, state = "failed", input = "x" }
    fill { copy = "without its text", state = "failed" }
    fill { copy = "given up", state = "skipped", input = "x" }
    fill { key = "key", copy = "with a key", state = "failed", input = "x" }
    assert.equal(1, retry.forget_broken(held.db, "w", { 3 }))
    assert.same({ "added since", "given up", "of another run", "with a key", "without its text" }, left "copy")
  end)
end)
