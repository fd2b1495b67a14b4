--- Writing down what a person found out about records that the program cannot decide, or decided about them.

local M = {}

-- How each verdict changes a record, and from which state it may. What was issued at the last step is done; before it
-- the next step is to come.
local VERDICTS = {
  issued = { from = "unknown",
    set = "state = CASE WHEN step < ? THEN 'pending' ELSE 'issued' END, "
      .. "input = CASE WHEN step < ? THEN input END, step = CASE WHEN step < ? THEN step + 1 ELSE step END, "
      .. "offer = NULL, wallet = NULL, code = NULL, stage = NULL, message = NULL" },
  failed = { from = "unknown",
    set = "state = 'failed', offer = NULL, wallet = NULL, code = 'settled', stage = 'person', "
      .. "message = 'a person found that nothing was issued'" },
  skipped = { from = "failed",
    set = "state = 'skipped', offer = NULL, input = NULL, code = 'settled', stage = 'person', "
      .. "message = 'given up by a person'" },
}

--- The state that a record has to be in.
---@param verdict "issued"|"failed"|"skipped"
---@return "unknown"|"failed"
function M.from(verdict)
  return VERDICTS[verdict].from
end

local function parameters(verdict, steps, ...)
  if verdict == "issued" then return steps, steps, steps, ... end
  return ...
end

--- Settles records.
---@param db credenco.journal.Database
---@param workflow string
---@param verdict "issued"|"failed"|"skipped"
---@param which { key: string }|{ code: string } one record, or all of a cause
---@param steps integer how many steps the workflow has
---@return integer? settled
---@return string? err
function M.settle(db, workflow, verdict, which, steps)
  local column = which.key and "key" or "code"
  local sql = ("UPDATE credenco_record SET %s, owner = NULL, updated = {now} "
    .. "WHERE workflow = ? AND %s = ? AND copy = '' AND state = '%s'"):format(
    VERDICTS[verdict].set, column, VERDICTS[verdict].from)
  return db:change(sql, parameters(verdict, steps, workflow, which.key or which.code))
end

return M
