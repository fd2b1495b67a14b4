-- Group commit: how long a write waits for company.
local files = require "spec.support.files"
local journal = require "credenco.journal"
local loop = require "credenco.loop"

describe("a group of writes", function()
  local folder, held, writer
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true }))
    writer = held:writer(assert(held:join({ name = "w" }, false)))
  end)
  after_each(function()
    writer:close()
    held:close()
    files.remove_folder(folder)
  end)

  for _, case in ipairs {
    { lifetime_ms = 0, group_ms = 250 },
    { lifetime_ms = 1000, group_ms = 250 },
    { lifetime_ms = 2000, group_ms = 500 },
    { lifetime_ms = 600000, group_ms = 1000 },
  } do
    it(("waits %d ms at most where offers live %d ms"):format(case.group_ms, case.lifetime_ms), function()
      writer:fit_into(case.lifetime_ms)
      assert.equal(case.group_ms, writer.group_ms)
    end)
  end

  it("waits no longer when it has 1,000 changes, which sit in memory meanwhile", function()
    writer.group_ms = 60000
    for i = 1, 999 do writer:put("skipped", { key = ("%d"):format(i) }) end
    loop.sleep(20)
    assert.equal(999, writer.group.size)
    writer:put("skipped", { key = "1000" })
    loop.sleep(20)
    assert.equal(0, writer.group.size)
    assert.is_nil(writer.failure)
  end)

  it("leaves memory as soon as it is written, however long it might have waited", function()
    writer.group_ms = 60000
    writer:put("skipped", { key = "1" })
    local written = setmetatable({ writer.group }, { __mode = "v" })
    assert(writer:flush())
    collectgarbage()
    assert.is_nil(written[1])
  end)
end)
