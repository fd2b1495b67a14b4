-- What one worker does to what others hold.
local files = require "spec.support.files"
local journal = require "credenco.journal"
local workers = require "credenco.journal.workers"

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, owner, updated)
VALUES ('w', 1, ?, '', 1, 'pending', 1, ?, 0)]]

describe("a worker", function()
  local folder, held, db, scope
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true }))
    db = held.db
    scope = assert(held:join({ name = "w" }, false))
  end)
  after_each(function()
    held:close()
    files.remove_folder(folder)
  end)

  local function holder_of(key)
    return assert(db:rows("SELECT COALESCE(owner, '') FROM credenco_record WHERE key = ?", key))[1][1]
  end

  it("frees its own records when it leaves, and nobody else's", function()
    assert(db:execute(FILL, "mine", scope.owner))
    assert(db:execute(FILL, "theirs", "another"))
    assert(workers.leave(db, scope, true))
    assert.same({ "", "another" }, { holder_of "mine", holder_of "theirs" })
  end)

  it("frees records of a worker that is gone where it asks for all, though no worker is dead", function()
    assert(db:execute(FILL, "left", "gone"))
    assert(workers.bury(db, scope))
    assert.equal("gone", holder_of "left")
    assert(workers.bury(db, scope, true))
    assert.equal("", holder_of "left")
  end)

  it("learns whether it was the last one of its workflow when it leaves", function()
    local another = { owner = "another", workflow = "w" }
    assert(workers.join(db, another))
    assert(workers.join(db, { owner = "stranger", workflow = "other" }))
    assert.equal("others", workers.leave(db, scope, false))
    assert.equal("last", workers.leave(db, another, false))
  end)

  it("shortens no pause", function()
    local function next_at() return assert(db:rows "SELECT next_at FROM credenco_pace")[1][1] end
    assert(workers.pause(db, "w", 1000))
    local longer = next_at()
    assert(workers.pause(db, "w", 1))
    assert.equal(longer, next_at())
    assert(workers.pause(db, "w", 2000))
    assert.is_true(next_at() > longer)
  end)
end)
