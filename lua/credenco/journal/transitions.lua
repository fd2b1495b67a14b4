--- The journal's transitions, as rows. A row has the event, the states from which it may happen (`from`), the next
--- state (`to`), whether a worker or a person causes it (`by`), and the other columns to write (`sets`: column to SQL).
--- `update` makes the UPDATE of a row. No other code writes a state, so a transition that is not in the table cannot
--- happen.
---
--- A worker changes only records that it holds: if its lease expired and another worker took its records, it changes
--- nothing any more. A person changes only finished records, which nobody holds.
---
--- In the SQL, `v.NAME` is a value of the item that a worker writes about, and `:NAME` a parameter of the statement.

local sorted_keys = require "credenco.base.sorted_keys"
local states = require "credenco.journal.states"

local M = {}

---@class credenco.journal.Transition
---@field event string
---@field from? string[] nil: the event adds the record
---@field to string
---@field by "worker"|"person"
---@field of? "line" it changes lines without a key instead of records
---@field sets? table<string, string>
---@field only? string a further condition

-- Adds to a base.
local function plus(base, more)
  local all = {}
  for column, value in pairs(base) do all[column] = value end
  for column, value in pairs(more) do all[column] = value end
  return all
end

local OPEN = { "offered", "pending", "pushed" }

-- The record has ended: nobody works on it, and this is why.
local ENDED = { owner = "NULL", code = "v.code", stage = "v.stage", message = "v.message" }
-- Of an issued credential, the journal keeps only that it was issued, and to which wallet.
local DONE = { owner = "NULL", offer = "NULL", code = "NULL", stage = "NULL", message = "NULL", input = "NULL" }
-- The record is open again, and the reason of its failure is erased. If its next action is an offer, it keeps the
-- stage: the issuer may know its id.
local REASONLESS = { wallet = "NULL", code = "NULL", message = "NULL" }
local AGAIN = plus(REASONLESS, { owner = "NULL" })
local FROM_HERE = plus(AGAIN, { stage = "NULL" })
-- A person decided, so there is nothing left to deliver.
local SETTLED = { owner = "NULL", offer = "NULL", wallet = "NULL", code = "'settled'", stage = "'person'" }

---@type credenco.journal.Transition[]
M.ROWS = {
  -- A line enters the journal.
  { event = "add", to = "pending", by = "worker" },
  { event = "add_broken", to = "failed", by = "worker" },
  { event = "add_repeated", to = "skipped", by = "worker" },

  -- A worker does the work.
  { event = "offered", from = { "pending" }, to = "offered", by = "worker", sets = { offer = "v.offer" } },
  { event = "pushed", from = { "offered" }, to = "pushed", by = "worker", sets = { offer = "NULL" } },
  -- A record that has passed two steps since is in a group twice, each time with its current step.
  { event = "next_step", from = OPEN, to = "pending", by = "worker", sets = { offer = "NULL", step = "v.step" },
    only = "credenco_record.step < v.step" },
  { event = "issued", from = OPEN, to = "issued", by = "worker", sets = plus(DONE, { wallet = "v.wallet" }) },
  { event = "failed", from = OPEN, to = "failed", by = "worker", sets = plus(ENDED, { offer = "NULL" }) },
  { event = "unknown", from = OPEN, to = "unknown", by = "worker", sets = plus(ENDED, { wallet = "v.wallet" }) },
  { event = "skipped", from = { "pending" }, to = "skipped", by = "worker",
    sets = plus(ENDED, { offer = "NULL", input = "NULL" }) },

  -- A person corrects the line of a record that failed, or that has not begun. Issued steps stay issued: the record
  -- continues with its own step. The worker that reads the line begins with it at once.
  { event = "corrected", from = { "failed", "pending" }, to = "pending", by = "person",
    only = "COALESCE(owner, '') = ''",
    sets = plus(REASONLESS, { owner = ":owner", offer = "NULL", input = ":input", run = "CAST(:run AS INTEGER)",
      line = "CAST(:line AS INTEGER)" }) },

  -- A person asks for another attempt with the same line. An unknown record continues with its offer; without one, its status
  -- is asked for. It never gets another offer, which could issue a second credential.
  { event = "retry_failed", from = { "failed" }, to = "pending", by = "person", only = "input IS NOT NULL",
    sets = AGAIN },
  { event = "retry_unknown", from = { "unknown" }, to = "offered", by = "person",
    only = "input IS NOT NULL AND offer IS NOT NULL", sets = FROM_HERE },
  { event = "retry_unknown", from = { "unknown" }, to = "pushed", by = "person",
    only = "input IS NOT NULL AND offer IS NULL", sets = FROM_HERE },

  -- A person wants a skipped record after all. Before its first step it is removed instead, see `credenco.journal.retry`.
  -- After that, its steps stay issued. Its line was erased, so it waits for a run that reads the line again, and then
  -- continues like a corrected record.
  { event = "retry_skipped", from = { "skipped" }, to = "failed", by = "person", only = "step > 1",
    sets = { code = "'reopened'", stage = "'person'",
      message = "'was skipped; continues with its step when a run reads its line'" } },

  -- A person has looked into the wallet, or abandons a record. A record that was issued at its last step is done.
  -- Before that, its next step follows.
  { event = "settle_issued", from = { "unknown" }, to = "issued", by = "person",
    only = "step >= CAST(:steps AS INTEGER)", sets = DONE },
  { event = "settle_issued", from = { "unknown" }, to = "pending", by = "person",
    only = "step < CAST(:steps AS INTEGER)", sets = plus(FROM_HERE, { offer = "NULL", step = "step + 1" }) },
  { event = "settle_failed", from = { "unknown" }, to = "failed", by = "person",
    sets = plus(SETTLED, { message = "'a person found that nothing was issued'" }) },
  { event = "settle_skipped", from = { "failed" }, to = "skipped", by = "person",
    sets = plus(SETTLED, { input = "NULL", message = "'abandoned by a person'" }) },
  -- The column that identifies a line without a key when its file is read again: the line.
  { event = "settle_skipped", from = { "failed" }, to = "skipped", by = "person", of = "line",
    sets = plus(SETTLED, { message = "'abandoned by a person'" }) },
}

--- The rows of an event. An event that a worker causes has one.
---@param event string
---@return credenco.journal.Transition[]
function M.of(event)
  local found = {}
  for _, row in ipairs(M.ROWS) do
    if row.event == event then found[#found + 1] = row end
  end
  assert(#found > 0, "no transition is called " .. tostring(event))
  return found
end

--- The state in which an event adds a record.
---@param event string
---@return string
function M.added(event)
  local row = M.of(event)[1]
  assert(not row.from, event .. " adds no record")
  return row.to
end

--- The assignments of an upsert, so that a line that replaces another gets the state of the event that adds it.
M.STATE_OF_ADDED = "state = excluded.state"

-- The assignments of a row in a fixed order, since prepared statements are found by their text.
local function assignments(row)
  local parts = { ("state = '%s'"):format(row.to) }
  for _, column in ipairs(sorted_keys(row.sets)) do parts[#parts + 1] = ("%s = %s"):format(column, row.sets[column]) end
  parts[#parts + 1] = "updated = {now}"
  return table.concat(parts, ", ")
end

-- The record, and its owner. The condition on the owner has a form that no index serves, so that the key's does.
local WHICH = {
  worker = "{record_is_v} AND COALESCE(credenco_record.owner, '') = :owner",
  person = "credenco_record.workflow = :workflow AND {which} AND credenco_record.copy = ''",
  line = "credenco_record.workflow = :workflow AND {which} AND credenco_record.key = ''",
}

--- The UPDATE of a row. A worker's changes records in a table `v` of items, a person's those selected by `{which}`.
---@param row credenco.journal.Transition
---@return string sql
function M.update(row)
  assert(row.from, row.event .. " adds a record")
  local sql = ("UPDATE credenco_record SET %s%s WHERE %s AND %s"):format(assignments(row),
    row.by == "worker" and " {from_v}" or "", WHICH[row.of or row.by], states.condition(row.from))
  return row.only and sql .. " AND " .. row.only or sql
end

return M
