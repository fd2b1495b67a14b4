-- Group commit: how long a write waits for company, what a group does in which order, and which offers it stores.
local files = require "spec.support.files"
local journal = require "credenco.journal"
local loop = require "credenco.loop"
local uv = require "luv"

local FILL = [[
INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, owner, offer, updated)
VALUES ('w', 1, ?, '', 1, ?, 1, ?, ?, 0)]]

describe("a group of writes", function()
  local folder, held, writer, scope
  before_each(function()
    folder = files.temporary_folder()
    held = assert(journal.open(folder .. "/journal", { alone = true }))
    scope = assert(held:join({ name = "w" }, false))
    writer = held:writer(scope)
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

  it("is not written after its journal was closed, by a connection that opens only then", function()
    writer:put("skipped", { key = "1" })
    writer:close()
    held:close()
    assert.same({ nil, "the journal is closed" }, { writer:flush() })
  end)

  it("is not written if its journal is closed while its connection opens", function()
    local new_thread = uv.new_thread
    uv.new_thread = function(...) -- luacheck: ignore 122
      writer:close()
      held:close()
      return new_thread(...)
    end
    writer:put("skipped", { key = "1" })
    local ok, err = writer:flush()
    uv.new_thread = new_thread -- luacheck: ignore 122
    assert.same({ nil, "the journal is closed" }, { ok, err })
    assert.is_nil(writer.executor.executing) -- its thread has ended
  end)

  -- A record as the journal has it before the group is written.
  local function fill(key, state, owner, offer) assert(held.db:execute(FILL, key, state, owner, offer)) end

  it("tells of each offer whether the journal has it, for this worker", function()
    fill("stored", "pending", scope.owner)
    fill("stored before", "offered", scope.owner, "an offer")
    fill("another worker's", "offered", "another", "an offer")
    fill("with another offer", "offered", scope.owner, "another offer")
    fill("delivered", "pushed", scope.owner, "an offer")
    local told = {}
    writer.on_kept = function(item, written) told[item.key] = written end
    for _, key in ipairs { "stored", "stored before", "another worker's", "with another offer", "delivered", "gone" } do
      writer:keep_offer { key = key, offer = "an offer" }
    end
    assert(writer:flush())
    assert.same({ stored = true, ["stored before"] = true, ["another worker's"] = false,
      ["with another offer"] = false, delivered = false, gone = false }, told)
  end)

  it("changes a record in the order of its steps, whichever kind of change was queued first", function()
    fill("ends", "offered", scope.owner, "an offer")
    fill("goes on", "offered", scope.owner, "an offer")
    writer.on_kept = function() end
    writer:put("failed", { key = "ends" })
    writer:keep_offer { key = "goes on", offer = "the next offer" }
    for _, kind in ipairs { "next_step", "pushed" } do
      for _, key in ipairs { "ends", "goes on" } do writer:put(kind, { key = key, step = 2 }) end
    end
    assert(writer:flush())
    local function now(key)
      return assert(held.db:rows("SELECT state, step, COALESCE(offer, '') FROM credenco_record WHERE key = ?", key))[1]
    end
    assert.same({ "offered", 2, "the next offer" }, now "goes on")
    assert.same({ "failed", 2, "" }, now "ends")
  end)
end)
