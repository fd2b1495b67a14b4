--- The journal's writes about records. Each one is a statement over many records, conditional on the state
--- they may come from (`credenco.journal.states`) and on belonging to this worker: a worker whose lease ran
--- out and whose records another took can no longer change them.

local batch = require "credenco.journal.batch"
local bytes = require "credenco.journal.bytes"
local states = require "credenco.journal.states"

local M = {}

-- Adding ------------------------------------------------------------------------------------------

local ADD = {
  sql = [[
WITH v (key, line, input) AS (VALUES {rows})
INSERT INTO credenco_record (workflow, run, owner, key, copy, line, state, step, input, updated)
SELECT ?, CAST(? AS INTEGER), ?, v.key, '', CAST(v.line AS INTEGER), 'pending', 1, v.input, {now}
FROM v WHERE true ON CONFLICT DO NOTHING]],
  row = "(?, ?, ?)",
  columns = { "key", "line", "stored" },
}

local function by_key_and_line(a, b)
  if a.key ~= b.key then return a.key < b.key end
  return a.line < b.line
end

--- A list in the order in which two that write the same rows at the same time do not wait for one another for ever.
---@param items { key: string, line: integer }[]
---@return table[]
function M.in_order_of_keys(items)
  local ordered = {}
  for i, item in ipairs(items) do ordered[i] = item end
  table.sort(ordered, by_key_and_line)
  return ordered
end

--- Adds records that are not there yet, as pending ones of this worker. They change as many rows as were new.
---@param dialect "sqlite"|"postgresql"
---@param scope { workflow: string, run: integer, owner: string? }
---@param items { key: string, line: integer, input: string }[]
---@return credenco.journal.Write[]
function M.additions(dialect, scope, items)
  for _, item in ipairs(items) do item.stored = bytes.encode(item.input) end
  if dialect == "postgresql" then items = M.in_order_of_keys(items) end
  return batch.writes(dialect, ADD, batch.scope(0, scope.workflow, scope.run, scope.owner), items)
end

local ADD_END = [[
INSERT INTO credenco_record (workflow, key, copy, run, line, state, step, input, code, stage, message, updated)
VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, 'source', ?, {now}) ON CONFLICT ]]

-- What has no key is known by its place: another line there replaces the one that was.
local ADD_BROKEN = ADD_END .. [[(workflow, key, copy) DO UPDATE
SET run = excluded.run, line = excluded.line, input = excluded.input, code = excluded.code,
  message = excluded.message, updated = excluded.updated]]
local ADD_DUPLICATE = ADD_END .. "DO NOTHING"

--- Adds a line that is at its end as it comes: one that does not parse, or one that repeats another.
---@param db credenco.journal.Database
---@param item table with workflow, key, copy, run, line, state, input, code, message
---@return integer? added 0 when it was there
---@return string? err
function M.add_end(db, item)
  local sql = item.key == "" and ADD_BROKEN or ADD_DUPLICATE
  return db:change(sql, item.workflow, item.key, item.copy, item.run, item.line, item.state,
    item.input and bytes.encode(item.input), item.code, bytes.encode(item.message))
end

local BROKEN = "SELECT input, message FROM credenco_record WHERE workflow = ? AND key = '' AND copy = ?"

--- Whether a line without a key is in the journal as it is.
---@param db credenco.journal.Database
---@param item table as for `add_end`
---@return boolean?
---@return string? err
function M.has_broken(db, item)
  local rows, err = db:rows(BROKEN, item.workflow, item.copy)
  if not rows then return nil, err end
  local kept = rows[1]
  return kept ~= nil and kept[1] == (item.input and bytes.encode(item.input))
    and (item.input ~= nil or kept[2] == bytes.encode(item.message))
end

-- Meeting again -------------------------------------------------------------------------------------

local FIND = {
  sql = [[
SELECT key, run, line, state, owner, input, offer FROM credenco_record
WHERE workflow = ? AND copy = '' AND key IN ({rows})]],
  row = "?",
  columns = { "key" },
}

--- What the journal has under the keys of some records.
---@param db credenco.journal.Database
---@param workflow string
---@param items { key: string }[]
---@return table<string, { run: integer, line: integer, state: string, owner?: string, input?: string, offer?: string }>? by_key
---@return string? err
function M.find(db, workflow, items)
  local rows, err = batch.rows(db, FIND, batch.scope(1, workflow), items)
  if not rows then return nil, err end
  local by_key = {}
  for _, row in ipairs(rows) do
    by_key[row[1]] = { run = row[2], line = row[3], state = row[4], owner = row[5],
      input = row[6] and bytes.decode(row[6]), offer = row[7] }
  end
  return by_key
end

local COUNT_DONE = {
  sql = [[
SELECT COUNT(*), CAST(COALESCE(SUM(line), 0) AS DOUBLE PRECISION) FROM credenco_record
WHERE workflow = ? AND copy = '' AND state IN ('issued', 'skipped') AND key IN ({rows})]],
  row = "?",
  columns = { "key" },
}

--- Whether all of some records are done, each at the line where it was met before. Two sums tell, which is
--- cheap; when they do not agree, `find` has to tell which.
---@param db credenco.journal.Database
---@param workflow string
---@param items { key: string, line: integer }[]
---@return boolean?
---@return string? err
function M.all_done(db, workflow, items)
  local rows, err = batch.rows(db, COUNT_DONE, batch.scope(1, workflow), items)
  if not rows then return nil, err end
  local count, lines = #items, 0
  for _, item in ipairs(items) do lines = lines + item.line end
  for _, row in ipairs(rows) do count, lines = count - row[1], lines - row[2] end
  return count == 0 and lines == 0
end

local REOPEN = [[
UPDATE credenco_record
SET state = 'pending', owner = NULL, offer = NULL, code = NULL, stage = NULL, message = NULL,
  input = ?, run = ?, line = ?, updated = {now}
WHERE workflow = ? AND key = ? AND copy = ''
  AND (state = 'failed' OR state = 'pending' AND owner IS NULL)]]

--- Opens a record with a corrected line: one that failed, or that nobody has begun with. Steps that were issued stay
--- issued: it goes on at its own.
---@return integer? changed
---@return string? err
function M.reopen(db, item)
  return db:change(REOPEN, bytes.encode(item.input), item.run, item.line, item.workflow, item.key)
end

local HAS = "SELECT 1 FROM credenco_record WHERE workflow = ? AND key = ? AND copy = ?"

--- Whether a line is in the journal as one that repeats a key.
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

local MOVE = "UPDATE credenco_record SET run = ?, line = ? WHERE workflow = ? AND key = ? AND copy = ''"

--- Notes that a record, finished or not, was met again in another reading or at another line.
---@return integer? changed
---@return string? err
function M.move(db, item)
  return db:change(MOVE, item.run, item.line, item.workflow, item.key)
end

-- Changing ------------------------------------------------------------------------------------------

local ERASED = "offer = NULL, owner = NULL, wallet = NULL, code = NULL, stage = NULL, message = NULL, input = NULL"
local REASON = "code = v.code, stage = v.stage, message = v.stored"

-- The same for every record: a list of keys is enough.
local function by_key(set, target)
  local sql = ([[
UPDATE credenco_record SET %s, updated = {now}
WHERE workflow = ? AND owner = ? AND copy = '' AND %s AND key IN ({rows})]]):format(
    set, states.before(target))
  return { sql = sql, one = sql:gsub("{rows}", "?"), row = "?", columns = { "key" }, before = 2 }
end

-- The form for one row: the values stand where `v` is named.
local function numbered(sql, columns)
  for i, name in ipairs(columns) do sql = sql:gsub("v%." .. name .. "%f[^%w]", "?" .. i) end
  return sql
end

-- Something of each record's own: the values come as a table `v`.
local function by_values(columns, set, target, only)
  local update = ("UPDATE credenco_record SET %s, updated = {now}"):format(set)
  local condition = ([[
credenco_record.workflow = %%s AND credenco_record.owner = %%s AND credenco_record.copy = ''
  AND %s AND credenco_record.key = v.key%s]]):format(states.before(target), only or "")
  local width = #columns
  return {
    sql = ("WITH v (%s) AS (VALUES {rows})\n%s\nFROM v WHERE %s"):format(
      table.concat(columns, ", "), update, condition:format("?", "?")),
    one = numbered(("%s\nWHERE %s"):format(update, condition:format("?" .. width + 1, "?" .. width + 2)), columns),
    row = "(" .. ("?, "):rep(width - 1) .. "?)", columns = columns, before = 0,
  }
end

local WITH_REASON = { "key", "code", "stage", "stored" }
local WITH_WALLET = { "key", "code", "stage", "stored", "wallet_key" }

--- The changes by name. What each erases is the promise of the README: the offer once it is pushed, the
--- record's line once nothing is open on it.
local CHANGES = {
  offered = by_values({ "key", "offer" }, "state = 'offered', offer = v.offer", "offered"),
  pushed = by_key("state = 'pushed', offer = NULL", "pushed"),
  -- A record that has come two steps further since is in the list twice, each time at the step where it is now.
  next_step = by_values({ "key", "step" }, "state = 'pending', offer = NULL, step = CAST(v.step AS INTEGER)", "pending",
    " AND credenco_record.step < CAST(v.step AS INTEGER)"),
  issued = by_key("state = 'issued', " .. ERASED, "issued"),
  skipped = by_values(WITH_REASON,
    "state = 'skipped', owner = NULL, offer = NULL, input = NULL, " .. REASON, "skipped"),
  failed = by_values(WITH_REASON, "state = 'failed', owner = NULL, offer = NULL, " .. REASON, "failed"),
  unknown = by_values(WITH_WALLET, "state = 'unknown', owner = NULL, wallet = v.wallet_key, " .. REASON, "unknown"),
}

-- A reason may hold what a workflow or a server made of any bytes; one that PostgreSQL refuses would end the run.
local function store_messages(items)
  for _, item in ipairs(items) do item.stored = item.message and bytes.encode(item.message) end
end

--- One kind of change to many records of a worker. Those that are not its own any more, or not in a state from which
--- the change leads, stay as they are.
---@param dialect "sqlite"|"postgresql"
---@param kind "offered"|"pushed"|"next_step"|"issued"|"skipped"|"failed"|"unknown"
---@param scope { workflow: string, owner: string }
---@param items table[]
---@return credenco.journal.Write[]
function M.changes(dialect, kind, scope, items)
  local change = CHANGES[kind]
  if kind == "failed" or kind == "unknown" or kind == "skipped" then store_messages(items) end
  return batch.writes(dialect, change, batch.scope(change.before, scope.workflow, scope.owner), items)
end

-- Taking --------------------------------------------------------------------------------------------

local TAKE = [[
WITH free AS MATERIALIZED (
  SELECT workflow, key FROM credenco_record
  WHERE workflow = ? AND owner IS NULL AND state IN (%s)
    AND EXISTS (SELECT 1 FROM credenco_worker WHERE owner = ?)
  ORDER BY run, line LIMIT ? {skip_locked})
UPDATE credenco_record SET owner = ?
FROM free WHERE credenco_record.workflow = free.workflow AND credenco_record.key = free.key
  AND credenco_record.copy = '' AND credenco_record.owner IS NULL
RETURNING credenco_record.key, run, line, state, step, input, offer, {now} - updated]]
local TAKE_OPEN, TAKE_BEGUN = TAKE:format(states.open()), TAKE:format(states.begun())

local function in_order(a, b)
  if a.run ~= b.run then return a.run < b.run end
  return a.line < b.line
end

--- Takes free records of a workflow for this worker. Gives none to one that was taken for dead.
---@param db credenco.journal.Database
---@param scope { workflow: string, owner: string }
---@param limit integer
---@param only_begun? boolean those whose offer is made
---@return table[]? items
---@return string? err
function M.take(db, scope, limit, only_begun)
  local rows, err = db:rows(only_begun and TAKE_BEGUN or TAKE_OPEN, scope.workflow, scope.owner, limit, scope.owner)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do
    rows[i] = { key = row[1], run = row[2], line = row[3], state = row[4], step = row[5],
      input = row[6] and bytes.decode(row[6]), offer = row[7], age_s = row[8], resumed = true }
  end
  table.sort(rows, in_order)
  return rows
end

-- Credentials ---------------------------------------------------------------------------------------

local CREDENTIAL = {
  sql = [[
INSERT INTO credenco_credential
  (workflow, key, step, template_id, correlation_id, status, revocation_uuid, updated)
VALUES {rows} ON CONFLICT (workflow, key, step) DO UPDATE
SET status = excluded.status, updated = excluded.updated,
  revocation_uuid = COALESCE(excluded.revocation_uuid, credenco_credential.revocation_uuid)]],
  row = "(?, ?, ?, ?, ?, ?, ?, {now})",
  columns = { "workflow", "key", "step", "template_id", "correlation_id", "status", "revocation_uuid" },
}

--- What is known about credentials: the status as the issuer words it, and the revocation id. Any worker that asked
--- may say so, also a slow one with an answer of long ago: an id that is known is kept.
---@param dialect "sqlite"|"postgresql"
---@param items table[] with workflow, key, step, template_id, correlation_id, status, revocation_uuid
---@return credenco.journal.Write[]
function M.notes(dialect, items)
  return batch.writes(dialect, CREDENTIAL, batch.scope(0), items)
end

return M
