--- The journal's writes about records. Each is a statement over many records, conditional on their state
--- (`credenco.journal.states`) and on their owner: a worker whose lease expired and whose records another took can no
--- longer change them.

local batch = require "credenco.journal.batch"
local bytes = require "credenco.journal.bytes_as_text"
local states = require "credenco.journal.states"
local transitions = require "credenco.journal.transitions"

local M = {}

-- Adding ------------------------------------------------------------------------------------------

local ADD = {
  sql = ([[
INSERT INTO credenco_record (workflow, run, owner, key, copy, line, state, step, input, updated)
SELECT :workflow, CAST(:run AS INTEGER), :owner, v.key, '', CAST(v.line AS INTEGER), '%s', 1, v.input, {now}
FROM v WHERE true {in_order_of_keys} ON CONFLICT DO NOTHING]]):format(transitions.added "add"),
  columns = { "key", "line", "input" }, scope = { "workflow", "run", "owner" },
}

local function by_key_and_line(a, b)
  if a.key ~= b.key then return a.key < b.key end
  return a.line < b.line
end

--- Sorts a list, so that two writers of the same rows do not wait for each other for ever.
---@param items { key: string, line: integer }[]
---@return table[]
function M.in_order_of_keys(items)
  local ordered = {}
  for i, item in ipairs(items) do ordered[i] = item end
  table.sort(ordered, by_key_and_line)
  return ordered
end

--- Adds new records, as pending ones of this worker. The number of changed rows is the number of new records.
---@param db credenco.journal.Database
---@param scope { workflow: string, run: integer, owner: string? }
---@param items { key: string, line: integer, input: string }[]
---@return credenco.journal.Write[]
function M.additions(db, scope, items)
  for _, item in ipairs(items) do item.stored = bytes.encode(item.input) end
  return batch.writes(db, ADD, scope, items)
end

local ADD_END = [[
INSERT INTO credenco_record (workflow, key, copy, run, line, state, step, input, code, stage, message, updated)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, 'source', ?, {now}) ON CONFLICT ]]

-- A line without a key is identified by its place. A different line there replaces it.
local ADD_BROKEN = ADD_END .. "(workflow, key, copy) DO UPDATE SET " .. transitions.STATE_OF_ADDED .. [[,
  run = excluded.run, line = excluded.line, input = excluded.input, code = excluded.code,
  message = excluded.message, updated = excluded.updated]]
local ADD_DUPLICATE = ADD_END .. "DO NOTHING"

--- Adds a line that ends at once: one that does not parse, or one that repeats another's key.
---@param db credenco.journal.Database
---@param item table with event, workflow, key, copy, run, line, input, code, message
---@return integer? added 0 if it existed
---@return string? err
function M.add_end(db, item)
  local sql = item.key == "" and ADD_BROKEN or ADD_DUPLICATE
  return db:change(sql, item.workflow, item.key, item.copy, item.run, item.line, transitions.added(item.event),
    item.input and bytes.encode(item.input), item.code, bytes.encode(item.message))
end

local BROKEN = "SELECT input, message, state FROM credenco_record WHERE workflow = ? AND key = '' AND copy = ?"

--- The state of an identical line without a key; false if the journal has none, or a different one at its place.
---@param db credenco.journal.Database
---@param item table as for `add_end`
---@return "failed"|"skipped"|false|nil state
---@return string? err
function M.state_of_broken(db, item)
  local rows, err = db:rows(BROKEN, item.workflow, item.copy)
  if not rows then return nil, err end
  local kept = rows[1]
  local same = kept ~= nil and kept[1] == (item.input and bytes.encode(item.input))
    and (item.input ~= nil or kept[3] == "skipped" or kept[2] == bytes.encode(item.message))
  return same and kept[3]
end

local MOVE_BROKEN = "UPDATE credenco_record SET run = ?, line = ? WHERE workflow = ? AND key = '' AND copy = ?"

--- Notes that a line without a key, which a person has given up, was read again.
---@param db credenco.journal.Database
---@param item table as for `add_end`
---@return integer? changed
---@return string? err
function M.move_broken(db, item)
  return db:change(MOVE_BROKEN, item.run, item.line, item.workflow, item.copy)
end

-- Reading again -------------------------------------------------------------------------------------

local FIND = {
  sql = [[
SELECT credenco_record.key, run, line, state, owner, input, offer, step, stage
FROM v CROSS JOIN credenco_record WHERE {record_is_v}]],
  columns = { "key" }, scope = { "workflow" },
}

---@class credenco.journal.Found
---@field run integer
---@field line integer
---@field state string
---@field step integer
---@field owner? string
---@field input? string
---@field offer? string
---@field asked? boolean its offer may have been asked for before

--- The journal's entries for the keys of some records.
---@param db credenco.journal.Database
---@param workflow string
---@param items { key: string }[]
---@return table<string, credenco.journal.Found>? by_key
---@return string? err
function M.find(db, workflow, items)
  local rows, err = batch.rows(db, FIND, { workflow = workflow }, items)
  if not rows then return nil, err end
  local by_key = {}
  for _, row in ipairs(rows) do
    by_key[row[1]] = { run = row[2], line = row[3], state = row[4], owner = row[5],
      input = row[6] and bytes.decode(row[6]), offer = row[7], step = row[8], asked = states.ASKED[row[9]] }
  end
  return by_key
end

local COUNT_DONE = {
  sql = [[
SELECT COUNT(*), CAST(COALESCE(SUM(line), 0) AS DOUBLE PRECISION)
FROM v CROSS JOIN credenco_record WHERE {record_is_v} AND state IN ('issued', 'skipped')]],
  columns = { "key" }, scope = { "workflow" },
}

--- Whether all of some records are done, each at its earlier line. Compares two sums, which is cheap. If they differ,
--- use `find`.
---@param db credenco.journal.Database
---@param workflow string
---@param items { key: string, line: integer }[]
---@return boolean?
---@return string? err
function M.all_done(db, workflow, items)
  local rows, err = batch.rows(db, COUNT_DONE, { workflow = workflow }, items)
  if not rows then return nil, err end
  local count, lines = #items, 0
  for _, item in ipairs(items) do lines = lines + item.line end
  for _, row in ipairs(rows) do count, lines = count - row[1], lines - row[2] end
  return count == 0 and lines == 0
end

local CORRECT = transitions.update(transitions.of("corrected")[1]):gsub("{which}", "key = :key")

--- Opens a record with a corrected line: one that failed, or one that has not begun.
---@param db credenco.journal.Database
---@param item table with workflow, key, run, line, input, and owner if a worker begins with it at once
---@return integer? changed
---@return string? err
function M.correct(db, item)
  return db:change_named(CORRECT, { input = bytes.encode(item.input), run = item.run, line = item.line,
    workflow = item.workflow, key = item.key, owner = item.owner })
end

local HAS = "SELECT 1 FROM credenco_record WHERE workflow = ? AND key = ? AND copy = ?"

--- Whether the journal has a line as a repetition of a key.
---@param db credenco.journal.Database
---@param workflow string
---@param key string
---@param copy string
---@return boolean?
---@return string? err
function M.has(db, workflow, key, copy)
  local rows, err = db:rows(HAS, workflow, key, copy)
  if not rows then return nil, err end
  return #rows > 0
end

local MOVE = [[
UPDATE credenco_record SET run = ?, line = ? WHERE workflow = ? AND key = ? AND copy = '' AND {unlocked}]]

--- Notes that a record, finished or not, was read again in another run or at another line. A record that its worker is
--- changing keeps its place.
---@param db credenco.journal.Database
---@param item table with workflow, key, run, line
---@return integer? changed
---@return string? err
function M.move(db, item)
  return db:change(MOVE, item.run, item.line, item.workflow, item.key)
end

-- Changing ------------------------------------------------------------------------------------------

-- The columns of `v` that a statement names, always including the key.
local function columns_of(sql)
  local names, known = { "key" }, { key = true }
  for name in sql:gmatch "%f[%w]v%.([%l_]+)" do
    if not known[name] then
      known[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

-- The statement of a worker's event.
local function statement_of(event)
  local row = transitions.of(event)[1]
  assert(row.by == "worker" and row.from, event .. " is no change that a worker makes")
  local sql = transitions.update(row)
  return { sql = sql, columns = columns_of(sql), scope = { "workflow", "owner" }, each = true }
end

local CHANGES = setmetatable({}, { __index = function(known, event)
  known[event] = statement_of(event)
  return known[event]
end })

-- A reason may hold any bytes from a workflow or a server. One that PostgreSQL refuses would end the run.
local function store_messages(items)
  for _, item in ipairs(items) do item.stored = item.message and bytes.encode(item.message) end
end

--- The change of many records by a worker's event. Records that the worker no longer holds, or whose state does not
--- allow the event, stay unchanged.
---@param db credenco.journal.Database
---@param event string
---@param scope { workflow: string, owner: string }
---@param items table[]
---@return credenco.journal.Write[]
function M.changes(db, event, scope, items)
  if event == "failed" or event == "unknown" or event == "skipped" then store_messages(items) end
  return batch.writes(db, CHANGES[event], scope, items)
end

-- Credentials ---------------------------------------------------------------------------------------

local CREDENTIAL = {
  sql = [[
INSERT INTO credenco_credential
  (workflow, key, step, template_id, correlation_id, wallet, delivery, status, revocation_uuid, updated)
SELECT v.workflow, v.key, CAST(v.step AS INTEGER), v.template_id, v.correlation_id, v.wallet, v.delivery, v.status,
  v.revocation_uuid, {now}
{from_v} WHERE true ON CONFLICT (workflow, key, step) DO UPDATE
SET status = excluded.status, updated = excluded.updated,
  wallet = COALESCE(excluded.wallet, credenco_credential.wallet),
  delivery = COALESCE(excluded.delivery, credenco_credential.delivery),
  revocation_uuid = COALESCE(excluded.revocation_uuid, credenco_credential.revocation_uuid)]],
  columns = { "workflow", "key", "step", "template_id", "correlation_id", "wallet", "delivery", "status",
    "revocation_uuid" },
  scope = {}, each = true,
}

-- Keeps only the last note about a credential, since a statement changes no row twice.
local function latest(items)
  local notes, places = {}, {}
  for _, item in ipairs(items) do
    local name = ("%d:%s"):format(item.step, item.key)
    local before = notes[places[name]]
    places[name] = places[name] or #notes + 1
    notes[places[name]] = item
    if before and not item.revocation_uuid then item.revocation_uuid = before.revocation_uuid end
  end
  return notes
end

--- Stores facts about credentials of one workflow: the status in the issuer's words, and the revocation id. Any worker
--- that asked may do so, even late with an old response: a known id is kept.
---@param db credenco.journal.Database
---@param items table[] with workflow, key, step, template_id, correlation_id, wallet_key, delivery, status, revocation_uuid
---@return credenco.journal.Write[]
function M.notes(db, items)
  return batch.writes(db, CREDENTIAL, {}, latest(items))
end

return M
