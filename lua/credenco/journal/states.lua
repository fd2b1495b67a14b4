--- The states of a record in the journal. `credenco.journal.transitions` has the transitions between them, and
--- docs/pipeline.md a paragraph for each state.
---
---     pending -> offered -> pushed -> issued
---        ^          |         |
---        |          +---------+---> failed | unknown
---        +---- retry, next step, corrected line

local M = {}

--- The open states. The others are final.
M.OPEN = { pending = true, offered = true, pushed = true }

--- The final states, in the order of a report.
M.ENDS = { "issued", "failed", "unknown", "skipped" }

--- Stages of a record that has not begun, after which the issuer may have created an offer; "person": a person settled
--- it.
M.ASKED = { create_offer = true, push_offer = true, issue_status = true, person = true }

-- Not `IN` with three names: SQLite would make a temporary table for each statement, and also for each row that an
-- index with such a condition may concern.
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

--- The list of a record, as SQL for a generated column. There is a list of open records, one of open records with an
--- offer and without an owner (an offer grows old), and one of the final states that reports show. The indexes have
--- conditions on this column, not on state and owner: the list stays the same as long as a worker holds the record, so
--- PostgreSQL need not change an index.
M.LIST = ("CASE WHEN %s THEN 'problem' WHEN %s AND owner IS NULL THEN 'begun' WHEN %s THEN 'open' END"):format(
  any_of("state", { "failed", "unknown", "skipped" }), any_of("state", { "offered", "pushed" }),
  any_of("state", { "offered", "pending", "pushed" }))

--- The conditions of indexes. A query must repeat them word for word, or the index is not used.
--- Open records. (As a list of two, SQLite would use this index for begun records, too.)
M.IS_OPEN = "list <> 'problem'"

--- Open records with an offer and without an owner.
M.IS_BEGUN = "list = 'begun'"

--- The records that a worker of a workflow holds.
M.IS_HELD = M.IS_OPEN .. " AND owner > ''"

--- The final states that reports show.
M.IS_PROBLEM = "list = 'problem'"

return M
