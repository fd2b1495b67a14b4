--- Takes free records for a worker: a statement that returns rows, and the items from those rows.

local bytes = require "credenco.journal.bytes_as_text"
local columns = require "credenco.journal.dialect.column_types"
local states = require "credenco.journal.states"

local M = {}

local TAKE = [[
WITH free AS MATERIALIZED (
  SELECT workflow, key, copy FROM credenco_record
  WHERE workflow = ? AND (run, line) >= (?, ?) AND owner IS NULL AND %s
    AND EXISTS (SELECT 1 FROM credenco_worker WHERE owner = ?)
  ORDER BY run, line LIMIT ? {skip_locked})
UPDATE credenco_record SET owner = ?
FROM free WHERE credenco_record.workflow = free.workflow AND credenco_record.key = free.key
  AND credenco_record.copy = free.copy
RETURNING credenco_record.key, run, line, state, step, input, offer, stage]]
local TAKE_OPEN, TAKE_BEGUN = TAKE:format(states.IS_OPEN), TAKE:format(states.IS_BEGUN)

local function in_order(a, b)
  if a.run ~= b.run then return a.run < b.run end
  return a.line < b.line
end

--- Takes free records of a workflow for this worker. Gives none to a worker that was taken for dead.
---@param scope { workflow: string, owner: string }
---@param limit integer
---@param only_begun? boolean only those with an offer
---@param from? { run: integer, line: integer } the first record to consider
---@return credenco.journal.Write that asks for rows, for `items`
function M.write(scope, limit, only_begun, from)
  return { sql = only_begun and TAKE_BEGUN or TAKE_OPEN, asks = true, scope = {}, width = 6,
    values = { scope.workflow, from and from.run or 0, from and from.line or 0, scope.owner, limit, scope.owner } }
end

local function filled(value)
  if value ~= columns.NULL then return value end
end

--- The records that were taken, in the order of their sources.
---@param rows any[][]
---@return table[] items
function M.items(rows)
  local items = {}
  for i, row in ipairs(rows) do
    local input, stage = filled(row[6]), filled(row[8])
    items[i] = { key = row[1], run = row[2], line = row[3], state = row[4], step = row[5],
      input = input and bytes.decode(input), offer = filled(row[7]), asked = stage and states.ASKED[stage],
      resumed = true }
  end
  table.sort(items, in_order)
  return items
end

return M
