--- The journal's tables: one text for SQLite and PostgreSQL.
---
--- Times are seconds since 1970 as floating point (luadbi fetches integers as 32 bits). Text that may hold any byte is
--- stored through `credenco.journal.bytes_as_text`.

local meta = require "credenco.journal.meta"
local states = require "credenco.journal.states"

local M = {}

M.VERSION = 5

-- One row for each record. `wallet` is set only if a person has to look into it. `stage` is where the record ended or,
-- if it is open again, how far it may have come before. (workflow, key) is its public name. `copy` distinguishes lines
-- without a key of their own: lines that do not parse, and lines that repeat another line's key.
local RECORD = ([[
CREATE TABLE IF NOT EXISTS credenco_record (
  workflow TEXT NOT NULL,
  key TEXT NOT NULL,
  copy TEXT NOT NULL,
  run INTEGER NOT NULL,
  line INTEGER NOT NULL,
  state TEXT NOT NULL,
  step INTEGER NOT NULL,
  owner TEXT,
  input TEXT,
  offer TEXT,
  wallet TEXT,
  code TEXT,
  stage TEXT,
  message TEXT,
  updated DOUBLE PRECISION NOT NULL,
  list TEXT GENERATED ALWAYS AS (%s) STORED,
  PRIMARY KEY (workflow, key, copy)) {storage}]]):format(states.LIST)

-- One row for each reading of a source: the layout with which its lines can be read again, and for a file its place and
-- the identity of its content.
local RUN = [[
CREATE TABLE IF NOT EXISTS credenco_run (
  id INTEGER NOT NULL PRIMARY KEY,
  workflow TEXT NOT NULL,
  source TEXT NOT NULL,
  format TEXT NOT NULL,
  encoding TEXT,
  header TEXT,
  place TEXT,
  edition TEXT,
  complete INTEGER NOT NULL,
  started DOUBLE PRECISION NOT NULL)]]

-- One row for each credential whose status is known, that was one step of several, or whose template or delivery the
-- record chose.
local CREDENTIAL = [[
CREATE TABLE IF NOT EXISTS credenco_credential (
  workflow TEXT NOT NULL,
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  template_id TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  wallet TEXT,
  delivery TEXT,
  status TEXT,
  revocation_uuid TEXT,
  updated DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (workflow, key, step))]]

-- One row for each process that works. Its records become free when its lease expires.
local WORKER = [[
CREATE TABLE IF NOT EXISTS credenco_worker (
  owner TEXT NOT NULL PRIMARY KEY,
  workflow TEXT NOT NULL,
  lease_until DOUBLE PRECISION NOT NULL)]]

-- One row for each workflow: the rate that all its workers share.
local PACE = [[
CREATE TABLE IF NOT EXISTS credenco_pace (
  workflow TEXT NOT NULL PRIMARY KEY,
  next_at DOUBLE PRECISION NOT NULL)]]

local META = [[
CREATE TABLE IF NOT EXISTS credenco_meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL)]]

-- For reports, in the order of the source. Without it, each page of a report would sort all the rest. Issued records
-- are not in it, and do not pay for it.
local PROBLEMS = ([[
CREATE INDEX IF NOT EXISTS credenco_record_problems ON credenco_record (workflow, run, line, copy, key)
WHERE %s]]):format(states.IS_PROBLEM)

-- For workers. Only a queue needs these, and they make every write more expensive.
local BEGUN = ([[
CREATE INDEX IF NOT EXISTS credenco_record_offered ON credenco_record (workflow, run, line)
WHERE %s]]):format(states.IS_BEGUN)
local OPEN = ([[
CREATE INDEX IF NOT EXISTS credenco_record_open ON credenco_record (workflow, run, line)
WHERE %s]]):format(states.IS_OPEN)

local TABLES = { META, RECORD, RUN, CREDENTIAL, WORKER, PACE }
local INDEXES = { PROBLEMS }
local QUEUE_INDEXES = { PROBLEMS, BEGUN, OPEN }

-- The statements whose table or index is missing. An existing one needs no right to create it, so a read-only database
-- will do.
local function missing(db, statements)
  local left = {}
  for _, sql in ipairs(statements) do
    local there, err = db.dialect.has_object(db, sql:match "IF NOT EXISTS ([%l_]+)")
    if there == nil then return nil, err end
    if not there then left[#left + 1] = sql end
  end
  return left
end

local function run_all(db, statements)
  for _, sql in ipairs(statements) do
    local ok, err = db:execute(sql)
    if not ok then return nil, err end
  end
  return true
end

local function check_version(db)
  local version, err = meta.value(db, "schema")
  if version == nil then return nil, err end
  if not version then return meta.set_first(db, "schema", tostring(M.VERSION)) end
  if version == tostring(M.VERSION) then return true end
  return nil, ("written by another version of credenco (its format is %s, this one's %d): "
    .. "use that version, or another journal"):format(version, M.VERSION)
end

local function create(db, tables, indexes)
  return db:transaction(function()
    -- CREATE TABLE fails in processes that start together
    local ok, err = db.dialect.lock(db, "credenco schema")
    if ok then ok, err = run_all(db, tables) end
    if ok then ok, err = check_version(db) end -- before an index names a column that another version lacks
    if ok then ok, err = run_all(db, indexes) end
    return ok, err
  end)
end

--- Creates missing tables, and refuses a journal of another version. A reader works without the indexes.
---@param db credenco.journal.Database
---@param options { queue: boolean?, reading: boolean? } queue: with the indexes for workers
---@return boolean? ok
---@return string? err
function M.ensure(db, options)
  local tables, err = missing(db, TABLES)
  if not tables then return nil, err end
  if options.reading and #tables == 0 then return check_version(db) end
  local indexes
  indexes, err = missing(db, options.queue and QUEUE_INDEXES or INDEXES)
  if not indexes then return nil, err end
  if #tables + #indexes == 0 then return check_version(db) end
  return create(db, tables, indexes)
end

--- Creates the index for taking open records, in a journal that was no queue before. Without it, each batch reads the
--- whole table.
---@param db credenco.journal.Database in a transaction
---@param only_begun? boolean see `credenco.journal.taking.write`
---@return boolean? ok
---@return string? err
function M.make_queue(db, only_begun)
  local indexes, err = missing(db, { only_begun and BEGUN or OPEN })
  if not indexes then return nil, err end
  return run_all(db, indexes)
end

return M
