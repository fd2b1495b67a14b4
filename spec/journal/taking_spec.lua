-- Which records a worker takes, and in which order.
local files = require "spec.support.files"
local journal = require "credenco.journal"

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, updated)
VALUES ('w', 1, ?, '', ?, 'pending', 1, 0)]]
local FREE = "UPDATE credenco_record SET owner = NULL WHERE key = ?"

describe("taking records", function()
  local folder, held, writer
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true, queue = true }))
    for line = 1, 5 do assert(held.db:execute(FILL, "key " .. line, line)) end
    writer = held:writer(assert(held:join({ name = "w" }, false)))
  end)
  after_each(function()
    writer:close()
    held:close()
    files.remove_folder(folder)
  end)

  local function lines_taken(limit)
    local lines = {}
    for i, item in ipairs(assert(writer:take(limit))) do lines[i] = item.line end
    return lines
  end

  it("goes on behind what was taken last, and comes back for what was left before it", function()
    assert.same({ 1, 2 }, lines_taken(2))
    assert(held.db:execute(FREE, "key 1"))
    assert.same({ 3, 4 }, lines_taken(2))
    assert.same({ 5 }, lines_taken(2))
    assert.same({ 1 }, lines_taken(2))
    assert.same({}, lines_taken(2))
  end)
end)
