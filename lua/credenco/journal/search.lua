--- Finds records by their key, or by an id of one of their credentials.
---
--- Records have only an index by key. An index by wallet, correlation id or revocation id would make every write more
--- expensive, for a rare query. So a search by such an id reads a journal from its beginning, up to the caller's limit.

local bytes = require "credenco.journal.bytes_as_text"

local M = {}

-- By the primary key, which begins with the workflow, so there is a statement for each workflow.
local RECORDS = [[
SELECT r.copy, s.source, s.started, r.line, r.state, r.step, r.stage, r.code, r.message, r.updated, r.wallet
FROM credenco_record r LEFT JOIN credenco_run s ON s.id = r.run
WHERE r.workflow = ? AND r.key = ? ORDER BY r.run, r.line, r.copy]]

local CREDENTIALS = [[
SELECT step, template_id, correlation_id, status, revocation_uuid, wallet, updated FROM credenco_credential
WHERE workflow = ? AND key = ? ORDER BY step]]

-- The inner query reads the first rows in the order of the primary key.
local NOTED = [[
SELECT key, correlation_id, revocation_uuid, wallet FROM (
  SELECT key, step, correlation_id, revocation_uuid, wallet FROM credenco_credential
  WHERE workflow = ? ORDER BY key, step LIMIT ?) first_ones
WHERE correlation_id = ? OR revocation_uuid = ? OR wallet = ?]]

local OF_WALLET = [[
SELECT key FROM (
  SELECT key, copy, wallet FROM credenco_record WHERE workflow = ? ORDER BY key, copy LIMIT ?) first_ones
WHERE wallet = ? AND copy = '']]

-- The rows behind the first ones of each table.
local BEHIND = {
  "SELECT key FROM credenco_record WHERE workflow = ? ORDER BY key, copy LIMIT 1 OFFSET ?",
  "SELECT key FROM credenco_credential WHERE workflow = ? ORDER BY key, step LIMIT 1 OFFSET ?",
}

local KEYS = "SELECT key FROM credenco_record WHERE workflow = ? AND copy = '' AND key > ? ORDER BY key LIMIT ?"
local PAGE = 1000

local function credentials_of(db, workflow, key)
  local rows, err = db:rows(CREDENTIALS, workflow, key)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do
    rows[i] = { step = row[1], template_id = row[2], correlation_id = row[3], status = row[4],
      revocation_uuid = row[5], wallet_key = row[6], updated = row[7] }
  end
  return rows
end

--- The records of a workflow with a key, and the stored facts about their credentials.
---@param db credenco.journal.Database
---@param workflow string
---@param key string
---@return table[]?
---@return string? err
function M.by_key(db, workflow, key)
  local rows, err = db:rows(RECORDS, workflow, key)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do
    local credentials, credentials_err = credentials_of(db, workflow, key)
    if not credentials then return nil, credentials_err end
    rows[i] = { workflow = workflow, key = key, copy = row[1], source = row[2], read = row[3], line = row[4],
      state = row[5], step = row[6], stage = row[7], code = row[8], message = row[9] and bytes.decode(row[9]),
      updated = row[10], wallet_key = row[11], credentials = credentials }
  end
  return rows
end

local function noted_as(row, id)
  return row[2] == id and "correlation id" or row[3] == id and "revocation id" or "wallet key"
end

--- The keys of records that have a stored id.
---@param db credenco.journal.Database
---@param workflow string
---@param id string a correlation id, a revocation id or a wallet's key
---@param most integer the number of rows of each table to read
---@return { key: string, as: string }[]?
---@return string? err
function M.by_id(db, workflow, id, most)
  local found, err = db:rows(NOTED, workflow, most, id, id, id)
  if not found then return nil, err end
  for i, row in ipairs(found) do found[i] = { key = row[1], as = noted_as(row, id) } end
  local records, records_err = db:rows(OF_WALLET, workflow, most, id)
  if not records then return nil, records_err end
  for _, row in ipairs(records) do found[#found + 1] = { key = row[1], as = "wallet key" } end
  return found
end

--- The first key of a workflow for which a test holds. Correlation ids that follow from the key are not stored.
---@param db credenco.journal.Database
---@param workflow string
---@param test fun(key: string): boolean
---@param most integer the number of keys to try
---@return string? key nil if there is none
---@return string? err
function M.key_that(db, workflow, test, most)
  local after, tried = "", 0
  while tried < most do
    local rows, err = db:rows(KEYS, workflow, after, math.min(PAGE, most - tried))
    if not rows then return nil, err end
    for _, row in ipairs(rows) do
      if test(row[1]) then return row[1] end
    end
    if #rows < PAGE then return nil end
    after, tried = rows[#rows][1], tried + #rows
  end
end

--- Whether a table has more than `most` rows of a workflow.
---@param db credenco.journal.Database
---@param workflow string
---@param most integer
---@return boolean? more
---@return string? err
function M.has_more(db, workflow, most)
  for _, sql in ipairs(BEHIND) do
    local rows, err = db:rows(sql, workflow, most)
    if not rows then return nil, err end
    if #rows > 0 then return true end
  end
  return false
end

return M
