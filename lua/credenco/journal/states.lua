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

--- The open states as an SQL list.
M.OPEN_LIST = "'offered', 'pending', 'pushed'"

--- Those among them whose offer is made, which grows old.
M.BEGUN_LIST = "'offered', 'pushed'"

--- The ends that reports tell of, as a condition: word for word that of their index, or it is not used.
M.PROBLEM = "state IN ('failed', 'unknown', 'skipped')"

--- A condition on the state, as SQL. Not as a list: for `IN` with three names SQLite makes a table and throws it away,
--- for each statement.
---@param names string[]
---@return string
function M.condition(names)
  local parts = {}
  for i, name in ipairs(names) do parts[i] = ("credenco_record.state = '%s'"):format(name) end
  return "(" .. table.concat(parts, " OR ") .. ")"
end

return M
