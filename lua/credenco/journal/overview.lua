--- Queries about a workflow's records: the number in each state, the causes, and the records themselves.

local bytes = require "credenco.journal.bytes_as_text"
local states = require "credenco.journal.states"

local M = {}

--- Numbers that add up: input = issued + failed + unknown + skipped + pending.
---@class credenco.journal.Totals
---@field input? integer all records; nil if the issued ones were not counted
---@field issued? integer records that were issued; nil with `input`
---@field failed integer nothing was issued
---@field unknown integer nobody can say whether they were issued
---@field skipped integer left out
---@field pending integer all open records

local ALL = "SELECT state, COUNT(*) FROM credenco_record WHERE workflow = ? GROUP BY state"

-- Each uses one index.
local LISTED = "SELECT state, COUNT(*) FROM credenco_record WHERE workflow = ? AND %s GROUP BY state"
local PROBLEMS, OPEN = LISTED:format(states.IS_PROBLEM), LISTED:format(states.IS_OPEN)

local function counted(rows)
  local totals = { input = 0, issued = 0, failed = 0, unknown = 0, skipped = 0, pending = 0 }
  for _, row in ipairs(rows) do
    local name = states.OPEN[row[1]] and "pending" or row[1]
    totals[name] = totals[name] + row[2]
    totals.input = totals.input + row[2]
  end
  return totals
end

--- The number of records in each state. Reads all of them.
---@param db credenco.journal.Database
---@param workflow string
---@return credenco.journal.Totals?
---@return string? err
function M.totals(db, workflow)
  local ready, ready_err = db.dialect.read_all(db)
  if not ready then return nil, ready_err end
  local rows, err = db:rows(ALL, workflow)
  if not rows then return nil, err end
  return counted(rows)
end

--- The same without `input` and `issued`. Reads no issued record.
---@param db credenco.journal.Database
---@param workflow string
---@param drained? boolean nothing is open
---@return credenco.journal.Totals?
---@return string? err
function M.not_issued(db, workflow, drained)
  local rows, err = db:rows(PROBLEMS, workflow)
  local open = {}
  if rows and not drained then open, err = db:rows(OPEN, workflow) end
  if not rows or not open then return nil, err end
  for _, row in ipairs(open) do rows[#rows + 1] = row end
  local totals = counted(rows)
  totals.input, totals.issued = nil, nil
  return totals
end

--- The workflows in a journal.
---@param db credenco.journal.Database
---@return string[]?
---@return string? err
function M.workflows(db)
  local rows, err = db:rows("SELECT DISTINCT workflow FROM credenco_run ORDER BY workflow")
  if not rows then return nil, err end
  for i, row in ipairs(rows) do rows[i] = row[1] end
  return rows
end

--- Records with the same outcome for the same reason.
---@class credenco.journal.Cause
---@field state "failed"|"unknown"|"skipped"
---@field stage? string
---@field code? string
---@field count integer
---@field lines integer of how many of them the journal has the line
---@field examples { message: string, count: integer }[] their most frequent messages
---@field messages integer the number of different ones

local CAUSES = ([[
SELECT state, stage, code, COUNT(*), COUNT(DISTINCT message), COUNT(input) FROM credenco_record
WHERE workflow = ? AND %s
GROUP BY state, stage, code ORDER BY COUNT(*) DESC, state, code LIMIT ?]]):format(states.IS_PROBLEM)

local EXAMPLES = 3
local MESSAGES = [[
SELECT message, COUNT(*) FROM credenco_record
WHERE workflow = ? AND state = ? AND COALESCE(stage, '') = ? AND COALESCE(code, '') = ? AND message IS NOT NULL
GROUP BY message ORDER BY COUNT(*) DESC, message LIMIT ?]]

local function examples_of(db, workflow, cause)
  local rows, err = db:rows(MESSAGES, workflow, cause.state, cause.stage or "", cause.code or "", EXAMPLES)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do rows[i] = { message = bytes.decode(row[1]), count = row[2] } end
  return rows
end

--- Why records were not issued, the most frequent cause first.
---@param db credenco.journal.Database
---@param workflow string
---@param limit integer
---@return credenco.journal.Cause[]?
---@return string? err
function M.causes(db, workflow, limit)
  local rows, err = db:rows(CAUSES, workflow, limit)
  if not rows then return nil, err end
  for i, row in ipairs(rows) do
    local cause = { state = row[1], stage = row[2], code = row[3], count = row[4], messages = row[5],
      lines = row[6] }
    cause.examples, err = examples_of(db, workflow, cause)
    if not cause.examples then return nil, err end
    rows[i] = cause
  end
  return rows
end

local LIST = [[
SELECT r.key, r.copy, s.source, r.line, r.state, r.stage, r.code, r.message, %s, r.updated, r.run, r.step, r.wallet
FROM credenco_record r LEFT JOIN credenco_run s ON s.id = r.run
WHERE r.workflow = ? AND %s AND (r.run, r.line, r.copy, r.key) > (?, ?, ?, ?)
ORDER BY r.run, r.line, r.copy, r.key LIMIT ?]]
local WITHOUT_INPUT, WITH_INPUT = LIST:format("NULL", states.IS_PROBLEM), LIST:format("r.input", states.IS_PROBLEM)

local PAGE = 500

local function listed(row)
  return { key = row[1], copy = row[2], source = row[3], line = row[4], state = row[5], stage = row[6],
    code = row[7], message = row[8] and bytes.decode(row[8]), input = row[9] and bytes.decode(row[9]),
    updated = row[10], run = row[11], step = row[12], wallet_key = row[13] }
end

--- Every record that ended without being issued, in the order of its source, one page at a time.
---@param db credenco.journal.Database
---@param workflow string
---@param with_input? boolean their lines too
---@return fun(): table|false|nil, string? next false and an error if the journal fails: nil would end a loop silently
function M.each_problem(db, workflow, with_input)
  local sql = with_input and WITH_INPUT or WITHOUT_INPUT
  local after = { run = -1, line = -1, copy = "", key = "" }
  local rows, at = {}, 0
  return function()
    at = at + 1
    if at > #rows then
      local err
      rows, err = db:rows(sql, workflow, after.run, after.line, after.copy, after.key, PAGE)
      if not rows then
        rows = {}
        return false, err
      end
      at = 1
    end
    if not rows[at] then return nil end
    after = listed(rows[at])
    return after
  end
end

local ISSUED = [[
SELECT r.key, s.source, r.line, r.state, r.step, r.wallet, r.updated
FROM credenco_record r LEFT JOIN credenco_run s ON s.id = r.run
WHERE r.workflow = ? AND r.copy = '' AND r.key > ? AND (r.state = 'issued' OR r.step > 1) ORDER BY r.key LIMIT ?]]

local NOTED = [[
SELECT key, step, template_id, correlation_id, status, revocation_uuid, updated, wallet, delivery
FROM credenco_credential WHERE workflow = ? AND key > ? AND key <= ?]]

-- The stored credentials of all keys up to this one: key -> step -> credential.
local function noted(db, workflow, after, last)
  local rows, err = db:rows(NOTED, workflow, after, last)
  if not rows then return nil, err end
  local of_key = {}
  for _, row in ipairs(rows) do
    local steps = of_key[row[1]] or {}
    of_key[row[1]] = steps
    steps[row[2]] = { template_id = row[3], correlation_id = row[4], status = row[5], revocation_uuid = row[6],
      updated = row[7], wallet_key = row[8], delivery = row[9] }
  end
  return of_key
end

local function issued_page(db, workflow, after)
  local rows, err = db:rows(ISSUED, workflow, after, PAGE)
  if not rows or #rows == 0 then return rows, err end
  local of_key, noted_err = noted(db, workflow, after, rows[#rows][1])
  if not of_key then return nil, noted_err end
  for i, row in ipairs(rows) do
    rows[i] = { key = row[1], source = row[2], line = row[3], steps = row[4] == "issued" and row[5] or row[5] - 1,
      wallet_key = row[6], updated = row[7], noted = of_key[row[1]] or {} }
  end
  return rows
end

--- Every record with an issued credential, by key, one page at a time: `steps` is the number of issued steps, and
--- `noted` has the stored credentials by step.
---@param db credenco.journal.Database
---@param workflow string
---@return fun(): table|false|nil, string? next false and an error if the journal fails
function M.each_issued(db, workflow)
  local after, rows, at = "", {}, 0
  return function()
    at = at + 1
    if at > #rows then
      local err
      rows, err = issued_page(db, workflow, after)
      if not rows then
        rows = {}
        return false, err
      end
      at = 1
    end
    if rows[at] then after = rows[at].key end
    return rows[at]
  end
end

return M
