-- When a worker counts as gone: its lease is over, or its session is. The last spec changes that condition and looks
-- whether the first one would notice.
local database = require "credenco.journal.database"
local dialect = require "credenco.journal.dialect.postgresql"
local journal = require "credenco.journal"
local postgres = require "spec.pipeline.postgres"
local workers = require "credenco.journal.workers"

describe("a worker's lease", function()
  local server
  setup(function() server = postgres.start() end)
  teardown(function() server:stop() end)

  -- The holder of a record after dead workers were removed. "gone" has no session any more, "late" let its lease expire.
  local function holders()
    local url = server:database()
    assert(journal.open(url, { queue = true })):close()
    local sessions = {}
    local function join(owner, workflow)
      sessions[owner] = assert(database.open(url))
      assert(workers.join(sessions[owner], { owner = owner, workflow = workflow or "w" }))
    end
    join "alive"
    join "late"
    join("elsewhere", "another workflow")
    join "observer"
    local db = sessions.observer
    assert(db:execute("INSERT INTO credenco_worker VALUES ('gone', 'w', 1e12)"))
    assert(db:execute("UPDATE credenco_worker SET lease_until = 0 WHERE owner IN ('late', 'elsewhere')"))
    for i, owner in ipairs { "alive", "late", "gone" } do
      assert(db:execute([[INSERT INTO credenco_record (workflow, run, key, copy, line, state, step, owner, updated)
        VALUES ('w', 1, ?, '', ?, 'pending', 1, ?, 0)]], owner, i, owner))
    end
    assert(workers.bury(db, { owner = "observer", workflow = "w" }))
    local left = {}
    for _, row in ipairs(assert(db:rows "SELECT owner FROM credenco_worker ORDER BY owner")) do left[#left + 1] = row[1] end
    local held = {}
    for _, row in ipairs(assert(db:rows "SELECT owner FROM credenco_record WHERE owner IS NOT NULL")) do
      held[#held + 1] = row[1]
    end
    local freed = {}
    for _, row in ipairs(assert(db:rows "SELECT key FROM credenco_record WHERE stage = 'create_offer' ORDER BY key")) do
      freed[#freed + 1] = row[1]
    end
    for _, session in pairs(sessions) do session:close() end
    return table.concat(left, " "), table.concat(held, " "), table.concat(freed, " ")
  end

  it("ends with its time or with its session, and its records are free then", function()
    local left, held, freed = holders()
    assert.equal("alive elsewhere observer", left)
    assert.equal("alive", held)
    assert.equal("gone late", freed) -- their offers may have been asked for
  end)

  local MUTATIONS = {
    ["by its time alone"] = { " OR pg_try_advisory_xact_lock%(hashtextextended%(owner, 0%)%)", "" },
    ["by its session alone"] = { "lease_until < {now} OR ", "" },
    ["by both only"] = { " OR pg_try", " AND pg_try" },
    ["while it lasts"] = { "lease_until <", "lease_until >" },
    ["in another workflow"] = { "workflow = %?", "workflow <> ?" },
  }
  for name, change in pairs(MUTATIONS) do
    it("that ended " .. name .. " would be noticed", function()
      local right = dialect.dead_workers
      finally(function() dialect.dead_workers = right end)
      local wrong, changes = right:gsub(change[1], change[2])
      assert.equal(1, changes)
      dialect.dead_workers = wrong
      local left, held = holders()
      assert.is_false(left == "alive elsewhere observer" and held == "alive")
    end)
  end
end)
