--- The states of a record in the journal. `credenco.journal.transitions` has the ways between them, and
--- docs/pipeline.md a paragraph for each.
---
---     pending -> offered -> pushed -> issued
---        ^          |         |
---        |          +---------+---> failed | unknown
---        +---- retry, next step, corrected line

local M = {}

--- The states on which work is open; the others are ends.
M.OPEN = { pending = true, offered = true, pushed = true }

--- The ends, in the order of a report.
M.ENDS = { "issued", "failed", "unknown", "skipped" }

--- Stages of a record that is not begun, behind which the issuer may have made an offer; "person": one settled it.
M.ASKED = { create_offer = true, push_offer = true, issue_status = true, person = true }

-- Not as a list: for `IN` with three names SQLite makes a table and throws it away, for each statement, and also for each
-- row that an index with such a condition may concern.
local function any_of(column, names)
  local parts = {}
  for i, name in ipairs(names) do parts[i] = ("%s = '%s'"):format(column, name) end
  return "(" .. table.concat(parts, " OR ") .. ")"
end

--- A condition on the state of a record, as SQL.
---@param names string[]
---@return string
function M.condition(names)
  return any_of("credenco_record.state", names)
end

--- The list in which a record is looked for, as SQL that the database keeps for itself: what is open, and among it what
--- has an offer and nobody who works on it, since that grows old; and the ends that reports tell of. Indexes have their
--- conditions on it, and not on state and owner: as long as a worker has a record, its list stays the same, whatever is
--- written about it, and PostgreSQL need not change an index.
M.LIST = ("CASE WHEN %s THEN 'problem' WHEN %s AND owner IS NULL THEN 'begun' WHEN %s THEN 'open' END"):format(
  any_of("state", { "failed", "unknown", "skipped" }), any_of("state", { "offered", "pushed" }),
  any_of("state", { "offered", "pending", "pushed" }))

--- Conditions that indexes have: a query has them word for word, or the index is not used.
--- On the open states. (As a list of two SQLite would take this index also for what is begun.)
M.IS_OPEN = "list <> 'problem'"

--- On those among them whose offer is made and that nobody has.
M.IS_BEGUN = "list = 'begun'"

--- On the records that a worker of a workflow has.
M.IS_HELD = M.IS_OPEN .. " AND owner > ''"

--- On the ends that reports tell of.
M.IS_PROBLEM = "list = 'problem'"

return M
