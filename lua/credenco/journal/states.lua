--- The journal's state machine, as data: what may follow what. Every UPDATE of a record's state takes
--- its condition on the state it comes from out of this table, so a transition that is not here cannot be written.
---
---     pending -> offered -> pushed -> issued
---        ^          |         |
---        |          +---------+---> failed | unknown
---        +---- retry, next step, corrected line
---
--- A step that turns out to have been issued before leads from `pending` to the `pending` of the next one.
---
--- pending  nothing exists at the wallet; an offer may have been made and lost, which harms nobody
--- offered  the offer is written down here; whether it was pushed may be unclear
--- pushed   the wallet's endpoint answered 201; the offer is erased
--- issued   done: pushed, and confirmed where that was asked for
--- failed   refused, or never got through; nothing was issued
--- unknown  cannot be decided by the program; listed for a person, who may settle it
--- skipped  not wanted: refused by `accept`, or a line that repeats an earlier one

local M = {}

M.NEXT = {
  pending = { "offered", "failed", "skipped", "unknown", "issued", "pending" },
  offered = { "pushed", "issued", "failed", "unknown", "pending" },
  pushed = { "issued", "failed", "unknown", "pending" },
  failed = { "pending", "skipped" },
  unknown = { "pending", "offered", "pushed", "issued", "failed" },
  issued = {},
  skipped = {},
}

--- The states from which one may be reached, as an SQL condition. Not as a list: for `IN` with three names SQLite
--- makes a table and throws it away, for each statement.
---@param target string
---@return string
function M.before(target)
  local names = {}
  for state, followers in pairs(M.NEXT) do
    for _, follower in ipairs(followers) do
      if follower == target then names[#names + 1] = state end
    end
  end
  assert(#names > 0, "no transition leads to " .. tostring(target))
  table.sort(names)
  return ("(state = '%s')"):format(table.concat(names, "' OR state = '"))
end

--- The states on which work is open; the others are ends.
M.OPEN = { pending = true, offered = true, pushed = true }

--- The same as an SQL list.
---@return string
function M.open()
  return "'offered', 'pending', 'pushed'"
end

--- Those among them whose offer is made, which grows old.
---@return string
function M.begun()
  return "'offered', 'pushed'"
end

return M
